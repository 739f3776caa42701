"""Durations and times on the wire."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Union

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from ._failures import UnreadableAnswer

Ttl = Union[float, timedelta]
"""How long until an entry expires: seconds, or a duration. 1 millisecond to 100 years."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# The longest duration that protobuf can hold; the server refuses it, and names the limit.
_LONGEST_S = 315_576_000_000


def duration(ttl: Ttl) -> Duration:
    """A TTL as it is sent, exact to the nanosecond."""
    if isinstance(ttl, timedelta):
        whole_s, nanos = ttl.days * 86_400 + ttl.seconds, ttl.microseconds * 1_000
    else:
        if not isinstance(ttl, (int, float)) or not math.isfinite(ttl):
            raise ValueError("a TTL is a timedelta or a number of seconds")
        # Beyond its text a float has no digits that were meant.
        total = int((Decimal(str(ttl)) * 1_000_000_000).to_integral_value(ROUND_HALF_EVEN))
        whole_s, nanos = divmod(total, 1_000_000_000)
    if whole_s < 0 and nanos:
        # Protobuf wants both of one sign.
        whole_s, nanos = whole_s + 1, nanos - 1_000_000_000
    if abs(whole_s) >= _LONGEST_S:
        return Duration(seconds=_LONGEST_S if whole_s > 0 else -_LONGEST_S)
    return Duration(seconds=whole_s, nanos=nanos)


def time(timestamp: Timestamp) -> datetime:
    """A time as it came, in UTC."""
    try:
        return _EPOCH + timedelta(seconds=timestamp.seconds, microseconds=timestamp.nanos // 1_000)
    except OverflowError:
        raise UnreadableAnswer("an expire_time out of range") from None
