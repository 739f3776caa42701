"""Operations of transactions, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Optional, Union

from ._expressions import Names, Values
from ._times import Ttl
from .conditions import Condition
from .entries import Data, Entry, Expected
from .updates import AnyUpdate
from .values import Item, ItemKey

if TYPE_CHECKING:
    from typing_extensions import Literal


@dataclass(frozen=True)
class ReadEntry:
    """Reads the entry with this key. In a ``transact_get`` the key alone will do, for the client's table."""

    key: str
    table: Optional[str] = None


@dataclass(frozen=True)
class ReadItem:
    """Reads all attributes of the item with this primary key."""

    key: ItemKey
    table: Optional[str] = None


TransactRead = Union[str, ReadEntry, ReadItem]
"""One read of a ``transact_get``."""

Snapshot = Union[Entry, Item, None]
"""What one read of a ``transact_get`` found: an :class:`Entry`, an item, or ``None`` if there is no such thing."""


@dataclass(frozen=True)
class TransactSet:
    """Writes an entry."""

    key: str
    value: Data
    ttl: Optional[Ttl] = None
    """The entry expires this long from now: 1 millisecond to 100 years. Without it, the entry has no TTL."""
    expected: Optional[Expected] = None
    """Writes only if the entry is like this."""
    return_current: bool = False
    """If the transaction is cancelled because of this operation, answers with the entry as it is."""
    table: Optional[str] = None


@dataclass(frozen=True)
class TransactDelete:
    """Deletes an entry."""

    key: str
    expected: Optional[Expected] = None
    """Deletes only if the entry is like this, which cannot be ``Expected.ABSENT``."""
    return_current: bool = False
    """If the transaction is cancelled because of this operation, answers with the entry as it is."""
    table: Optional[str] = None


@dataclass(frozen=True)
class TransactPutItem:
    """Writes an item in place of what was there."""

    item: Mapping[str, Any]
    ttl: Optional[Ttl] = None
    """The item expires this long from now. Without it, it has no TTL, unless its own attributes say so."""
    condition: Union[str, Condition, None] = None
    names: Optional[Names] = None
    values: Optional[Values] = None
    return_current: bool = False
    """If the transaction is cancelled because of this operation, answers with the item as it is."""
    table: Optional[str] = None


@dataclass(frozen=True)
class TransactUpdateItem:
    """Changes an item, or creates it."""

    key: ItemKey
    update: AnyUpdate
    condition: Union[str, Condition, None] = None
    names: Optional[Names] = None
    values: Optional[Values] = None
    return_current: bool = False
    """If the transaction is cancelled because of this operation, answers with the item as it is."""
    table: Optional[str] = None


@dataclass(frozen=True)
class TransactDeleteItem:
    """Deletes an item."""

    key: ItemKey
    condition: Union[str, Condition, None] = None
    names: Optional[Names] = None
    values: Optional[Values] = None
    return_current: bool = False
    """If the transaction is cancelled because of this operation, answers with the item as it is."""
    table: Optional[str] = None


@dataclass(frozen=True)
class TransactCheck:
    """Checks that something is true of an item, and changes nothing."""

    key: ItemKey
    condition: Union[str, Condition]
    names: Optional[Names] = None
    values: Optional[Values] = None
    return_current: bool = False
    """If the transaction is cancelled because of this operation, answers with the item as it is."""
    table: Optional[str] = None


TransactOperation = Union[
    TransactSet, TransactDelete, TransactPutItem, TransactUpdateItem, TransactDeleteItem, TransactCheck
]
"""One operation of a ``transact_write``."""


class CancelReason(Enum):
    """Why an operation cancelled its transaction."""

    NONE = "NONE"
    """It did not."""
    CONDITION_FAILED = "CONDITION_FAILED"
    """Its condition did not hold."""
    CONFLICT = "CONFLICT"
    """Another transaction or write touched the item."""
    THROTTLED = "THROTTLED"
    """DynamoDB throttled it."""
    ITEM_COLLECTION_FULL = "ITEM_COLLECTION_FULL"
    """The item collection has reached 10 GB."""
    NOT_APPLICABLE = "NOT_APPLICABLE"
    """The update does not fit the stored item."""


@dataclass(frozen=True)
class CommittedOperation:
    """What an operation of a transaction wrote."""

    version: Optional[str]
    """The version as written. ``None`` for what deletes or checks."""
    expire_time: Optional[datetime]
    """When it expires, if the operation gave a TTL."""


@dataclass(frozen=True)
class Cancellation:
    """What an operation had to do with the end of its transaction."""

    reason: CancelReason
    """Why it cancelled the transaction, if it did."""
    current: Union[Entry, Item, None] = None
    """With ``return_current``, if there is one: the entry as it is of a set or delete, the item of the other kinds."""


@dataclass(frozen=True)
class Committed:
    """All operations happened. True as a condition."""

    operations: list[CommittedOperation]
    """For each, in their order, what it wrote."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True)
class Cancelled:
    """None of the operations happened. False as a condition."""

    operations: list[Cancellation]
    """For each, in their order, whether it is why."""

    def __bool__(self) -> Literal[False]:
        return False


Transaction = Union[Committed, Cancelled]
"""What became of a ``transact_write``."""
