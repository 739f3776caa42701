"""Attributes: DynamoDB's ten types as Python's own.

=============================  ==========================================
DynamoDB                       Python
=============================  ==========================================
S                              ``str`` N                              ``Decimal``; ``int`` is taken as well B
``bytes``; ``bytearray`` and ``memoryview`` are taken as well BOOL                           ``bool`` NULL
``None`` M                              ``dict``; any mapping with ``str`` keys is taken L
``list``; ``tuple`` is taken as well SS, NS, BS                     ``set`` of ``str``, of ``Decimal``, of
``bytes``; ``frozenset`` is taken as well
=============================  ==========================================

Nothing is lost on the way: numbers are written with all their digits, and how many are too many (38) the server
says. ``float`` is refused, since what it shows is not what it holds. As in DynamoDB, a set has at least one member.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from typing import Any, Union

from ._failures import UnreadableAnswer
from .v1 import types_pb2

NUMBERS = Context(
    prec=38,
    Emin=-130,
    Emax=125,
    traps=[Inexact, Overflow, InvalidOperation, DivisionByZero],
)
"""Arithmetic as exact as DynamoDB's numbers are: 38 digits, and an exception instead of a rounded result.

Python's default context rounds to 28 digits without a word. Use ``NUMBERS.add(a, b)`` or
``with decimal.localcontext(dynakv.NUMBERS):``.
"""

Number = Union[int, Decimal]
"""A number that a call takes."""

Binary = Union[bytes, bytearray, memoryview]
"""Bytes that a call takes."""

Value = Union[
    None,
    bool,
    str,
    Number,
    Binary,
    Mapping[str, "Value"],
    Sequence["Value"],
    AbstractSet[str],
    AbstractSet[Number],
    AbstractSet[int],
    AbstractSet[Decimal],
    AbstractSet[bytes],
]
"""An attribute that a call takes."""

Item = dict[str, Any]
"""The attributes of an item by name, as a call gives them: their types are known at run time only."""

KeyValue = Union[str, Number, Binary]
"""A partition or sort key: of the type that the table has."""

ItemKey = Union[KeyValue, tuple[KeyValue, KeyValue]]
"""The primary key of an item: its partition key or, where the table has a sort key, the two as a pair."""


# Protobuf takes messages within messages 100 deep: a map within a map is three, a list two. What is around a value
# takes some as well. DynamoDB's own 32 levels fit; how many lists are too many the server says.
_DEEPEST = 97


def to_wire(value: Value, deeper: int = _DEEPEST) -> types_pb2.Value:
    """A value as it is sent, within as many messages as may still come."""
    if deeper < 0:
        raise ValueError("attributes nest at most 32 levels deep")
    if isinstance(value, Mapping):
        return types_pb2.Value(m=types_pb2.AttributeMap(fields=item_to_wire(value, deeper - 3)))
    if isinstance(value, (list, tuple)):
        return types_pb2.Value(l=list_to_wire(value, deeper - 2))
    if isinstance(value, (set, frozenset)):
        return _set_to_wire(value)
    return _scalar_to_wire(value)


def _scalar_to_wire(value: Any) -> types_pb2.Value:
    # A bool is an int as well: the first match counts.
    if isinstance(value, str):
        return types_pb2.Value(s=value)
    if isinstance(value, bool):
        return types_pb2.Value(bool=value)
    if isinstance(value, (int, Decimal)):
        return types_pb2.Value(n=number_to_wire(value))
    if value is None:
        return types_pb2.Value(null=True)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return types_pb2.Value(b=bytes(value))
    if isinstance(value, float):
        raise TypeError("a float is no attribute: it seldom holds the number that it shows; use Decimal")
    raise TypeError(f"{type(value).__name__} is no type of an attribute")


def item_to_wire(item: Mapping[str, Value], deeper: int = _DEEPEST) -> dict[str, types_pb2.Value]:
    """The attributes of a request."""
    return {name: to_wire(value, deeper) for name, value in item.items()}


def list_to_wire(values: Iterable[Value], deeper: int = _DEEPEST) -> types_pb2.AttributeList:
    """Values in order."""
    return types_pb2.AttributeList(values=[to_wire(value, deeper) for value in values])


def number_to_wire(number: Number) -> str:
    """A number with all its digits, also in a context that would round it."""
    if isinstance(number, bool) or not isinstance(number, (int, Decimal)):
        raise TypeError(f"{type(number).__name__} is no number; use int or Decimal")
    return str(number)


def key_to_wire(key: ItemKey) -> types_pb2.ItemKey:
    """A primary key."""
    if isinstance(key, tuple):
        partition, sort = key
        return types_pb2.ItemKey(partition=to_wire(partition), sort=to_wire(sort))
    return types_pb2.ItemKey(partition=to_wire(key))


def _set_to_wire(members: AbstractSet[Any]) -> types_pb2.Value:
    if all(isinstance(member, str) for member in members):
        # An empty set among them: the server refuses it and names the place.
        return types_pb2.Value(ss=types_pb2.StringSet(values=members))
    if all(isinstance(member, bytes) for member in members):
        return types_pb2.Value(bs=types_pb2.BinarySet(values=members))
    if all(isinstance(member, (int, Decimal)) for member in members):
        return types_pb2.Value(ns=types_pb2.NumberSet(values=map(number_to_wire, members)))
    raise TypeError("the members of a set are all str, all numbers or all bytes")


def from_wire(value: types_pb2.Value) -> Any:
    """A value as it came."""
    kind = value.WhichOneof("kind")
    if kind == "n":
        return number_from_wire(value.n)
    if kind in ("s", "b", "bool"):
        return getattr(value, kind)
    if kind == "m":
        return item_from_wire(value.m)
    if kind == "l":
        return [from_wire(one) for one in value.l.values]
    if kind == "null":
        return None
    if kind == "ns":
        return set(map(number_from_wire, value.ns.values))
    if kind in ("ss", "bs"):
        return set(getattr(value, kind).values)
    raise UnreadableAnswer("a value of no known type")


def item_from_wire(item: types_pb2.AttributeMap) -> Item:
    """The item of an answer."""
    return {name: from_wire(value) for name, value in item.fields.items()}


def items_from_wire(items: Iterable[types_pb2.AttributeMap]) -> list[Item]:
    """The items of an answer."""
    return [item_from_wire(item) for item in items]


def number_from_wire(text: str) -> Decimal:
    """A number with all its digits: making one from text never rounds."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise UnreadableAnswer("a number that is none") from None
