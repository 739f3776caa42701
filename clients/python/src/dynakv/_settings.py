"""Where and how a client connects."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Optional, Union

import grpc

from ._methods import service_config
from ._version import __version__
from .errors import ConfigurationError

DEFAULT_ADDRESS = "127.0.0.1:50051"
"""Where a client connects to when nothing else is said: the address that ``dynakv serve`` listens on by default."""

Timeout = Union[float, timedelta]
"""How long a call may take, retries included: seconds, or a duration."""

DEFAULT_TIMEOUT = timedelta(seconds=10)

# The largest message that DynaKV sends, and the largest request that it takes.
_MAX_MESSAGE_BYTES = 16 * 1024 * 1024

_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s:/?#@\[\]]+)(:(?P<port>\d{1,5}))?")


@dataclass(frozen=True)
class Tls:
    """How to recognise the server, and how to be recognised by it. Files are read when the client is made."""

    ca_file: Union[str, Path, None] = None
    """Trusts the certificates of this PEM file, and no others. By default gRPC's own list of authorities."""
    client_cert_file: Union[str, Path, None] = None
    """Presents this certificate chain to a server that asks for one; with ``client_key_file``."""
    client_key_file: Union[str, Path, None] = None
    server_name: Optional[str] = None
    """The name that the server's certificate must have, where it is not the host of the address."""

    def credentials(self) -> grpc.ChannelCredentials:
        """Read the files."""
        if (self.client_cert_file is None) != (self.client_key_file is None):
            raise ConfigurationError(
                "a client certificate needs both DYNAKV_CLIENT_CERT_FILE and DYNAKV_CLIENT_KEY_FILE"
            )
        return grpc.ssl_channel_credentials(
            root_certificates=_read(self.ca_file),
            private_key=_read(self.client_key_file),
            certificate_chain=_read(self.client_cert_file),
        )


@dataclass(frozen=True)
class Settings:
    """What a client is made with."""

    address: str = DEFAULT_ADDRESS
    token: Optional[str] = field(default=None, repr=False)
    table: str = ""
    tls: Union[Tls, bool, None] = None
    timeout: Timeout = DEFAULT_TIMEOUT

    def target(self) -> tuple[str, Optional[Tls]]:
        """The target in gRPC's words, and the TLS settings if the address or the settings ask for TLS."""
        tls = Tls() if self.tls is True else (self.tls or None)
        target, demanded = _target(self.address.strip(), tls is not None)
        if demanded is False and tls is not None:
            raise ConfigurationError(
                f"{self.address} is an address without TLS, but there are TLS settings; write https:// or drop them"
            )
        return target, tls or (Tls() if demanded else None)

    def call_metadata(self) -> tuple[tuple[str, str], ...]:
        """The metadata of every call."""
        if self.token is None:
            return ()
        if not (self.token.isascii() and self.token.isprintable()):
            raise ConfigurationError("the token has characters that a token cannot have")
        return (("authorization", f"Bearer {self.token}"),)


def from_environment(lookup: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings that the environment gives. An empty variable is as good as none."""

    def read(name: str) -> Optional[str]:
        return lookup.get(name) or None

    tls = Tls(
        ca_file=read("DYNAKV_CA_FILE"),
        client_cert_file=read("DYNAKV_CLIENT_CERT_FILE"),
        client_key_file=read("DYNAKV_CLIENT_KEY_FILE"),
        server_name=read("DYNAKV_TLS_SERVER_NAME"),
    )
    asked_for = read("DYNAKV_TLS") in ("true", "1")
    return Settings(
        address=read("DYNAKV_ADDRESS") or DEFAULT_ADDRESS,
        token=read("DYNAKV_TOKEN"),
        table=read("DYNAKV_TABLE") or "",
        tls=tls if asked_for or tls != Tls() else None,
    )


def _target(address: str, tls: bool) -> tuple[str, Optional[bool]]:
    """The target, and whether the address itself demands TLS or forbids it."""
    if address.startswith("unix:"):
        path = address[len("unix:") :]
        path = path.removeprefix("//")
        if path:
            return f"unix:{path}", False
    scheme, separator, rest = address.rpartition("://")
    match = _AUTHORITY.fullmatch(rest.rstrip("/") if separator else rest)
    # A bare host would go to port 80 or 443, where nobody meant it to go.
    if (
        match
        and int(match["port"] or 0) <= 0xFFFF
        and (scheme in ("http", "https") or (not separator and match["port"]))
    ):
        demanded = scheme == "https" if separator else None
        port = match["port"] or ("443" if demanded or tls else "80")
        return f"dns:///{match['host']}:{port}", demanded
    raise ConfigurationError(
        f"{_without_credentials(address)!r} is no address: "
        "write host:port, http://host:port, https://host:port or unix:/path"
    )


def _without_credentials(address: str) -> str:
    """Hide what stands before an ``@``: it may be a password, and errors are logged."""
    _, found, rest = address.rpartition("@")
    return f"***@{rest}" if found else address


def channel_options(target: str, tls: Optional[Tls], *, retries: bool) -> list[tuple[str, Union[str, int]]]:
    """What is set of a channel, of those that send calls again and of those that do not."""
    options: list[tuple[str, Union[str, int]]] = [
        ("grpc.primary_user_agent", f"dynakv-python/{__version__}"),
        ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
        # No limit on what is sent: the server's refusal names the limit and says that nothing was written.
        ("grpc.max_send_message_length", -1),
        # While calls wait for an answer, a silent connection is probed, and given up if nothing comes back.
        ("grpc.keepalive_time_ms", 20_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.max_pings_without_data", 0),
        # How long to wait for a connection, and how soon to try again: as soon as a call is sent again.
        ("grpc.min_reconnect_backoff_ms", 5_000),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 2_000),
    ]
    if target.startswith("unix:"):
        # By default the path, which is no authority that HTTP/2 allows.
        options.append(("grpc.default_authority", "localhost"))
    if tls and tls.server_name:
        options.append(("grpc.ssl_target_name_override", tls.server_name))
    if not retries:
        return [*options, ("grpc.enable_retries", 0)]
    return [
        *options,
        ("grpc.enable_retries", 1),
        ("grpc.service_config", service_config()),
        # The address does not say how to retry: its owner is not the author of the proto.
        ("grpc.service_config_disable_resolution", 1),
        # A request can be sent again only while it is kept, and by default only 256 KiB are.
        ("grpc.per_rpc_retry_buffer_size", 2 * _MAX_MESSAGE_BYTES),
    ]


def seconds(timeout: Timeout) -> float:
    """As gRPC takes it."""
    return timeout.total_seconds() if isinstance(timeout, timedelta) else timeout


Metadata = Sequence[tuple[str, Union[str, bytes]]]
"""Metadata of a call, for example ``[("x-request-source", "checkout")]``."""


def _read(path: Union[str, Path, None]) -> Optional[bytes]:
    if path is None:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error
