"""Operations of batches, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

from ._expressions import Names, Values
from ._times import Ttl
from .conditions import Condition
from .entries import ConditionFailed, Data, Deleted, Entry, Expected, Written
from .errors import DynaKVError
from .values import Item, ItemKey


@dataclass(frozen=True)
class BatchSet:
    """Writes an entry, whatever was there unless ``expected`` says otherwise."""

    key: str
    value: Data
    ttl: Optional[Ttl] = None
    """The entry expires this long from now: 1 millisecond to 100 years. Without it, the entry has no TTL."""
    keep_ttl: bool = False
    """The entry keeps its expiry time and all other attributes. Costs a call of its own."""
    expected: Optional[Expected] = None
    """Writes only if the entry is like this. Costs a call of its own."""
    return_current: bool = False
    """If the entry is not as expected, answers with it as it is."""


@dataclass(frozen=True)
class BatchDelete:
    """Deletes an entry, whatever it holds unless ``expected`` says otherwise."""

    key: str
    expected: Optional[Expected] = None
    """Deletes only if the entry is like this, which cannot be ``Expected.ABSENT``. Costs a call of its own."""
    return_current: bool = False
    """If the entry is not as expected, answers with it as it is."""
    report_existed: bool = False
    """Says whether there was an entry. Costs a call of its own."""


@dataclass(frozen=True)
class Superseded:
    """A later operation of the batch names the same key; this one was not carried out."""


@dataclass(frozen=True)
class BatchItemRead:
    """Reads the item with this primary key. In a ``batch_get_items`` the key alone will do, for the call's table."""

    key: ItemKey
    table: Optional[str] = None


@dataclass(frozen=True)
class BatchPutItem:
    """Writes an item in place of what was there."""

    item: Mapping[str, Any]
    ttl: Optional[Ttl] = None
    """The item expires this long from now. Without it, it has no TTL, unless its own attributes say so."""
    condition: Union[str, Condition, None] = None
    """Must hold of the item that is there. Costs a call of its own."""
    names: Optional[Names] = None
    values: Optional[Values] = None
    return_current: bool = False
    """If the condition does not hold, answers with the item as it is."""
    table: Optional[str] = None


@dataclass(frozen=True)
class BatchDeleteItem:
    """Deletes an item."""

    key: ItemKey
    condition: Union[str, Condition, None] = None
    """Must hold of the item that is there. Costs a call of its own."""
    names: Optional[Names] = None
    values: Optional[Values] = None
    return_current: bool = False
    """If the condition does not hold, answers with the item as it is."""
    report_existed: bool = False
    """Says whether there was such an item. Costs a call of its own."""
    table: Optional[str] = None


BatchOperation = Union[BatchSet, BatchDelete]
"""One operation of a batch."""

BatchOutcome = Union[Written, Deleted, ConditionFailed[Entry], Superseded, DynaKVError]
"""What became of one operation of a batch.

An error stands for an operation that certainly did not happen, or an ``OutcomeUnknownError`` for one that may have.
"""

Found = Union[Entry, None, DynaKVError]
"""What became of one key of a batch: the entry, ``None`` if there is none, or why it could not be read."""

BatchItemOperation = Union[BatchPutItem, BatchDeleteItem]
"""One operation of a batch of items."""

BatchItemOutcome = Union[Written, Deleted, ConditionFailed[Item], Superseded, DynaKVError]
"""What became of one operation of a batch of items, as :data:`BatchOutcome` says it of entries."""

FoundItem = Union[Item, None, DynaKVError]
"""What became of one read of a batch: the item, ``None`` if there is none, or why it could not be read."""
