"""What both clients are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

import grpc

from ._calls import Call
from ._methods import METHODS
from ._settings import (
    DEFAULT_ADDRESS,
    DEFAULT_TIMEOUT,
    Settings,
    Timeout,
    Tls,
    channel_options,
    from_environment,
    seconds,
)
from .errors import Failure, UnavailableError
from .v1.item_pb2_grpc import ItemServiceStub
from .v1.kv_pb2_grpc import KeyValueServiceStub
from .v1.table_pb2_grpc import TableServiceStub

if TYPE_CHECKING:
    from typing_extensions import Self

# gRPC has no word for a deadline much further away.
_LONGEST_TIMEOUT_S = 100 * 24 * 3600.0


class Stubs:
    """The generated stubs over one channel, and their RPCs by name."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel
        self.key_value = KeyValueServiceStub(channel)
        self.item = ItemServiceStub(channel)
        self.table = TableServiceStub(channel)
        of_service: dict[str, Any] = {
            "dynakv.v1.KeyValueService": self.key_value,
            "dynakv.v1.ItemService": self.item,
            "dynakv.v1.TableService": self.table,
        }
        self.rpcs = {name: getattr(of_service[method.service], name) for name, method in METHODS.items()}


class Base:
    """The settings and connections of a client."""

    def __init__(
        self,
        address: str = DEFAULT_ADDRESS,
        *,
        token: Optional[str] = None,
        table: str = "",
        tls: Union[Tls, bool, None] = None,
        timeout: Timeout = DEFAULT_TIMEOUT,
        interceptors: Sequence[Any] = (),
    ) -> None:
        settings = Settings(address, token, table, tls, timeout)
        target, used_tls = settings.target()
        credentials = used_tls.credentials() if used_tls else None
        self._settings = settings
        self._call_metadata = settings.call_metadata()
        self._timeout_s = seconds(timeout)
        # gRPC decides by method whether to send a call again. What this client must decide by request goes over a
        # channel that never does; it connects when it is first used.
        self._stubs, self._once = (
            Stubs(self._open(target, credentials, channel_options(target, used_tls, retries=retries), interceptors))
            for retries in (True, False)
        )

    @classmethod
    def from_env(cls, *, interceptors: Sequence[Any] = ()) -> Self:
        """A client with the settings of the environment.

        ``DYNAKV_ADDRESS``, ``DYNAKV_TOKEN``, ``DYNAKV_TABLE``; ``DYNAKV_TLS`` (``true`` or ``1``), ``DYNAKV_CA_FILE``,
        ``DYNAKV_CLIENT_CERT_FILE`` with ``DYNAKV_CLIENT_KEY_FILE``, and ``DYNAKV_TLS_SERVER_NAME``, which imply TLS.
        """
        settings = from_environment()
        return cls(
            settings.address,
            token=settings.token,
            table=settings.table,
            tls=settings.tls,
            interceptors=interceptors,
        )

    @property
    def table(self) -> str:
        """The table of every call that names none. Empty: the server's default table."""
        return self._settings.table

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What identifies the caller. Calls through a stub need it, if there is a token."""
        return self._call_metadata

    def _open(self, target: str, credentials: Any, options: Any, interceptors: Sequence[Any]) -> Any:
        """A channel."""
        raise NotImplementedError

    def _rpc(self, call: Call[Any]) -> Any:
        return (self._stubs if call.may_repeat else self._once).rpcs[call.method.name]

    def _options(self, call: Call[Any]) -> dict[str, Any]:
        """The options of the RPC."""
        timeout_s = self._timeout_s if call.timeout is None else call.timeout
        metadata = (*self._call_metadata, *call.metadata) if call.metadata else self._call_metadata
        return {"timeout": min(timeout_s, _LONGEST_TIMEOUT_S), "metadata": metadata or None}

    def _unreachable(self) -> UnavailableError:
        return UnavailableError(Failure(grpc.StatusCode.UNAVAILABLE, f"cannot connect to {self._settings.address}"))

    def __repr__(self) -> str:
        return f"{type(self).__module__}.Client({self._settings.address!r})"
