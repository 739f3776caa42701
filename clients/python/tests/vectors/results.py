"""The results of calls become the documents of vectors."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, Callable, Optional, Union

import dynakv
from dynakv import errors

Document = Any


def time(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


def milliseconds(duration: timedelta) -> int:
    """Milliseconds."""
    return duration // timedelta(milliseconds=1)


def data(value: bytes) -> Document:
    """Text, if it is."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def attribute(value: Any) -> Document:
    """An attribute in DynamoDB's JSON, by nothing but its native type."""
    binary: Callable[[bytes], str] = lambda content: base64.b64encode(content).decode()  # noqa: E731
    if isinstance(value, set):
        kinds: dict[type, tuple[str, Callable[[Any], str]]] = {
            str: ("SS", str),
            Decimal: ("NS", str),
            bytes: ("BS", binary),
        }
        (member_type,) = {type(member) for member in value}
        name, convert = kinds[member_type]
        return {name: [convert(member) for member in value]}
    simple: dict[type, tuple[str, Callable[[Any], Any]]] = {
        str: ("S", str),
        Decimal: ("N", str),
        bytes: ("B", binary),
        bool: ("BOOL", bool),
        type(None): ("NULL", lambda _: True),
        dict: ("M", item),
        list: ("L", lambda values: [attribute(one) for one in values]),
    }
    name, convert = simple[type(value)]
    return {name: convert(value)}


def item(attributes: dict[str, Any]) -> Document:
    """An item."""
    return {name: attribute(value) for name, value in attributes.items()}


def filled(**parts: Any) -> Document:
    """A map of what is there."""
    return {name: part for name, part in parts.items() if part is not None}


def entry(found: Optional[dynakv.Entry]) -> Optional[Document]:
    """An entry."""
    if found is None:
        return None
    return filled(
        key=found.key,
        value=None if found.value is None else data(found.value),
        version=found.version,
        expire_time=None if found.expire_time is None else time(found.expire_time),
    )


def current(found: Any) -> Optional[Document]:
    """An entry or an item, where either may be."""
    return item(found) if isinstance(found, dict) else entry(found)


def optional_time(moment: Optional[datetime]) -> Optional[int]:
    """A time, if there is one."""
    return None if moment is None else time(moment)


def outcome(result: Any) -> Document:
    """An outcome with its name."""
    if isinstance(result, (dynakv.NotSwapped, dynakv.NotDeleted)):
        name = "not_swapped" if isinstance(result, dynakv.NotSwapped) else "not_deleted"
        return {name: filled(current=entry(result.current))}
    if isinstance(result, (dynakv.NoTtl, dynakv.NotFound)):
        return {"no_ttl" if isinstance(result, dynakv.NoTtl) else "not_found": True}
    if isinstance(result, dynakv.TimeLeft):
        return {"ttl": {"ttl": milliseconds(result.ttl), "expire_time": time(result.expire_time)}}
    if isinstance(result, dynakv.TtlRemoved):
        return {"ttl_removed": {"version": result.version}}
    if isinstance(result, (dynakv.Swapped, dynakv.TtlSet)):
        name = "swapped" if isinstance(result, dynakv.Swapped) else "ttl_set"
        return {name: filled(version=result.version, expire_time=optional_time(result.expire_time))}
    raise TypeError(type(result).__name__)


def written(result: dynakv.Written) -> Document:
    """What a set wrote."""
    return filled(
        version=result.version,
        expire_time=optional_time(result.expire_time),
        previous=entry(result.previous),
        previous_lost=result.previous_lost or None,
    )


def counter(result: dynakv.Counter) -> Document:
    """A counter."""
    return filled(value=str(result.value), version=result.version, expire_time=optional_time(result.expire_time))


def found(result: Any) -> Document:
    """What a read of one key or item found."""
    if result is None:
        return {"missing": True}
    if isinstance(result, errors.DynaKVError):
        return {"failed": part_error(result)}
    return {"found": current(result)}


def item_write(result: Any) -> Document:
    """What became of a write of an item."""
    if isinstance(result, dynakv.ConditionFailed):
        return {"condition_failed": filled(current=current(result.current))}
    attributes = None if result.attributes is None else item(result.attributes)
    if isinstance(result, dynakv.DeletedItem):
        return {"applied": filled(existed=result.existed, attributes=attributes)}
    return {
        "applied": filled(version=result.version, expire_time=optional_time(result.expire_time), attributes=attributes)
    }


def batch_outcome(result: Union[dynakv.BatchOutcome, dynakv.BatchItemOutcome]) -> Document:
    """What became of one operation of a batch."""
    if isinstance(result, dynakv.Written):
        return {"written": written(result)}
    if isinstance(result, dynakv.Deleted):
        return {"deleted": filled(existed=result.existed)}
    if isinstance(result, dynakv.ConditionFailed):
        return {
            "condition_failed": filled(current=current(result.current), current_omitted=result.current_omitted or None)
        }
    if isinstance(result, dynakv.Superseded):
        return {"superseded": True}
    name = "outcome_unknown" if isinstance(result, dynakv.OutcomeUnknownError) else "failed"
    return {name: part_error(result)}


def snapshots(results: list[dynakv.Snapshot]) -> Document:
    """What a transaction read."""
    return {
        "results": [
            {"absent": True} if result is None else {"item" if isinstance(result, dict) else "entry": current(result)}
            for result in results
        ]
    }


def transaction(result: dynakv.Transaction) -> Document:
    """What became of a transaction."""
    if isinstance(result, dynakv.Committed):
        return {
            "committed": [
                filled(version=one.version, expire_time=optional_time(one.expire_time)) for one in result.operations
            ]
        }
    return {"cancelled": [_cancellation(one) for one in result.operations]}


def _cancellation(one: dynakv.Cancellation) -> Document:
    name = "current_item" if isinstance(one.current, dict) else "current"
    return filled(reason=one.reason.value, **{name: current(one.current)})


def table(description: Any) -> Document:
    """A table, or a part of what is said of one."""
    if isinstance(description, Enum):
        return description.value
    if isinstance(description, (list, tuple)):
        return [table(one) for one in description]
    if hasattr(description, "__dataclass_fields__"):
        return filled(**{one.name: table(getattr(description, one.name)) for one in fields(description)})
    return description


def rows(of_pages: Iterable[Any]) -> list[Document]:
    """Keys or items."""
    return [row if isinstance(row, str) else item(row) for row in of_pages]


def part_error(error: errors.DynaKVError) -> Document:
    """The error of one part of a batch."""
    named = ("outcome", "limit", "attempts", "aws_code", "aws_request_id", "throttle_reason")
    return filled(
        code=error.code.name,
        reason=error.reason,
        fields=[violation.field for violation in error.fields] or None,
        metadata={name: error.metadata[name] for name in named if name in error.metadata} or None,
        retry_delay=None if error.retry_delay is None else milliseconds(error.retry_delay),
    )


def error(raised: errors.DynaKVError) -> Document:
    """The error of a call."""
    document = part_error(raised)
    if isinstance(raised, errors.OutcomeUnknownError):
        return {**document, "kind": "outcome_unknown", "request_id": raised.request_id}
    return {**document, "kind": "failed"}
