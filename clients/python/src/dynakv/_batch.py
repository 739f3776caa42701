"""Reads and writes of any number of entries: split into requests that the server takes, and put together again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Optional

from ._base import Base
from ._calls import Call, RequestId, Script, request_id_of
from ._failures import UnreadableAnswer, is_certain, of_status, renumbered, to_error
from ._point import keys_of, set_expiry
from ._settings import Metadata, Timeout
from .batches import BatchDelete, BatchOperation, BatchOutcome, BatchSet, Found, Superseded
from .entries import (
    ConditionFailed,
    Deleted,
    Entry,
    Written,
    entry_from_wire,
    expire_time,
    optional_entry,
    to_bytes,
    version,
)
from .errors import DynaKVError, Failure, OutcomeUnknownError
from .v1 import batch_pb2

# The most keys or operations of one request, and the largest request that the server reads.
_MAX_COUNT = 10_000
_MAX_BYTES = 16 * 1024 * 1024
# The tag of a repeated field below 16, and the longest length that fits a request.
_BESIDE_BYTES = 1 + 4

_RESULT = batch_pb2.BatchWriteResult


def split(sizes: Iterable[int], beside: int) -> Iterator[range]:
    """Split what has these sizes into parts of one request each.

    ``beside`` is what a request takes without any of them. What is too large for any request has one of its own:
    the server's refusal names the limit.
    """
    start = end = 0
    taken = beside
    for size in sizes:
        if end > start and (end - start == _MAX_COUNT or taken + size + _BESIDE_BYTES > _MAX_BYTES):
            yield range(start, end)
            start, taken = end, beside
        end += 1
        taken += size + _BESIDE_BYTES
    if end > start:
        yield range(start, end)


class KeysPart:
    """One request of a ``batch_get``, and which of its keys are still unanswered."""

    def __init__(self, call: Call[Any], start: int) -> None:
        self.call = call
        self._start = start
        self._unanswered: set[int] = set(range(len(call.request.keys)))

    def take(self, response: batch_pb2.BatchGetResponse) -> Iterator[tuple[int, Found]]:
        """The answers of a message, each with the position of its key."""
        for result in response.results:
            if result.index not in self._unanswered:
                raise UnreadableAnswer("a result that belongs to no key")
            found = self._found(result)
            self._unanswered.remove(result.index)
            yield self._start + result.index, found

    def end(self) -> None:
        """Be sure that no key was left out."""
        if self._unanswered:
            raise UnreadableAnswer("no result for some of the keys")

    def fail(self, failure: Failure) -> list[tuple[int, Found]]:
        """The answers of a request that failed or broke off."""
        error = self.call.error(renumbered(failure, lambda index: self._start + index))
        return [(self._start + index, error) for index in sorted(self._unanswered)]

    def _found(self, result: batch_pb2.BatchGetResult) -> Found:
        kind = result.WhichOneof("result")
        if kind == "found":
            return entry_from_wire(result.found)
        if kind == "missing":
            return None
        if kind == "failed":
            return self.call.error(of_status(result.failed))
        raise UnreadableAnswer("a result that is none of the known ones")


def batch_get(
    client: Base,
    keys: Iterable[str],
    *,
    consistent: bool = False,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Iterator[KeysPart]:
    """The requests that read any number of entries, to be sent one after the other."""
    listed = keys_of(keys)
    table = table or client.table

    def part(positions: Sequence[int]) -> KeysPart:
        request = batch_pb2.BatchGetRequest(
            table=table, keys=[listed[position] for position in positions], consistent_read=consistent
        )
        return KeysPart(Call("BatchGet", request, lambda response: response, timeout, metadata), positions[0])

    # No keys, and `consistent_read` whether it is set or not.
    beside = batch_pb2.BatchGetRequest(table=table, consistent_read=True).ByteSize()
    return map(part, split((len(key.encode()) for key in listed), beside))


def in_order(count: int, answers: Iterable[tuple[int, Found]]) -> list[Found]:
    """The answers in the order of the keys. Raises the failure if all keys failed with the same code."""
    found: list[Found] = [None] * count
    for position, answer in answers:
        found[position] = answer
    common = _common_error(found)
    if common is not None:
        raise common
    return found


def batch_write(
    client: Base,
    operations: Iterable[BatchOperation],
    *,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Script[list[BatchOutcome]]:
    """Carry out any number of sets and deletes, and say of each, in their order, what became of it.

    There is no order among them, but of several on one key only the last is carried out. An operation that failed
    is an error in the list; the call raises it if all of them failed with the same code.

    Sent in requests of up to 10,000 operations and 16 MiB, one after the other, under ids that follow from the
    request id of the whole. Each has the time of a call and is retried like one, unless it has a conditional
    delete; an operation that failed by itself is not sent again. A request that is refused leaves the others in
    force.
    """
    listed = list(operations)
    whole_id = uuid.UUID(request_id_of(request_id))
    table = table or client.table
    # The last operation on a key wins however many requests the batch takes, so the others are not even sent.
    last: dict[str, int] = {operation.key: position for position, operation in enumerate(listed)}
    positions = sorted(last.values())
    sent = [_to_wire(listed[position]) for position in positions]
    outcomes: list[BatchOutcome] = [Superseded()] * len(listed)
    beside = batch_pb2.BatchWriteRequest(table=table, request_id=str(whole_id)).ByteSize()
    for number, part in enumerate(split((operation.ByteSize() for operation in sent), beside)):
        request = batch_pb2.BatchWriteRequest(
            table=table,
            operations=sent[part.start : part.stop],
            request_id=str(_part_id(whole_id, number)),
        )
        of_part = positions[part.start : part.stop]
        call = _PartCall(request, of_part, timeout, metadata)
        try:
            results = yield call
        except DynaKVError as error:
            results = [error] * len(part)
        for position, outcome in zip(of_part, results):
            outcomes[position] = outcome
    return _as_one(outcomes, str(whole_id))


class _PartCall(Call[list[BatchOutcome]]):
    """One request of a ``batch_write``."""

    __slots__ = ("_positions",)

    def __init__(
        self,
        request: batch_pb2.BatchWriteRequest,
        positions: list[int],
        timeout: Optional[Timeout],
        metadata: Optional[Metadata],
    ) -> None:
        # What holds for a single conditional delete holds for a request with one: it is sent once.
        once_only = any(
            one.WhichOneof("kind") == "delete" and one.delete.HasField("expected") for one in request.operations
        )
        super().__init__("BatchWrite", request, self._outcomes, timeout, metadata, may_repeat=not once_only)
        self._positions = positions

    def error(self, failure: Failure) -> DynaKVError:
        """What the caller is told, in the numbers of the caller."""
        return super().error(renumbered(failure, self._positions.__getitem__))

    def _outcomes(self, response: batch_pb2.BatchWriteResponse) -> list[BatchOutcome]:
        if len(response.results) != len(self.request.operations):
            raise UnreadableAnswer("another number of results than the call has operations")
        return [self._outcome(*both) for both in zip(self.request.operations, response.results)]

    def _outcome(self, operation: batch_pb2.BatchWriteOperation, result: batch_pb2.BatchWriteResult) -> BatchOutcome:
        if result.outcome == _RESULT.OUTCOME_APPLIED:
            if operation.WhichOneof("kind") == "set":
                return Written(version(result), expire_time(result))
            return Deleted(result.existed if result.HasField("existed") else None)
        if result.outcome == _RESULT.OUTCOME_CONDITION_FAILED:
            current: ConditionFailed[Entry] = ConditionFailed(optional_entry(result, "current"), result.current_omitted)
            return current
        if result.outcome == _RESULT.OUTCOME_SUPERSEDED:
            return Superseded()
        if result.outcome == _RESULT.OUTCOME_FAILED:
            failure = of_status(result.failed)
            return to_error(failure, certain=is_certain(failure, sent_again=True), request_id=self.request_id)
        raise UnreadableAnswer("no known outcome")


def _to_wire(operation: BatchOperation) -> batch_pb2.BatchWriteOperation:
    expected = operation.expected.wire if operation.expected else None
    if isinstance(operation, BatchSet):
        written = batch_pb2.BatchSet(
            key=operation.key,
            value=to_bytes(operation.value),
            expected=expected,
            return_current=operation.return_current,
        )
        set_expiry(written, operation.ttl, operation.keep_ttl)
        return batch_pb2.BatchWriteOperation(set=written)
    if isinstance(operation, BatchDelete):
        deleted = batch_pb2.BatchDelete(
            key=operation.key,
            expected=expected,
            return_current=operation.return_current,
            report_existed=operation.report_existed,
        )
        return batch_pb2.BatchWriteOperation(delete=deleted)
    raise TypeError(f"an operation of a batch is a BatchSet or a BatchDelete, not {type(operation).__name__}")


def _part_id(request_id: uuid.UUID, number: int) -> uuid.UUID:
    """The same for every attempt at the same batch. The first part has the id of the whole."""
    return uuid.uuid5(request_id, str(number)) if number else request_id


def _as_one(outcomes: list[BatchOutcome], request_id: str) -> list[BatchOutcome]:
    carried_out = [outcome for outcome in outcomes if not isinstance(outcome, Superseded)]
    common = _common_error(carried_out)
    if common is None:
        return outcomes
    unknown = any(isinstance(outcome, OutcomeUnknownError) for outcome in carried_out)
    raise to_error(common.failure, certain=not unknown, request_id=request_id) from common.__cause__


def _common_error(all_of_them: Sequence[Any]) -> Optional[DynaKVError]:
    """The error of all, if all failed with the same code: what a single request would have failed with."""
    first = all_of_them[0] if all_of_them else None
    if isinstance(first, DynaKVError) and all(
        isinstance(one, DynaKVError) and one.code == first.code for one in all_of_them
    ):
        return first
    return None
