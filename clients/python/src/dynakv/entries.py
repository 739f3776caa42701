"""Entries, what may be expected of them, and what became of writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Optional, TypeVar, Union

from ._failures import UnreadableAnswer
from ._times import time
from .v1 import types_pb2

if TYPE_CHECKING:
    from typing_extensions import Literal

C = TypeVar("C")

Data = Union[bytes, bytearray, memoryview, str]
"""The value of an entry: bytes, or text that is sent as UTF-8."""


@dataclass(frozen=True)
class Entry:
    """An entry as it is stored."""

    key: str
    value: Optional[bytes]
    """The stored bytes; of a counter, its decimal text. ``None`` only on an item that another program wrote without
    one."""
    version: Optional[str]
    """Names this state of the entry; opaque. ``None`` on an item that another program wrote."""
    expire_time: Optional[datetime]
    """When the entry ceases to exist, to the millisecond, in UTC. ``None`` if it has no TTL."""

    @property
    def text(self) -> str:
        """The value as text. Raises ``UnicodeDecodeError`` if it is not UTF-8; empty if there is no value."""
        return (self.value or b"").decode()


@dataclass(frozen=True)
class Expected:
    """What must be true of an entry for a conditional write to happen.

    ``Expected.ABSENT``, ``Expected.PRESENT``, ``Expected.version(…)``, ``Expected.value(…)`` or
    ``Expected.unchanged(…)``.
    """

    ABSENT: ClassVar[Expected]
    """There is no such entry."""
    PRESENT: ClassVar[Expected]
    """There is one, whatever it holds."""

    wire: types_pb2.Expected
    """As it is sent."""

    @staticmethod
    def version(version: str) -> Expected:
        """There is an entry and it still has this version."""
        return Expected(types_pb2.Expected(version=version))

    @staticmethod
    def value(value: Data) -> Expected:
        """There is an entry and it holds exactly these bytes; of a counter, its decimal text."""
        return Expected(types_pb2.Expected(value=to_bytes(value)))

    @staticmethod
    def unchanged(entry: Optional[Entry]) -> Expected:
        """It is as it was read: still absent, or of the same version, or of the same value if it has no version."""
        if entry is None:
            return Expected.ABSENT
        if entry.version is not None:
            return Expected.version(entry.version)
        return Expected.PRESENT if entry.value is None else Expected.value(entry.value)

    def __repr__(self) -> str:
        return f"Expected({self.wire.WhichOneof('kind')})"


Expected.ABSENT = Expected(types_pb2.Expected(absent=types_pb2.Expected.Absent()))
Expected.PRESENT = Expected(types_pb2.Expected(present=types_pb2.Expected.Present()))


@dataclass(frozen=True)
class Written:
    """An entry is written."""

    version: str
    """The version of the entry as written."""
    expire_time: Optional[datetime] = None
    """When the entry expires, if the call gave a TTL."""
    previous: Optional[Entry] = None
    """With ``return_previous``: the entry that was replaced, if there was one."""
    previous_lost: bool = False
    """With ``return_previous``: the write happened, but which entry it replaced is lost."""


@dataclass(frozen=True)
class Swapped:
    """The entry was as expected and is written. True as a condition."""

    version: str
    """The version of the entry as written."""
    expire_time: Optional[datetime] = None
    """When the entry expires, if the call gave a TTL."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True)
class NotSwapped:
    """The entry was not as expected and is unchanged: a lost race. False as a condition."""

    current: Optional[Entry] = None
    """With ``return_current``: the entry as it is, if there is one."""

    def __bool__(self) -> Literal[False]:
        return False


Swap = Union[Swapped, NotSwapped]
"""What became of a compare-and-set."""


@dataclass(frozen=True)
class Deleted:
    """The entry is deleted. True as a condition."""

    existed: Optional[bool] = None
    """Of a batch, with ``report_existed``: whether there was an entry."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True)
class NotDeleted:
    """The entry was not as expected and is unchanged: a lost race. False as a condition."""

    current: Optional[Entry] = None
    """With ``return_current``: the entry as it is, if there is one."""

    def __bool__(self) -> Literal[False]:
        return False


Deletion = Union[Deleted, NotDeleted]
"""What became of a compare-and-delete."""


@dataclass(frozen=True)
class ConditionFailed(Generic[C]):
    """What had to be true was not; nothing changed. False as a condition."""

    current: Optional[C] = None
    """With ``return_current``: the entry or item as it is, if there is one."""
    current_omitted: bool = False
    """Of a batch: ``current`` was asked for and left out, because the response would have become too large."""

    def __bool__(self) -> Literal[False]:
        return False


@dataclass(frozen=True)
class TimeLeft:
    """The entry exists and has a TTL. True as a condition."""

    ttl: timedelta
    """The remaining time, at least 1 millisecond."""
    expire_time: datetime

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True)
class NoTtl:
    """The entry exists and has no TTL. False as a condition."""

    def __bool__(self) -> Literal[False]:
        return False


@dataclass(frozen=True)
class NotFound:
    """There is no such entry. False as a condition."""

    def __bool__(self) -> Literal[False]:
        return False


@dataclass(frozen=True)
class TtlSet:
    """The entry has the new TTL. True as a condition."""

    version: str
    """The version of the entry as written."""
    expire_time: datetime

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True)
class TtlRemoved:
    """The entry had a TTL and no longer expires. True as a condition."""

    version: str
    """The version of the entry as written."""

    def __bool__(self) -> Literal[True]:
        return True


TtlOutcome = Union[TimeLeft, NoTtl, NotFound]
"""What there is to say about a TTL."""

ExpireOutcome = Union[TtlSet, NotFound]
"""What became of an Expire."""

PersistOutcome = Union[TtlRemoved, NoTtl, NotFound]
"""What became of a Persist."""


@dataclass(frozen=True)
class Counter:
    """A counter after an increment."""

    value: int
    """What it stands at: a signed 64-bit number."""
    version: str
    """The version of the entry as written."""
    expire_time: Optional[datetime] = None
    """When it expires. ``None`` if it has no TTL."""


def to_bytes(value: Data) -> bytes:
    """The value of an entry as it is sent."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise TypeError(f"the value of an entry is bytes or str, not {type(value).__name__}")


def entry_from_wire(entry: types_pb2.Entry) -> Entry:
    """An entry as it came."""
    return Entry(
        key=entry.key,
        value=entry.value if entry.HasField("value") else None,
        version=entry.version if entry.HasField("version") else None,
        expire_time=expire_time(entry),
    )


def optional_entry(response: Any, name: str) -> Optional[Entry]:
    """The entry in this field of an answer, if there is one."""
    return entry_from_wire(getattr(response, name)) if response.HasField(name) else None


def expire_time(response: Any) -> Optional[datetime]:
    """The time of an answer, if it has one."""
    return time(response.expire_time) if response.HasField("expire_time") else None


def certain_time(response: Any) -> datetime:
    """The time of an answer that must have one."""
    if not response.HasField("expire_time"):
        raise UnreadableAnswer("no expire_time")
    return time(response.expire_time)


def version(response: Any) -> str:
    """The version of an answer that must have one."""
    if not response.HasField("version"):
        raise UnreadableAnswer("no version")
    found: str = response.version
    return found
