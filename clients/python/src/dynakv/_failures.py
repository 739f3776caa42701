"""Statuses become errors."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Callable, Optional

import grpc
from google.rpc import error_details_pb2, status_pb2

from . import errors
from .errors import DynaKVError, Failure, FieldViolation, OutcomeUnknownError

_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}

_BY_CODE: dict[grpc.StatusCode, type[DynaKVError]] = {
    code: getattr(errors, "".join(word.capitalize() for word in code.name.split("_")) + "Error")
    for code in grpc.StatusCode
    if code is not grpc.StatusCode.OK
}

# Where reason and code have the same name, the class is the code's.
_BY_REASON: dict[str, type[DynaKVError]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__[: -len("Error")]).upper(): cls
    for base in DynaKVError.__subclasses__()
    for cls in [base, *base.__subclasses__()]
}
_BY_REASON["INTERNAL_ERROR"] = errors.InternalError

_DETAILS = "grpc-status-details-bin"

# gRPC says so of a call for which it found no connection to send it over.
_NOT_CONNECTED = "failed to connect to all addresses"


class UnreadableAnswer(Exception):  # noqa: N818 - never seen by a caller
    """The server answered OK, but with something that it never should."""

    def __init__(self, found: str) -> None:
        super().__init__(f"the server's answer cannot be understood: it has {found}")


def of_error(error: Exception) -> Failure:
    """What an attempt failed with: gRPC's error, or our own about an answer."""
    if isinstance(error, UnreadableAnswer):
        return Failure(grpc.StatusCode.INTERNAL, str(error))
    call: Any = error
    code, message = call.code(), call.details() or ""
    details = next((value for key, value in call.trailing_metadata() or () if key == _DETAILS), None)
    failure = Failure(code, message)
    if details is None:
        return failure
    try:
        return _with_details(failure, status_pb2.Status.FromString(details))
    except ValueError:  # what protobuf's DecodeError is; the status itself is sound
        return failure


def of_status(status: status_pb2.Status) -> Failure:
    """A status that is part of an answer, as if it were that of a call of its own."""
    code = _CODES.get(status.code, grpc.StatusCode.UNKNOWN)
    return _with_details(Failure(code, status.message), status)


def _with_details(failure: Failure, status: status_pb2.Status) -> Failure:
    info, bad, retry = (
        error_details_pb2.ErrorInfo(),
        error_details_pb2.BadRequest(),
        error_details_pb2.RetryInfo(),
    )
    for detail in status.details:
        if detail.Unpack(info) and info.domain == "dynakv":
            failure = replace(failure, reason=info.reason, metadata=dict(info.metadata))
        elif detail.Unpack(bad):
            violations = (FieldViolation(one.field, one.description) for one in bad.field_violations)
            failure = replace(failure, fields=tuple(violations))
        elif detail.Unpack(retry) and retry.HasField("retry_delay"):
            failure = replace(failure, retry_delay=retry.retry_delay.ToTimedelta())
    return failure


def is_certain(failure: Failure, sent_again: bool) -> bool:
    """Whether a write that failed like this certainly changed nothing.

    Only DynaKV can vouch for that, and gRPC for a call that it never sent. Of a call that it sends again by itself
    gRPC shows the last attempt only, and an earlier one may have been sent.
    """
    if failure.metadata.get("outcome") == "NOT_APPLIED":
        return True
    return not sent_again and failure.message.startswith(_NOT_CONNECTED)


def to_error(failure: Failure, *, certain: bool, request_id: Optional[str] = None) -> DynaKVError:
    """What a caller is given."""
    if not certain:
        return OutcomeUnknownError(failure, request_id)
    by_code = _BY_CODE.get(failure.code, DynaKVError)
    cls = _BY_REASON.get(failure.reason, by_code) if failure.reason else by_code
    # A write that certainly did not happen has no unknown outcome, whatever reason it gives.
    return (by_code if cls is OutcomeUnknownError else cls)(failure, request_id)


def renumbered(failure: Failure, position: Callable[[int], int]) -> Failure:
    """Lets a refusal speak of the caller's ``keys[10003]`` instead of the request's ``keys[3]``."""
    message, fields = failure.message, []
    for violation in failure.fields:
        moved = re.sub(r"\[(\d+)\]", lambda index: f"[{position(int(index[1]))}]", violation.field, count=1)
        message = message.replace(violation.field, moved)
        fields.append(FieldViolation(moved, violation.description))
    return replace(failure, message=message, fields=tuple(fields))
