"""What a call raises when it has no result.

A miss, a lost race or a condition that did not hold is a result, never one of these. The classes go by DynaKV's
reason, and those by the gRPC code, so that ``except`` can be as exact as need be::

    DynaKVError
    ├── OutcomeUnknownError            a write that may or may not have happened
    ├── InvalidArgumentError           the code
    │   ├── InvalidFieldError          the reason
    │   └── …
    └── …

Every error but :class:`OutcomeUnknownError` says of a write that it certainly did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Optional

import grpc


class ConfigurationError(ValueError):
    """There is no client, since its settings are wrong: an address, a token or the TLS files."""


@dataclass(frozen=True)
class FieldViolation:
    """A field of the request that the server refused."""

    field: str
    """Its path, such as ``expected.version`` or ``keys[3]``."""
    description: str
    """What is wrong with it."""


@dataclass(frozen=True)
class Failure:
    """What the gRPC status of a failed call says."""

    code: grpc.StatusCode
    message: str
    reason: Optional[str] = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[FieldViolation, ...] = ()
    retry_delay: Optional[timedelta] = None

    def __str__(self) -> str:
        """All that a person needs to know, in one line."""
        name = self.reason or self.code.name
        what = f"{self.message} ({name})" if self.message else name
        # The message of a refusal often says already what is wrong with the only field.
        unsaid = (violation for violation in self.fields if violation.description not in self.message)
        return "; ".join([what, *(f"{violation.field}: {violation.description}" for violation in unsaid)])


class DynaKVError(Exception):
    """A call failed. If it was a write and this is no :class:`OutcomeUnknownError`, it certainly did not happen.

    Where there was a gRPC error, it is the ``__cause__``.
    """

    def __init__(self, failure: Failure, request_id: Optional[str] = None) -> None:
        super().__init__(failure, request_id)
        self.code: grpc.StatusCode = failure.code
        """The gRPC code."""
        self.message: str = failure.message
        """What the server, or whoever made the status, says for people to read."""
        self.reason: Optional[str] = failure.reason
        """DynaKV's reason, such as ``THROTTLED``. ``None`` if something else made the status."""
        self.metadata: Mapping[str, str] = failure.metadata
        """DynaKV's metadata, such as ``limit`` or ``aws_request_id``; ``errors.proto`` lists them."""
        self.fields: tuple[FieldViolation, ...] = failure.fields
        """The fields of the request that are wrong."""
        self.retry_delay: Optional[timedelta] = failure.retry_delay
        """How long to wait before the call is worth another attempt, if the server said so."""
        self.request_id: Optional[str] = request_id
        """The id under which the write was sent. ``None`` of a read."""
        self.failure = failure
        """All of it, as it came."""

    def __str__(self) -> str:
        return str(self.failure)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class OutcomeUnknownError(DynaKVError):
    """The write may or may not have happened: its answer was lost.

    Read the entry to see, or send the same write again with ``request_id=error.request_id``: unless somebody else
    has changed the entry since, a write that has happened is then recognised.
    """

    def __str__(self) -> str:
        return f"it is not known whether the write happened: {self.failure}"


# By code.


class CancelledError(DynaKVError):
    """The call was cancelled."""


class UnknownError(DynaKVError):
    """A server or proxy did not say what went wrong."""


class InvalidArgumentError(DynaKVError):
    """The request is wrong, whatever is stored."""


class DeadlineExceededError(DynaKVError, TimeoutError):
    """The call's time is used up."""


class NotFoundError(DynaKVError):
    """There is no such thing. DynaKV itself does not use this code."""


class AlreadyExistsError(DynaKVError):
    """There is such a thing already."""


class PermissionDeniedError(DynaKVError):
    """The caller may not do this."""


class ResourceExhaustedError(DynaKVError):
    """Too much, for now."""


class FailedPreconditionError(DynaKVError):
    """The request does not fit what is stored or configured."""


class AbortedError(DynaKVError):
    """Something else was in the way; the call may be repeated."""


class OutOfRangeError(DynaKVError):
    """The result would be out of range."""


class UnimplementedError(DynaKVError):
    """This server has no such RPC."""


class InternalError(DynaKVError):
    """A fault of DynaKV, or an answer that this version of the client does not understand."""


class UnavailableError(DynaKVError):
    """The server, or DynamoDB behind it, cannot be reached."""


class DataLossError(DynaKVError):
    """Data is lost. DynaKV itself does not use this code."""


class UnauthenticatedError(DynaKVError):
    """The call carries no credential that the server accepts."""


# By reason.


class InvalidFieldError(InvalidArgumentError):
    """A field is missing, malformed or past a limit; ``fields`` says which."""


class MessageTooLargeError(InvalidArgumentError):
    """The request is larger than 16 MiB."""


class MalformedMessageError(InvalidArgumentError):
    """The request is no valid protobuf message, or nested too deeply."""


class TableNotConfiguredError(InvalidArgumentError):
    """The table is not in the server's configuration."""


class InvalidExpressionError(InvalidArgumentError):
    """DynamoDB refused an expression that the caller wrote."""


class InvalidPageTokenError(InvalidArgumentError):
    """The page token is forged, expired or from another request."""


class ItemTooLargeError(FailedPreconditionError):
    """The item would become larger than 400 KB."""


class UpdateNotApplicableError(FailedPreconditionError):
    """The update does not fit the stored item, for example adding to a string."""


class TableNotFoundError(FailedPreconditionError):
    """The configured table does not exist in DynamoDB."""


class TableNotActiveError(FailedPreconditionError):
    """The table is being created, changed or deleted."""


class TableShapeError(FailedPreconditionError):
    """A key-value call on a table with a sort key, or whose key is no string."""


class TableExistsError(AlreadyExistsError):
    """There is a table of this name."""


class NotACounterError(FailedPreconditionError):
    """The entry holds no whole number of 64 bits."""


class CounterOverflowError(OutOfRangeError):
    """The counter would leave the range of a signed 64-bit integer. It is unchanged."""


class UnexpectedAttributeTypeError(FailedPreconditionError):
    """Another program stored something of a type that DynaKV does not read."""


class ItemCollectionFullError(FailedPreconditionError):
    """An item collection of a table with a local index reached 10 GB."""


class OperationDisabledError(FailedPreconditionError):
    """The server's configuration switches this operation off."""


class TransactionConflictError(AbortedError):
    """Another transaction or a replicated write touches the same item."""


class ThrottledError(ResourceExhaustedError):
    """DynamoDB throttled the call."""


class RateLimitedError(ResourceExhaustedError):
    """This caller passed its own limit on this server."""


class StorageFullError(ResourceExhaustedError):
    """The disk of the server's embedded engine is full; a write certainly did not happen."""


class OverloadedError(UnavailableError):
    """The server has too much work and did not begin this call."""


class BackendAccessDeniedError(FailedPreconditionError):
    """The server's own AWS role may not do this."""


class BackendCredentialsError(UnavailableError):
    """The server's own AWS credentials are not valid."""


class BackendUnavailableError(UnavailableError):
    """DynamoDB did not answer; a write certainly did not happen."""
