"""Reads and writes of any number of items, of any tables."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Callable, Optional, Union

from ._base import Base
from ._batch import PartCall, ReadPart, as_one, outcome_of, send_parts, split
from ._calls import Call, RequestId, Script, request_id_of
from ._expressions import Names, Scope
from ._item import optional_item
from ._settings import Metadata, Timeout
from ._times import duration
from .batches import BatchDeleteItem, BatchItemOperation, BatchItemOutcome, BatchItemRead, BatchPutItem, Superseded
from .v1 import item_batch_pb2
from .values import Item, ItemKey, item_from_wire, item_to_wire, key_to_wire


def batch_get_items(
    client: Base,
    reads: Iterable[Union[ItemKey, BatchItemRead]],
    *,
    projection: Union[str, Iterable[str], None] = None,
    names: Optional[Names] = None,
    consistent: bool = False,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Iterator[ReadPart[Item]]:
    """The requests that read any number of items, to be sent one after the other."""
    table = table or client.table
    operations = [_read(read, table) for read in reads_of(reads)]
    scope = Scope(names)
    text = scope.projection(projection)

    def request(positions: range) -> item_batch_pb2.BatchGetItemsRequest:
        return item_batch_pb2.BatchGetItemsRequest(
            operations=operations[positions.start : positions.stop],
            consistent_read=consistent,
            projection=text,
            names=scope.names,
        )

    def part(positions: range) -> ReadPart[Item]:
        call: Call[Any] = Call("BatchGetItems", request(positions), lambda response: response, timeout, metadata)
        return ReadPart(call, positions, item_from_wire)

    beside = request(range(0)).ByteSize()
    return map(part, split((operation.ByteSize() for operation in operations), beside))


def reads_of(reads: Iterable[Union[ItemKey, BatchItemRead]]) -> list[Union[ItemKey, BatchItemRead]]:
    """The reads of a call, of which a single text is none."""
    if isinstance(reads, (str, bytes)):
        raise TypeError("expected several reads, such as a list; a text would be taken as its characters")
    return list(reads)


def _read(read: Union[ItemKey, BatchItemRead], table: str) -> item_batch_pb2.BatchGetItemsOperation:
    if isinstance(read, BatchItemRead):
        return item_batch_pb2.BatchGetItemsOperation(table=read.table or table, key=key_to_wire(read.key))
    return item_batch_pb2.BatchGetItemsOperation(table=table, key=key_to_wire(read))


def batch_write_items(
    client: Base,
    operations: Iterable[BatchItemOperation],
    *,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Script[list[BatchItemOutcome]]:
    """Carry out any number of puts and deletes of items, and say of each, in their order, what became of it.

    There is no order among them, but of several on one item the last wins. ``table`` is that of operations that name
    none. An operation that failed is an error in the list; the call raises it if all of them failed with the same code.

    Sent in requests as ``batch_write`` sends them. A request with a delete that has a condition or
    ``report_existed`` is not sent again by itself. What an operation of a later request replaces is written all the
    same.
    """
    listed = list(operations)
    whole_id = uuid.UUID(request_id_of(request_id))
    table = table or client.table
    # All of them are sent: which attributes of an item are its key, only the server knows.
    sent = [_to_wire(operation, table) for operation in listed]

    def part(operations: Sequence[Any], positions: Sequence[int], part_id: uuid.UUID) -> PartCall[BatchItemOutcome]:
        request = item_batch_pb2.BatchWriteItemsRequest(operations=operations, request_id=str(part_id))
        once_only = any(map(_is_once_only, operations))
        return PartCall("BatchWriteItems", request, positions, _outcome, timeout, metadata, may_repeat=not once_only)

    outcomes: list[BatchItemOutcome] = [Superseded()] * len(listed)
    beside = item_batch_pb2.BatchWriteItemsRequest(request_id=str(whole_id)).ByteSize()
    yield from send_parts(outcomes, sent, range(len(listed)), part, whole_id, beside)
    return as_one(outcomes, str(whole_id))


def _is_once_only(operation: item_batch_pb2.BatchWriteItemsOperation) -> bool:
    """A second attempt would find nothing to delete."""
    delete = operation.delete_item
    return operation.WhichOneof("kind") == "delete_item" and (delete.report_existed or bool(delete.condition))


def _to_wire(operation: BatchItemOperation, table: str) -> item_batch_pb2.BatchWriteItemsOperation:
    if isinstance(operation, BatchPutItem):
        scope = Scope(operation.names, operation.values)
        put = item_batch_pb2.BatchPutItem(
            item=item_to_wire(operation.item),
            ttl=None if operation.ttl is None else duration(operation.ttl),
            condition=scope.condition(operation.condition),
            names=scope.names,
            values=scope.values,
        )
        return item_batch_pb2.BatchWriteItemsOperation(
            table=operation.table or table, return_current=operation.return_current, put_item=put
        )
    if isinstance(operation, BatchDeleteItem):
        scope = Scope(operation.names, operation.values)
        delete = item_batch_pb2.BatchDeleteItem(
            key=key_to_wire(operation.key),
            condition=scope.condition(operation.condition),
            names=scope.names,
            values=scope.values,
            report_existed=operation.report_existed,
        )
        return item_batch_pb2.BatchWriteItemsOperation(
            table=operation.table or table, return_current=operation.return_current, delete_item=delete
        )
    raise TypeError(f"an operation is a BatchPutItem or a BatchDeleteItem, not {type(operation).__name__}")


def _outcome(
    operation: item_batch_pb2.BatchWriteItemsOperation,
    result: item_batch_pb2.BatchWriteItemsResult,
    request_id: Optional[str],
) -> BatchItemOutcome:
    current: Callable[[], Optional[Item]] = lambda: optional_item(result, "current")  # noqa: E731
    return outcome_of(result, operation.WhichOneof("kind") == "put_item", current, request_id)
