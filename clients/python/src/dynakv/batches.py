"""Operations of batches, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Union

from ._times import Ttl
from .entries import ConditionFailed, Data, Deleted, Entry, Expected, Written
from .errors import DynaKVError


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


BatchOperation = Union[BatchSet, BatchDelete]
"""One operation of a batch."""

BatchOutcome = Union[Written, Deleted, ConditionFailed[Entry], Superseded, DynaKVError]
"""What became of one operation of a batch.

An error stands for an operation that certainly did not happen, or an ``OutcomeUnknownError`` for one that may have.
"""

Found = Union[Entry, None, DynaKVError]
"""What became of one key of a batch: the entry, ``None`` if there is none, or why it could not be read."""
