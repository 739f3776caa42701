"""Reads and writes of any number of entries: split into requests that the server takes, and put together again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Callable, Generic, Optional, TypeVar, Union

from ._base import Base
from ._calls import Call, RequestId, Script, request_id_of
from ._failures import UnreadableAnswer, is_certain, of_status, renumbered, to_error
from ._point import keys_of, set_expiry
from ._settings import Metadata, Timeout
from .batches import BatchDelete, BatchOperation, BatchOutcome, BatchSet, Superseded
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

F = TypeVar("F")
Answer = Union[F, None, DynaKVError]


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


class ReadPart(Generic[F]):
    """One request of a batch of reads, and which of its keys are still unanswered."""

    def __init__(self, call: Call[Any], positions: range, found: Callable[[Any], F]) -> None:
        self.call = call
        self._start = positions.start
        self._unanswered: set[int] = set(range(len(positions)))
        # What was found, of a result that says so.
        self._found = found

    def take(self, response: Any) -> Iterator[tuple[int, Answer[F]]]:
        """The answers of a message, each with the position of its key."""
        for result in response.results:
            if result.index not in self._unanswered:
                raise UnreadableAnswer("a result that belongs to no key")
            answer = self._answer(result)
            self._unanswered.remove(result.index)
            yield self._start + result.index, answer

    def end(self) -> None:
        """Be sure that no key was left out."""
        if self._unanswered:
            raise UnreadableAnswer("no result for some of the keys")

    def fail(self, failure: Failure) -> list[tuple[int, Answer[F]]]:
        """The answers of a request that failed or broke off."""
        error = self.call.error(renumbered(failure, lambda index: self._start + index))
        return [(self._start + index, error) for index in sorted(self._unanswered)]

    def _answer(self, result: Any) -> Answer[F]:
        kind = result.WhichOneof("result")
        if kind == "found":
            return self._found(result.found)
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
) -> Iterator[ReadPart[Entry]]:
    """The requests that read any number of entries, to be sent one after the other."""
    listed = keys_of(keys)
    table = table or client.table

    def part(positions: range) -> ReadPart[Entry]:
        request = batch_pb2.BatchGetRequest(
            table=table, keys=[listed[position] for position in positions], consistent_read=consistent
        )
        call: Call[Any] = Call("BatchGet", request, lambda response: response, timeout, metadata)
        return ReadPart(call, positions, entry_from_wire)

    # No keys, and `consistent_read` whether it is set or not.
    beside = batch_pb2.BatchGetRequest(table=table, consistent_read=True).ByteSize()
    return map(part, split((len(key.encode()) for key in listed), beside))


def in_order(count: int, answers: Iterable[tuple[int, Answer[F]]]) -> list[Answer[F]]:
    """The answers in the order of the keys. Raises the failure if all keys failed with the same code."""
    found: list[Answer[F]] = [None] * count
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

    def part(operations: Sequence[Any], of_part: Sequence[int], part_id: uuid.UUID) -> PartCall[BatchOutcome]:
        request = batch_pb2.BatchWriteRequest(table=table, operations=operations, request_id=str(part_id))
        once_only = any(one.WhichOneof("kind") == "delete" and one.delete.HasField("expected") for one in operations)
        return PartCall("BatchWrite", request, of_part, _outcome, timeout, metadata, may_repeat=not once_only)

    outcomes: list[BatchOutcome] = [Superseded()] * len(listed)
    beside = batch_pb2.BatchWriteRequest(table=table, request_id=str(whole_id)).ByteSize()
    yield from send_parts(outcomes, sent, positions, part, whole_id, beside)
    return as_one(outcomes, str(whole_id))


def send_parts(
    outcomes: list[Any],
    sent: Sequence[Any],
    positions: Sequence[int],
    make: Callable[[Sequence[Any], Sequence[int], uuid.UUID], Call[list[Any]]],
    whole_id: uuid.UUID,
    beside: int,
) -> Script[None]:
    """Send operations in requests that ``make`` makes, and set the outcome of each at its position."""
    for number, part in enumerate(split((operation.ByteSize() for operation in sent), beside)):
        of_part = positions[part.start : part.stop]
        call = make(sent[part.start : part.stop], of_part, _part_id(whole_id, number))
        try:
            results = yield call
        except DynaKVError as error:
            results = [error] * len(part)
        for position, outcome in zip(of_part, results):
            outcomes[position] = outcome


class PartCall(Call[list[F]]):
    """One request of a batch of writes. It is sent once if ``may_repeat`` is false."""

    __slots__ = ("_outcome", "_positions")

    def __init__(
        self,
        name: str,
        request: Any,
        positions: Sequence[int],
        outcome: Callable[[Any, Any, Optional[str]], F],
        timeout: Optional[Timeout],
        metadata: Optional[Metadata],
        *,
        may_repeat: bool,
    ) -> None:
        super().__init__(name, request, self._outcomes, timeout, metadata, may_repeat=may_repeat)
        self._positions = positions
        self._outcome = outcome

    def error(self, failure: Failure) -> DynaKVError:
        """What the caller is told, in the numbers of the caller."""
        return super().error(renumbered(failure, self._positions.__getitem__))

    def _outcomes(self, response: Any) -> list[F]:
        if len(response.results) != len(self.request.operations):
            raise UnreadableAnswer("another number of results than the call has operations")
        both = zip(self.request.operations, response.results)
        return [self._outcome(operation, result, self.request_id) for operation, result in both]


def _outcome(
    operation: batch_pb2.BatchWriteOperation, result: batch_pb2.BatchWriteResult, request_id: Optional[str]
) -> BatchOutcome:
    current: Callable[[], Optional[Entry]] = lambda: optional_entry(result, "current")  # noqa: E731
    return outcome_of(result, operation.WhichOneof("kind") == "set", current, request_id)


def outcome_of(
    result: Any, writes: bool, current: Callable[[], Optional[F]], request_id: Optional[str]
) -> Union[Written, Deleted, ConditionFailed[F], Superseded, DynaKVError]:
    """What became of an operation, which writes or deletes. The outcomes of all batches have the same numbers."""
    if result.outcome == _RESULT.OUTCOME_APPLIED:
        if writes:
            return Written(version(result), expire_time(result))
        return Deleted(result.existed if result.HasField("existed") else None)
    if result.outcome == _RESULT.OUTCOME_CONDITION_FAILED:
        return ConditionFailed(current(), result.current_omitted)
    if result.outcome == _RESULT.OUTCOME_SUPERSEDED:
        return Superseded()
    if result.outcome == _RESULT.OUTCOME_FAILED:
        failure = of_status(result.failed)
        return to_error(failure, certain=is_certain(failure, sent_again=True), request_id=request_id)
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


def as_one(outcomes: list[F], request_id: str) -> list[F]:
    """The outcomes. Raises the failure if all that was carried out failed with the same code."""
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
