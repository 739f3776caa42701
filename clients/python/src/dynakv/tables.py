"""Tables: what they are made of, and what they are like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Optional, Union


class KeyType(Enum):
    """The type of a key attribute."""

    S = "S"
    """A string."""
    N = "N"
    """A number."""
    B = "B"
    """Binary."""


@dataclass(frozen=True)
class KeyAttribute:
    """A key attribute."""

    name: str
    """1 to 255 bytes."""
    type: KeyType = KeyType.S


AnyKey = Union[str, KeyAttribute]
"""A key attribute; a name alone is that of a string."""


@dataclass(frozen=True)
class Throughput:
    """Provisioned capacity."""

    read_capacity_units: int
    """A second, at least 1."""
    write_capacity_units: int
    """A second, at least 1."""


class IndexKind(Enum):
    """What a secondary index spans."""

    GLOBAL = "GLOBAL"
    """All partitions of the table; eventually consistent."""
    LOCAL = "LOCAL"
    """Each partition by itself."""


class IndexProjection(Enum):
    """Which attributes an index holds beside its keys and the table's."""

    ALL = "ALL"
    """All."""
    KEYS_ONLY = "KEYS_ONLY"
    """None. A query of it reads the table as well, to see what has expired."""
    INCLUDE = "INCLUDE"
    """Those of ``projected``; of a new table also those of the expiry time."""


@dataclass(frozen=True)
class Index:
    """A secondary index, as it is or of a new table; ``Index.global_`` and ``Index.local`` make those."""

    name: str
    kind: IndexKind
    partition_key: Optional[KeyAttribute]
    """``None``, for a local index of a new table: the table's."""
    sort_key: Optional[KeyAttribute]
    projection: IndexProjection = IndexProjection.ALL
    projected: tuple[str, ...] = ()
    throughput: Optional[Throughput] = None
    """Its provisioned capacity. ``None``: on-demand, or as the table's."""
    status: Optional[str] = None
    """DynamoDB's word for its state, such as ACTIVE. ``None`` of a new one, and of a local one, which has the
    table's."""

    @classmethod
    def global_(
        cls,
        name: str,
        partition_key: AnyKey,
        sort_key: Optional[AnyKey] = None,
        *,
        projection: IndexProjection = IndexProjection.ALL,
        projected: Iterable[str] = (),
        throughput: Optional[Throughput] = None,
    ) -> Index:
        """An index over all partitions. ``projected`` are the attributes that ``INCLUDE`` holds."""
        sort = None if sort_key is None else to_key(sort_key)
        key = to_key(partition_key)
        return cls(name, IndexKind.GLOBAL, key, sort, projection, tuple(projected), throughput)

    @classmethod
    def local(
        cls,
        name: str,
        sort_key: AnyKey,
        *,
        projection: IndexProjection = IndexProjection.ALL,
        projected: Iterable[str] = (),
    ) -> Index:
        """An index of each partition by itself. The table needs a sort key for it."""
        return cls(name, IndexKind.LOCAL, None, to_key(sort_key), projection, tuple(projected))


def to_key(key: AnyKey) -> KeyAttribute:
    """A key attribute, where a name alone may stand for one."""
    return KeyAttribute(key) if isinstance(key, str) else key


@dataclass(frozen=True)
class ListedTable:
    """A table that the server serves."""

    name: str
    """What requests call it."""
    physical_name: str
    """What DynamoDB calls it."""
    is_default: bool
    """Whether it is the server's default table."""


class TtlState(Enum):
    """How far DynamoDB is with deleting expired items by itself."""

    ENABLED = "ENABLED"
    """It does so."""
    ENABLING = "ENABLING"
    """It will; that may take an hour."""
    DISABLED = "DISABLED"
    """It does not."""
    DISABLING = "DISABLING"
    """It will not any more."""
    UNKNOWN = "UNKNOWN"
    """It cannot be told: DynamoDB did not answer, or the server's role may not ask."""


@dataclass(frozen=True)
class TimeToLive:
    """DynamoDB's own deletion of expired items."""

    state: TtlState
    attribute: Optional[str]
    """By which attribute, if by one."""


@dataclass(frozen=True)
class AttributeRoles:
    """Which attribute plays which part of an entry."""

    key: str
    """The key."""
    value: str
    """The value."""
    ttl: str
    """The expiry time, in Unix seconds, rounded up."""
    ttl_ms: str
    """By how many milliseconds the entry expires before that."""
    version: str
    """The version."""


@dataclass(frozen=True)
class Capabilities:
    """What can be done with a table."""

    key_value: bool
    """It can hold entries: its key is one string, under the configured name."""
    delete_table: bool
    """It can be deleted."""


class Backend(Enum):
    """Where tables are stored."""

    EMBEDDED = "EMBEDDED"
    """On the server itself."""
    DYNAMODB = "DYNAMODB"
    """In Amazon DynamoDB, or in what answers in its place."""


@dataclass(frozen=True)
class TableDescription:
    """A table as it is."""

    name: str
    """What requests call it."""
    physical_name: str
    """What DynamoDB calls it."""
    is_default: bool
    """Whether it is the server's default table."""
    status: str
    """DynamoDB's word for its state: ACTIVE, CREATING, UPDATING, DELETING and so on."""
    partition_key: Optional[KeyAttribute]
    """``None`` if DynamoDB does not say, as of a table that is being deleted."""
    sort_key: Optional[KeyAttribute]
    """Its sort key, if it has one."""
    indexes: list[Index]
    """Its secondary indexes, by name."""
    throughput: Optional[Throughput]
    """Its provisioned capacity. ``None``: on-demand."""
    time_to_live: TimeToLive
    """Whether DynamoDB deletes its expired items."""
    attributes: AttributeRoles
    """Which attribute plays which part of an entry."""
    capabilities: Capabilities
    """What can be done with it."""
    approximate_item_count: int
    """How many items it had when DynamoDB last counted, up to six hours ago, expired ones included."""
    approximate_size_bytes: int
    """Its size then."""
    backend: Backend
    """Where it is stored."""

    @property
    def is_active(self) -> bool:
        """Whether it takes reads and writes. One that is being updated does."""
        return self.status in ("ACTIVE", "UPDATING")
