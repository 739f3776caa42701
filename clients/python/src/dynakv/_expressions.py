"""The names and values of one request, which its expressions share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Optional, Union

from .values import Value, to_wire

if TYPE_CHECKING:
    from .conditions import Condition

Names = Mapping[str, str]
"""Which attribute an alias in an expression, such as ``#state``, stands for."""

Values = Mapping[str, Value]
"""Which value a placeholder in an expression, such as ``:total``, stands for."""

# A name, plain or in quotes; an index; a dot between names.
_STEP = re.compile(
    r"""
    (?: (?:^|\.) (?: "(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<plain>[^."\[\]]+) ) )
    | (?P<index>\[\d+\])
    """,
    re.VERBOSE | re.DOTALL,
)


class Scope:
    """Aliases and placeholders, the caller's own and those that builders add."""

    def __init__(self, names: Optional[Names] = None, values: Optional[Values] = None) -> None:
        self.names = dict(names or {})
        self.values = {placeholder: to_wire(value) for placeholder, value in (values or {}).items()}
        self._aliases: dict[str, str] = {}

    def name(self, attribute: str) -> str:
        """The alias of an attribute, always the same one."""
        alias = self._aliases.get(attribute)
        if alias is None:
            alias = self._aliases[attribute] = _free("#n", self.names)
            self.names[alias] = attribute
        return alias

    def value(self, value: Value) -> str:
        """A placeholder for this value."""
        placeholder = _free(":v", self.values)
        self.values[placeholder] = to_wire(value)
        return placeholder

    def path(self, text: str) -> str:
        """A place in an item, its names aliased."""
        written, position = "", 0
        while position < len(text):
            step = _STEP.match(text, position)
            if step is None or (not written and text[position] in ".["):
                raise ValueError(f"{text!r} is no path of an attribute")
            position = step.end()
            if step["index"]:
                written += step["index"]
            else:
                quoted = step["quoted"]
                name = step["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
                written += ("." if written else "") + self.name(name)
        if not written:
            raise ValueError("a path has at least one name")
        return written

    def condition(self, condition: Union[str, Condition, None]) -> str:
        """A condition, filter or key condition: the caller's text as it is, or that of a builder."""
        if condition is None or isinstance(condition, str):
            return condition or ""
        render: Any = getattr(condition, "render", None)
        if render is None:
            raise TypeError(f"a condition is text or made of Attr and Key, not {type(condition).__name__}")
        text: str = render(self)
        return text

    def projection(self, projection: Union[str, Iterable[str], None]) -> str:
        """A projection: the caller's expression as it is, or a list of paths."""
        if projection is None or isinstance(projection, str):
            return projection or ""
        return ", ".join(self.path(path) for path in projection)


def _free(prefix: str, taken: Mapping[str, Any]) -> str:
    number = len(taken)
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"
