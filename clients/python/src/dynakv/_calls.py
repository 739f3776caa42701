"""A call that has not been sent yet: what both clients send, each in its way."""

from __future__ import annotations

import functools
import inspect
import uuid
from collections.abc import Generator
from typing import Any, Callable, Generic, Optional, TypeVar, Union

from ._failures import is_certain, to_error
from ._methods import METHODS
from ._settings import Metadata, Timeout, seconds
from .errors import DynaKVError, Failure

T = TypeVar("T")
M = TypeVar("M")
T_co = TypeVar("T_co", covariant=True)

RequestId = Union[str, uuid.UUID]
"""Names a logical write: a UUID."""


class Call(Generic[T_co]):
    """A request of an RPC with one answer, and what its answer means."""

    __slots__ = ("may_repeat", "metadata", "method", "read", "request", "request_id", "timeout")

    def __init__(
        self,
        name: str,
        request: Any,
        read: Callable[[Any], T_co],
        timeout: Optional[Timeout],
        metadata: Optional[Metadata],
        *,
        may_repeat: bool = True,
    ) -> None:
        self.method = METHODS[name]
        self.request = request
        self.read = read
        self.timeout = None if timeout is None else seconds(timeout)
        self.metadata = metadata
        self.request_id: Optional[str] = getattr(request, "request_id", None)
        # False where this very request does not allow what the proto declares of the RPC.
        self.may_repeat = may_repeat

    def error(self, failure: Failure) -> DynaKVError:
        """What the caller is told of this call when it failed like this."""
        sent_again = self.may_repeat and self.method.repeatable
        certain = not self.method.writes or is_certain(failure, sent_again)
        return to_error(failure, certain=certain, request_id=self.request_id)


Script = Generator[Call[Any], Any, T]
"""Calls one after the other. Each is sent by the client, which gives back its result or throws its error."""


def request_id_of(given: Optional[RequestId]) -> str:
    """One id for all attempts at the same write."""
    return str(given or uuid.uuid4())


def presented(method: M, build: Any, returns: str) -> M:
    """Let ``help`` show a client's method as a caller sees it: ``returns`` with what ``build`` makes a call for."""
    shown: Any = functools.update_wrapper(method, build)  # type: ignore[arg-type]
    signature = inspect.signature(build)
    client, *parameters = signature.parameters.values()
    answer = str(signature.return_annotation)
    shown.__signature__ = signature.replace(
        parameters=[client.replace(name="self", annotation=inspect.Parameter.empty), *parameters],
        return_annotation=returns.format(answer[answer.index("[") + 1 : -1]),
    )
    shown.__name__ = build.__name__.rstrip("_")
    shown.__qualname__ = f"Client.{shown.__name__}"
    return method
