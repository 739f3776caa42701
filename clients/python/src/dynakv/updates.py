"""Changes to an item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Union

from .v1 import types_pb2
from .values import Number, Value, list_to_wire, number_to_wire, to_wire


class Update:
    """What an ``update_item`` changes: places in the item, none twice.

    Each method gives a longer update::

        Update().set("state", "paid").add("total", 5).append("log", ["paid"]).remove("cart")

    A place is a path such as ``address.lines[0]``. A name that holds a dot, a bracket or a quote is quoted, as in
    ``"a.b".c``; within quotes a backslash escapes a quote or a backslash. Names need no aliases: reserved words
    work.
    """

    __slots__ = ("_actions",)

    def __init__(self) -> None:
        self._actions: tuple[types_pb2.UpdateAction, ...] = ()

    def set(self, path: str, value: Value) -> Update:
        """Put a value there."""
        return self._and(path, set=to_wire(value))

    def set_if_absent(self, path: str, value: Value) -> Update:
        """Put a value there unless there is one."""
        return self._and(path, set_if_absent=to_wire(value))

    def add(self, path: str, number: Number) -> Update:
        """Add to the number there; an absent one counts as 0."""
        return self._and(path, add=number_to_wire(number))

    def append(self, path: str, values: Iterable[Value]) -> Update:
        """Add values to the end of the list there; an absent one counts as empty."""
        return self._and(path, append=list_to_wire(values))

    def prepend(self, path: str, values: Iterable[Value]) -> Update:
        """Add values to the beginning of the list there; an absent one counts as empty."""
        return self._and(path, prepend=list_to_wire(values))

    def remove(self, path: str) -> Update:
        """Take away what is there."""
        return self._and(path, remove=types_pb2.UpdateAction.Remove())

    def add_to_set(self, path: str, members: AbstractSet[Any]) -> Update:
        """Add the members of a set to the set there; an absent one counts as empty."""
        return self._and(path, add_to_set=to_wire(members))

    def remove_from_set(self, path: str, members: AbstractSet[Any]) -> Update:
        """Take the members of a set out of the set there."""
        return self._and(path, remove_from_set=to_wire(members))

    def __repr__(self) -> str:
        changes = (f"{action.WhichOneof('kind')} {action.path}" for action in self._actions)
        return f"Update({', '.join(changes)})"

    def _and(self, path: str, **kind: Any) -> Update:
        longer = Update()
        longer._actions = (*self._actions, types_pb2.UpdateAction(path=path, **kind))
        return longer


AnyUpdate = Union[Update, str]
"""Typed changes, or a DynamoDB update expression such as ``SET #total = #total + :more``."""


def update_to_wire(update: AnyUpdate) -> Any:
    """The field of a request that holds it."""
    if isinstance(update, str):
        return {"update_expression": update}
    if isinstance(update, Update):
        actions: Sequence[types_pb2.UpdateAction] = update._actions
        return {"actions": types_pb2.UpdateActions(actions=actions)}
    raise TypeError(f"an update is an Update or an update expression, not {type(update).__name__}")
