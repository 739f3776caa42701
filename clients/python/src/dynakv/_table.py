"""The calls that concern tables."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Optional, TypeVar

from ._base import Base
from ._calls import Call, Script
from ._failures import UnreadableAnswer
from ._settings import Metadata, Timeout
from .tables import (
    AnyKey,
    AttributeRoles,
    Backend,
    Capabilities,
    Index,
    IndexKind,
    IndexProjection,
    KeyAttribute,
    KeyType,
    ListedTable,
    TableDescription,
    Throughput,
    TimeToLive,
    TtlState,
    to_key,
)
from .v1 import table_pb2

E = TypeVar("E", bound=Enum)

# As many as one request gives at most.
_PAGE_SIZE = 1000


def create_table(
    client: Base,
    table: Optional[str] = None,
    *,
    partition_key: Optional[AnyKey] = None,
    sort_key: Optional[AnyKey] = None,
    indexes: Iterable[Index] = (),
    throughput: Optional[Throughput] = None,
    enable_ttl: bool = False,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[TableDescription]:
    """Make a table, and return without waiting until it is ACTIVE; ``describe_table`` tells.

    By default it has one key, a string, as entries need it, on-demand billing and no indexes. ``throughput`` is
    provisioned capacity instead. ``enable_ttl`` enables TTL as well, if the table is ACTIVE at once, which in AWS
    it is not: then ``Client.enable_ttl`` does so later. Never sent again by itself: a second attempt would say that
    the table exists.
    """
    request = table_pb2.CreateTableRequest(
        table=table or client.table,
        partition_key=_key_to_wire(None if partition_key is None else to_key(partition_key)),
        sort_key=_key_to_wire(None if sort_key is None else to_key(sort_key)),
        indexes=[_index_to_wire(index) for index in indexes],
        throughput=_throughput_to_wire(throughput),
        enable_ttl=enable_ttl,
    )
    return Call("CreateTable", request, _described, timeout, metadata)


def describe_table(
    client: Base,
    table: Optional[str] = None,
    *,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[TableDescription]:
    """Say what a table is like."""
    request = table_pb2.DescribeTableRequest(table=table or client.table)
    return Call("DescribeTable", request, _described, timeout, metadata)


def list_tables(
    client: Base,  # noqa: ARG001 - as every call has it
    *,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Script[list[ListedTable]]:
    """List all tables that the server serves, the default one first."""
    tables: list[ListedTable] = []
    request = table_pb2.ListTablesRequest(page_size=_PAGE_SIZE)
    while True:
        page = yield Call("ListTables", request, lambda response: response, timeout, metadata)
        tables += (ListedTable(one.name, one.physical_name, one.is_default) for one in page.tables)
        if not page.next_page_token:
            return tables
        request = table_pb2.ListTablesRequest(page_size=_PAGE_SIZE, page_token=page.next_page_token)


def enable_ttl(
    client: Base,
    table: Optional[str] = None,
    *,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[TimeToLive]:
    """Let DynamoDB delete expired items of a table by itself, and return at once; DynamoDB may take an hour.

    A table that has TTL stays as it is, even if it has it on another attribute than the server would choose; the
    result says on which.
    """
    request = table_pb2.EnableTtlRequest(table=table or client.table)

    def read(response: table_pb2.EnableTtlResponse) -> TimeToLive:
        if not response.HasField("time_to_live"):
            raise UnreadableAnswer("no state")
        return _time_to_live(response.time_to_live)

    return Call("EnableTtl", request, read, timeout, metadata)


def delete_table(
    client: Base,  # noqa: ARG001 - as every call has it
    table: str,
    *,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[None]:
    """Delete a table and all that it holds, if the server's configuration allows it.

    Always named, so that none is deleted by mistake. Never sent again by itself: a second attempt would say that
    there is no such table.
    """
    request = table_pb2.DeleteTableRequest(table=table)
    return Call("DeleteTable", request, lambda _: None, timeout, metadata)


def _described(response: Any) -> TableDescription:
    for part in ("attributes", "capabilities"):
        if not response.table.HasField(part):
            raise UnreadableAnswer(f"no {part}")
    table: table_pb2.Table = response.table
    roles = table.attributes
    return TableDescription(
        name=table.name,
        physical_name=table.physical_name,
        is_default=table.is_default,
        status=table.status,
        partition_key=_key(table, "partition_key"),
        sort_key=_key(table, "sort_key"),
        indexes=[_index(index) for index in table.indexes],
        throughput=_throughput(table),
        time_to_live=_time_to_live(table.time_to_live),
        attributes=AttributeRoles(roles.key, roles.value, roles.ttl, roles.ttl_ms, roles.version),
        capabilities=Capabilities(table.capabilities.key_value, table.capabilities.delete_table),
        approximate_item_count=table.approximate_item_count,
        approximate_size_bytes=table.approximate_size_bytes,
        backend=_enum(Backend, table_pb2.Backend.Name, "BACKEND_", table.backend),
    )


def _time_to_live(ttl: table_pb2.TimeToLive) -> TimeToLive:
    if ttl.state == table_pb2.TimeToLive.STATE_UNSPECIFIED:
        state = TtlState.UNKNOWN
    else:
        state = _enum(TtlState, table_pb2.TimeToLive.State.Name, "STATE_", ttl.state)
    return TimeToLive(state, ttl.attribute or None)


def _index(index: table_pb2.TableIndex) -> Index:
    return Index(
        name=index.name,
        kind=_enum(IndexKind, table_pb2.TableIndex.Kind.Name, "KIND_", index.kind),
        partition_key=_key(index, "partition_key"),
        sort_key=_key(index, "sort_key"),
        projection=_enum(IndexProjection, table_pb2.TableIndex.Projection.Name, "PROJECTION_", index.projection),
        projected=tuple(index.projected),
        throughput=_throughput(index),
        status=index.status or None,
    )


def _index_to_wire(index: Index) -> table_pb2.TableIndex:
    return table_pb2.TableIndex(
        name=index.name,
        kind=table_pb2.TableIndex.Kind.Value(f"KIND_{index.kind.value}"),
        partition_key=_key_to_wire(index.partition_key),
        sort_key=_key_to_wire(index.sort_key),
        projection=table_pb2.TableIndex.Projection.Value(f"PROJECTION_{index.projection.value}"),
        projected=index.projected,
        throughput=_throughput_to_wire(index.throughput),
    )


def _key(owner: Any, name: str) -> Optional[KeyAttribute]:
    if not owner.HasField(name):
        return None
    key: table_pb2.KeyAttribute = getattr(owner, name)
    return KeyAttribute(key.name, _enum(KeyType, table_pb2.KeyAttribute.Type.Name, "TYPE_", key.type))


def _key_to_wire(key: Optional[KeyAttribute]) -> Optional[table_pb2.KeyAttribute]:
    if key is None:
        return None
    return table_pb2.KeyAttribute(name=key.name, type=table_pb2.KeyAttribute.Type.Value(f"TYPE_{key.type.value}"))


def _throughput(owner: Any) -> Optional[Throughput]:
    if not owner.HasField("throughput"):
        return None
    return Throughput(owner.throughput.read_capacity_units, owner.throughput.write_capacity_units)


def _throughput_to_wire(throughput: Optional[Throughput]) -> Optional[table_pb2.Throughput]:
    if throughput is None:
        return None
    return table_pb2.Throughput(
        read_capacity_units=throughput.read_capacity_units,
        write_capacity_units=throughput.write_capacity_units,
    )


def _enum(cls: type[E], name_of: Any, prefix: str, number: int) -> E:
    """The member of the same name. What is newer than this library, or was never meant to be sent, is none."""
    try:
        return cls(name_of(number)[len(prefix) :])
    except ValueError:
        raise UnreadableAnswer(f"no known {cls.__name__}") from None
