"""The calls that concern several entries or items at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from ._base import Base
from ._calls import Call, RequestId, request_id_of
from ._expressions import Scope
from ._failures import UnreadableAnswer
from ._settings import Metadata, Timeout
from ._times import duration
from .entries import entry_from_wire, expire_time, optional_entry, to_bytes
from .transactions import (
    Cancellation,
    Cancelled,
    CancelReason,
    Committed,
    CommittedOperation,
    ReadEntry,
    ReadItem,
    Snapshot,
    TransactCheck,
    TransactDelete,
    TransactDeleteItem,
    Transaction,
    TransactOperation,
    TransactPutItem,
    TransactRead,
    TransactSet,
    TransactUpdateItem,
)
from .updates import update_to_wire
from .v1 import transact_pb2
from .values import item_from_wire, item_to_wire, key_to_wire

_RESPONSE = transact_pb2.TransactWriteResponse
_REASON = transact_pb2.TransactWriteResult.Reason

# Deletes and checks leave no version behind by which a repeat could be recognised.
_LEAVE_A_VERSION = ("set", "put_item", "update_item")


def transact_get(
    client: Base,
    reads: Iterable[TransactRead],
    *,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[list[Snapshot]]:
    """Read up to 100 entries or items, of any tables, as they are at one and the same moment."""
    if isinstance(reads, str):
        raise TypeError("expected several reads, such as a list; a text would be taken as its characters")
    operations = [_read(read, client.table) for read in reads]
    request = transact_pb2.TransactGetRequest(operations=operations)

    def answer(response: transact_pb2.TransactGetResponse) -> list[Snapshot]:
        if len(response.results) != len(operations):
            raise UnreadableAnswer("another number of results than the call has reads")
        return [_snapshot(result) for result in response.results]

    return Call("TransactGet", request, answer, timeout, metadata)


def _read(read: TransactRead, table: str) -> transact_pb2.TransactGetOperation:
    if isinstance(read, str):
        return transact_pb2.TransactGetOperation(table=table, key=read)
    if isinstance(read, ReadEntry):
        return transact_pb2.TransactGetOperation(table=read.table or table, key=read.key)
    if isinstance(read, ReadItem):
        return transact_pb2.TransactGetOperation(table=read.table or table, item_key=key_to_wire(read.key))
    raise TypeError(f"a read is a key, a ReadEntry or a ReadItem, not {type(read).__name__}")


def _snapshot(result: transact_pb2.TransactGetResult) -> Snapshot:
    kind = result.WhichOneof("result")
    if kind == "entry":
        return entry_from_wire(result.entry)
    if kind == "item":
        return item_from_wire(result.item)
    if kind == "absent":
        return None
    raise UnreadableAnswer("a result that is none of the known ones")


def transact_write(
    client: Base,
    operations: Iterable[TransactOperation],
    *,
    request_id: Optional[RequestId] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[Transaction]:
    """Carry out up to 100 operations on distinct items, of any tables, all or none.

    A condition that does not hold is the result :class:`Cancelled`, which is false, with a reason for each operation. A
    transaction of nothing but deletes and checks is never sent again by itself: its repetition could not be recognised.
    """
    sent = [_operation(operation, client.table) for operation in operations]
    request = transact_pb2.TransactWriteRequest(operations=sent, request_id=request_id_of(request_id))
    may_repeat = any(operation.WhichOneof("kind") in _LEAVE_A_VERSION for operation in sent)

    def answer(response: transact_pb2.TransactWriteResponse) -> Transaction:
        if len(response.results) != len(sent):
            raise UnreadableAnswer("another number of results than the call has operations")
        if response.outcome == _RESPONSE.OUTCOME_COMMITTED:
            return Committed([_committed(result) for result in response.results])
        if response.outcome == _RESPONSE.OUTCOME_CANCELLED:
            return Cancelled([_cancellation(result) for result in response.results])
        raise UnreadableAnswer("no known outcome")

    return Call("TransactWrite", request, answer, timeout, metadata, may_repeat=may_repeat)


def _committed(result: transact_pb2.TransactWriteResult) -> CommittedOperation:
    version = result.version if result.HasField("version") else None
    return CommittedOperation(version, expire_time(result))


def _cancellation(result: transact_pb2.TransactWriteResult) -> Cancellation:
    try:
        reason = CancelReason(_REASON.Name(result.reason)[len("REASON_") :])
    except ValueError:
        raise UnreadableAnswer("no known reason") from None
    if result.HasField("current_item"):
        return Cancellation(reason, item_from_wire(result.current_item))
    return Cancellation(reason, optional_entry(result, "current"))


def _operation(operation: TransactOperation, table: str) -> transact_pb2.TransactWriteOperation:
    return transact_pb2.TransactWriteOperation(
        table=operation.table or table, return_current=operation.return_current, **_kind(operation)
    )


def _kind(operation: TransactOperation) -> dict[str, Any]:
    """The one field for what the operation does."""
    if isinstance(operation, TransactSet):
        written = transact_pb2.TransactSet(
            key=operation.key,
            value=to_bytes(operation.value),
            ttl=None if operation.ttl is None else duration(operation.ttl),
            expected=operation.expected.wire if operation.expected else None,
        )
        return {"set": written}
    if isinstance(operation, TransactDelete):
        expected = operation.expected.wire if operation.expected else None
        return {"delete": transact_pb2.TransactDelete(key=operation.key, expected=expected)}
    scope = Scope(operation.names, operation.values)
    expressions: dict[str, Any] = {
        "condition": scope.condition(operation.condition),
        "names": scope.names,
        "values": scope.values,
    }
    if isinstance(operation, TransactPutItem):
        ttl = None if operation.ttl is None else duration(operation.ttl)
        put = transact_pb2.TransactPutItem(item=item_to_wire(operation.item), ttl=ttl, **expressions)
        return {"put_item": put}
    key = key_to_wire(operation.key)
    if isinstance(operation, TransactUpdateItem):
        update = update_to_wire(operation.update)
        return {"update_item": transact_pb2.TransactUpdateItem(key=key, **update, **expressions)}
    if isinstance(operation, TransactDeleteItem):
        return {"delete_item": transact_pb2.TransactDeleteItem(key=key, **expressions)}
    if isinstance(operation, TransactCheck):
        return {"check": transact_pb2.TransactCheck(key=key, **expressions)}
    raise TypeError(f"{type(operation).__name__} is no operation of a transaction")
