"""The calls that concern single entries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from ._base import Base
from ._calls import Call, RequestId, request_id_of
from ._failures import UnreadableAnswer
from ._settings import Metadata, Timeout
from ._times import Ttl, duration
from .entries import (
    Counter,
    Data,
    Deleted,
    Deletion,
    Entry,
    Expected,
    ExpireOutcome,
    NotDeleted,
    NotFound,
    NotSwapped,
    NoTtl,
    PersistOutcome,
    Swap,
    Swapped,
    TimeLeft,
    TtlOutcome,
    TtlRemoved,
    TtlSet,
    Written,
    certain_time,
    expire_time,
    optional_entry,
    to_bytes,
    version,
)
from .v1 import kv_pb2

_SWAPPED = kv_pb2.CompareAndSetResponse
_TTL = kv_pb2.GetTtlResponse
_EXPIRED = kv_pb2.ExpireResponse
_PERSISTED = kv_pb2.PersistResponse


def get(
    client: Base,
    key: str,
    *,
    consistent: bool = False,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[Optional[Entry]]:
    """Read one entry. ``None`` if there is none.

    ``consistent`` sees every write that was acknowledged before this call, at twice the cost.
    """
    request = kv_pb2.GetRequest(table=table or client.table, key=key, consistent_read=consistent)
    return Call("Get", request, lambda response: optional_entry(response, "entry"), timeout, metadata)


def set_(
    client: Base,
    key: str,
    value: Data,
    *,
    ttl: Optional[Ttl] = None,
    keep_ttl: bool = False,
    return_previous: bool = False,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[Written]:
    """Write one entry, whatever was there, without a TTL unless the call gives one.

    ``ttl`` is how long until it expires, in seconds or as a ``timedelta``: 1 millisecond to 100 years. ``keep_ttl``
    keeps the expiry time and all other attributes. ``return_previous`` answers with the entry that was replaced.
    """
    request = kv_pb2.SetRequest(
        table=table or client.table,
        key=key,
        value=to_bytes(value),
        return_previous=return_previous,
        request_id=request_id_of(request_id),
    )
    set_expiry(request, ttl, keep_ttl)
    return Call("Set", request, _written, timeout, metadata)


def _written(response: kv_pb2.SetResponse) -> Written:
    return Written(
        version=response.version,
        expire_time=expire_time(response),
        previous=optional_entry(response, "previous"),
        previous_lost=response.previous_lost,
    )


def compare_and_set(
    client: Base,
    key: str,
    value: Data,
    expected: Expected,
    *,
    ttl: Optional[Ttl] = None,
    keep_ttl: bool = False,
    return_current: bool = False,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[Swap]:
    """Write one entry if it is as expected, in one atomic step.

    A lost race is the result :class:`NotSwapped`, which is false. If an answer is lost the call is sent again; a
    write that has happened is then recognised, unless somebody else has changed the entry in between.
    ``return_current`` answers a lost race with the entry as it is.
    """
    request = kv_pb2.CompareAndSetRequest(
        table=table or client.table,
        key=key,
        value=to_bytes(value),
        expected=expected.wire,
        return_current=return_current,
        request_id=request_id_of(request_id),
    )
    set_expiry(request, ttl, keep_ttl)
    return Call("CompareAndSet", request, _swap, timeout, metadata)


def _swap(response: kv_pb2.CompareAndSetResponse) -> Swap:
    if response.outcome == _SWAPPED.OUTCOME_SWAPPED:
        return Swapped(version(response), expire_time(response))
    if response.outcome == _SWAPPED.OUTCOME_NOT_SWAPPED:
        return NotSwapped(optional_entry(response, "current"))
    raise UnreadableAnswer("no known outcome")


def delete(
    client: Base,
    key: str,
    *,
    omit_existed: bool = False,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[bool]:
    """Delete one entry, whatever it holds. The result says whether there was one.

    With ``omit_existed`` it is false and says nothing. The delete may then share a call to DynamoDB with other writes,
    and a lost answer of DynamoDB does not make its outcome unknown.
    """
    request = kv_pb2.DeleteRequest(
        table=table or client.table,
        key=key,
        request_id=request_id_of(request_id),
        omit_existed=omit_existed,
    )
    return Call("Delete", request, lambda response: bool(response.existed), timeout, metadata)


def compare_and_delete(
    client: Base,
    key: str,
    expected: Expected,
    *,
    return_current: bool = False,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[Deletion]:
    """Delete one entry if it is as expected, for example to release a lock that is still one's own.

    A lost race is the result :class:`NotDeleted`, which is false. Never sent again by itself: a second attempt
    would find nothing and call it a lost race.
    """
    request = kv_pb2.CompareAndDeleteRequest(
        table=table or client.table,
        key=key,
        expected=expected.wire,
        return_current=return_current,
        request_id=request_id_of(request_id),
    )
    return Call("CompareAndDelete", request, _deletion, timeout, metadata)


def _deletion(response: kv_pb2.CompareAndDeleteResponse) -> Deletion:
    return Deleted() if response.deleted else NotDeleted(optional_entry(response, "current"))


def exists(
    client: Base,
    keys: Iterable[str],
    *,
    consistent: bool = False,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[list[bool]]:
    """Say of up to 100 keys, in their order, whether they exist."""
    request = kv_pb2.ExistsRequest(table=table or client.table, keys=keys_of(keys), consistent_read=consistent)

    def read(response: kv_pb2.ExistsResponse) -> list[bool]:
        if len(response.exists) != len(request.keys):
            raise UnreadableAnswer("another number of results than the call has keys")
        return list(response.exists)

    return Call("Exists", request, read, timeout, metadata)


def get_ttl(
    client: Base,
    key: str,
    *,
    consistent: bool = False,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[TtlOutcome]:
    """Read when an entry expires."""
    request = kv_pb2.GetTtlRequest(table=table or client.table, key=key, consistent_read=consistent)
    return Call("GetTtl", request, _ttl, timeout, metadata)


def _ttl(response: kv_pb2.GetTtlResponse) -> TtlOutcome:
    if response.outcome == _TTL.OUTCOME_TTL:
        return TimeLeft(response.ttl.ToTimedelta(), certain_time(response))
    if response.outcome == _TTL.OUTCOME_NO_TTL:
        return NoTtl()
    if response.outcome == _TTL.OUTCOME_NOT_FOUND:
        return NotFound()
    raise UnreadableAnswer("no known outcome")


def expire(
    client: Base,
    key: str,
    ttl: Ttl,
    *,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[ExpireOutcome]:
    """Give an entry a TTL, or a new one, counted from now: 1 millisecond to 100 years. The value stays."""
    request = kv_pb2.ExpireRequest(
        table=table or client.table, key=key, ttl=duration(ttl), request_id=request_id_of(request_id)
    )
    return Call("Expire", request, _expired, timeout, metadata)


def _expired(response: kv_pb2.ExpireResponse) -> ExpireOutcome:
    if response.outcome == _EXPIRED.OUTCOME_TTL_SET:
        return TtlSet(version(response), certain_time(response))
    if response.outcome == _EXPIRED.OUTCOME_NOT_FOUND:
        return NotFound()
    raise UnreadableAnswer("no known outcome")


def persist(
    client: Base,
    key: str,
    *,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[PersistOutcome]:
    """Take the TTL off an entry. The value stays."""
    request = kv_pb2.PersistRequest(table=table or client.table, key=key, request_id=request_id_of(request_id))
    return Call("Persist", request, _persisted, timeout, metadata)


def _persisted(response: kv_pb2.PersistResponse) -> PersistOutcome:
    if response.outcome == _PERSISTED.OUTCOME_TTL_REMOVED:
        return TtlRemoved(version(response))
    if response.outcome == _PERSISTED.OUTCOME_NO_TTL:
        return NoTtl()
    if response.outcome == _PERSISTED.OUTCOME_NOT_FOUND:
        return NotFound()
    raise UnreadableAnswer("no known outcome")


def increment(
    client: Base,
    key: str,
    by: int = 1,
    *,
    initial: int = 0,
    ttl: Optional[Ttl] = None,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[Counter]:
    """Add to a counter, a signed 64-bit integer, and create it if it is absent.

    ``initial`` is what a counter that this call creates starts from: the result is that plus ``by``. ``ttl`` is the
    TTL of a counter that this call creates. Never sent again by itself: only while nobody else changes the counter
    would a second attempt count once.
    """
    request = kv_pb2.IncrementRequest(
        table=table or client.table,
        key=key,
        ttl=None if ttl is None else duration(ttl),
        delta=by,
        initial=initial,
        request_id=request_id_of(request_id),
    )
    return Call("Increment", request, _counter, timeout, metadata)


def _counter(response: kv_pb2.IncrementResponse) -> Counter:
    return Counter(response.value, response.version, expire_time(response))


def set_expiry(request: object, ttl: Optional[Ttl], keep_ttl: bool) -> None:
    """Fill the field for the expiry, of which a request has one."""
    if ttl is not None and keep_ttl:
        raise ValueError("an entry has a new TTL or keeps its own; ttl and keep_ttl do not go together")
    if ttl is not None:
        request.ttl.CopyFrom(duration(ttl))  # type: ignore[attr-defined]
    elif keep_ttl:
        request.keep_ttl = True  # type: ignore[attr-defined]


def keys_of(keys: Iterable[str]) -> list[str]:
    """The keys, which a single text is not."""
    if isinstance(keys, str):
        raise TypeError("expected several keys, such as a list; a text would be taken as its characters")
    return list(keys)
