"""Conditions, filters and key conditions without placeholders.

Wherever a call takes an expression it takes one of these as well, and makes its names and values by itself::

    client.put_item(item, condition=Attr("pk").not_exists())
    client.query(Key("pk").eq("user-1") & Key("sk").begins_with("order-"), filter=Attr("total") > 100)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, NoReturn, Optional, Union

from ._expressions import Scope
from .values import KeyValue, Value


class Condition:
    """Something that is true of an item or is not. Joined by ``&`` and ``|``, negated by ``~``."""

    __slots__ = ("_join", "_write")

    def __init__(self, write: Callable[[Scope], str], join: Optional[str] = None) -> None:
        self._write = write
        # The word that joins its parts, if it needs parentheses beside another one.
        self._join = join

    def __and__(self, other: Condition) -> Condition:
        return self._joined("AND", other)

    def __or__(self, other: Condition) -> Condition:
        return self._joined("OR", other)

    def __invert__(self) -> Condition:
        return Condition(lambda scope: f"NOT {self._within(scope, None)}", "NOT")

    def __bool__(self) -> NoReturn:
        raise TypeError("join conditions with & and |, negate them with ~, and do not chain comparisons")

    def __repr__(self) -> str:
        return f"Condition({self.render(Scope())!r})"

    def render(self, scope: Scope) -> str:
        """The expression, with the names and values that it adds to ``scope``."""
        return self._write(scope)

    def _joined(self, word: str, other: Condition) -> Condition:
        if not isinstance(other, Condition):
            return NotImplemented
        return Condition(lambda scope: f"{self._within(scope, word)} {word} {other._within(scope, word)}", word)

    def _within(self, scope: Scope, word: Optional[str]) -> str:
        text = self._write(scope)
        return text if self._join in (None, word) else f"({text})"


class _Operand:
    """The left side of a comparison."""

    __slots__ = ()

    def render(self, scope: Scope) -> str:
        """How an expression writes it."""
        raise NotImplementedError

    def eq(self, value: Operand) -> Condition:
        """Equal to this."""
        return self._compared("=", value)

    def lt(self, value: Operand) -> Condition:
        """Less than this."""
        return self._compared("<", value)

    def lte(self, value: Operand) -> Condition:
        """Less than this or equal to it."""
        return self._compared("<=", value)

    def gt(self, value: Operand) -> Condition:
        """Greater than this."""
        return self._compared(">", value)

    def gte(self, value: Operand) -> Condition:
        """Greater than this or equal to it."""
        return self._compared(">=", value)

    def between(self, low: Operand, high: Operand) -> Condition:
        """From one to the other, both included."""
        return Condition(lambda scope: f"{self.render(scope)} BETWEEN {_render(low, scope)} AND {_render(high, scope)}")

    # What Python's own classes compare to are truth values; here they are conditions, as of other query builders.
    def __eq__(self, value: Operand) -> Condition:  # type: ignore[override]
        return self.eq(value)

    def __lt__(self, value: Operand) -> Condition:
        return self.lt(value)

    def __le__(self, value: Operand) -> Condition:
        return self.lte(value)

    def __gt__(self, value: Operand) -> Condition:
        return self.gt(value)

    def __ge__(self, value: Operand) -> Condition:
        return self.gte(value)

    __hash__ = None  # type: ignore[assignment]

    def _compared(self, sign: str, value: Operand) -> Condition:
        return Condition(lambda scope: f"{self.render(scope)} {sign} {_render(value, scope)}")


Operand = Union[Value, _Operand]
"""What is compared: a value, or another attribute."""


def _render(operand: Operand, scope: Scope) -> str:
    return operand.render(scope) if isinstance(operand, _Operand) else scope.value(operand)


class _General(_Operand):
    """What filters and conditions can say, but key conditions cannot."""

    __slots__ = ()

    def ne(self, value: Operand) -> Condition:
        """Not equal to this."""
        return self._compared("<>", value)

    def is_in(self, values: Iterable[Operand]) -> Condition:
        """One of these, up to 100."""
        listed = list(values)
        return Condition(lambda scope: f"{self.render(scope)} IN ({', '.join(_render(one, scope) for one in listed)})")

    def __ne__(self, value: Operand) -> Condition:  # type: ignore[override]
        return self.ne(value)

    __hash__ = None


class Attr(_General):
    """An attribute, or a place in one.

    A path is one of ``UpdateAction``'s in the proto: ``address.lines[0]``, and ``"a.b".c`` with quotes for a name
    that holds a dot, a bracket or a quote. Names need no aliases: reserved words work.
    """

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def render(self, scope: Scope) -> str:
        """How an expression writes it."""
        return scope.path(self.path)

    def exists(self) -> Condition:
        """There is such an attribute."""
        return self._function("attribute_exists")

    def not_exists(self) -> Condition:
        """There is no such attribute; so too if there is no item."""
        return self._function("attribute_not_exists")

    def attribute_type(self, name: str) -> Condition:
        """It is of this type: ``S``, ``N``, ``B``, ``BOOL``, ``NULL``, ``M``, ``L``, ``SS``, ``NS`` or ``BS``."""
        return self._function("attribute_type", name)

    def begins_with(self, prefix: Operand) -> Condition:
        """It begins with this text or these bytes."""
        return self._function("begins_with", prefix)

    def contains(self, part: Operand) -> Condition:
        """It holds this: a part of a text, or a member of a set or list."""
        return self._function("contains", part)

    def size(self) -> Size:
        """Its size: characters, bytes or members."""
        return Size(self)

    def __repr__(self) -> str:
        return f"Attr({self.path!r})"

    def _function(self, name: str, *arguments: Operand) -> Condition:
        def write(scope: Scope) -> str:
            listed = [self.render(scope), *(_render(argument, scope) for argument in arguments)]
            return f"{name}({', '.join(listed)})"

        return Condition(write)


class Size(_General):
    """The size of an attribute; :meth:`Attr.size` makes it."""

    __slots__ = ("_attr",)

    def __init__(self, attr: Attr) -> None:
        self._attr = attr

    def render(self, scope: Scope) -> str:
        """How an expression writes it."""
        return f"size({self._attr.render(scope)})"


class Key(_Operand):
    """A key attribute in a key condition: of the partition key only ``eq``, of the sort key one comparison."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, scope: Scope) -> str:
        """How an expression writes it."""
        return scope.name(self.name)

    def begins_with(self, prefix: KeyValue) -> Condition:
        """It begins with this text or these bytes."""
        return Condition(lambda scope: f"begins_with({self.render(scope)}, {scope.value(prefix)})")

    def __ne__(self, value: Any) -> NoReturn:
        raise TypeError("a key condition cannot ask for what is not equal")

    __hash__ = None

    def __repr__(self) -> str:
        return f"Key({self.name!r})"
