"""Addresses, tokens, TLS and the environment."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest

import dynakv
import dynakv.aio
from dynakv import Tls, errors
from dynakv._settings import DEFAULT_ADDRESS, Settings, from_environment

from . import server
from .certificates import Authority

TOKEN = "s3cret"


@pytest.mark.parametrize(
    ("address", "target", "tls"),
    [
        ("127.0.0.1:50051", "dns:///127.0.0.1:50051", False),
        ("[::1]:50051", "dns:///[::1]:50051", False),
        ("http://kv.example:8080/", "dns:///kv.example:8080", False),
        ("http://kv.example", "dns:///kv.example:80", False),
        ("https://kv.example", "dns:///kv.example:443", True),
        ("unix:/run/dynakv.sock", "unix:/run/dynakv.sock", False),
        ("unix:///run/dynakv.sock", "unix:/run/dynakv.sock", False),
    ],
)
def test_every_form_of_address_is_read(address: str, target: str, tls: bool) -> None:
    read, settings = Settings(address).target()
    assert (read, settings is not None) == (target, tls)


@pytest.mark.parametrize(
    "address", ["", "localhost", ":50051", "ftp://host:1", "unix:", "http://", "user:secret@host:1", "host:port"]
)
def test_anything_else_is_refused(address: str) -> None:
    with pytest.raises(errors.ConfigurationError):
        dynakv.Client(address)


@pytest.mark.parametrize("address", ["http://user:s3cret@host:1", "user:s3@cret@host:1", "ftp://s3cret\n@host"])
def test_credentials_in_an_address_are_not_shown(address: str) -> None:
    with pytest.raises(errors.ConfigurationError) as refused:
        dynakv.Client(address)
    assert "@host" in str(refused.value)
    assert not any(part in str(refused.value) for part in ("user", "s3", "cret"))


def test_the_environment_gives_the_settings() -> None:
    settings = from_environment(
        {
            "DYNAKV_ADDRESS": "kv.example:443",
            "DYNAKV_TOKEN": TOKEN,
            "DYNAKV_TABLE": "orders",
            "DYNAKV_CA_FILE": "ca.pem",
        }
    )
    assert (settings.address, settings.token, settings.table) == ("kv.example:443", TOKEN, "orders")
    assert settings.tls == Tls(ca_file="ca.pem")
    assert TOKEN not in repr(settings)


def test_an_empty_variable_is_as_good_as_none() -> None:
    settings = from_environment({"DYNAKV_ADDRESS": "", "DYNAKV_CA_FILE": "", "DYNAKV_TLS": "false", "DYNAKV_TOKEN": ""})
    assert settings == Settings(DEFAULT_ADDRESS)


def test_tls_can_be_asked_for_by_itself() -> None:
    assert from_environment({"DYNAKV_TLS": "1"}).tls == Tls()


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    for tls in (Tls(client_cert_file="client.pem"), Tls(client_key_file="client.key"), Tls(ca_file=tmp_path / "none")):
        with pytest.raises(errors.ConfigurationError):
            dynakv.Client("kv.example:443", tls=tls)
    with pytest.raises(errors.ConfigurationError, match="without TLS"):
        dynakv.Client("http://kv.example:80", tls=True)
    with pytest.raises(errors.ConfigurationError, match="token"):
        dynakv.Client(token="two\nlines")


async def test_a_token_identifies_the_caller_and_is_never_shown(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = Tls(ca_file=authority.ca_file, server_name="localhost")
    with server.running(environment=authority.server_settings(token=TOKEN)) as address:
        with dynakv.Client(address, token=TOKEN, tls=tls) as client:
            client.set("key", "value")
            # The stub as well, with what identifies the caller.
            assert client.stub.Get(dynakv.v1.kv_pb2.GetRequest(key="key"), metadata=client.metadata).HasField("entry")
            assert TOKEN not in repr(client)
        async with dynakv.aio.Client(address, token=TOKEN, tls=tls) as awaited:
            assert await awaited.get("key", consistent=True) is not None
        with (
            dynakv.Client(address, token="another", tls=tls) as stranger,
            pytest.raises(errors.UnauthenticatedError) as e,
        ):
            stranger.get("key")
        assert "another" not in repr(e.value) + str(e.value)


def test_a_client_certificate_identifies_the_caller(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.client
    with server.running(environment=authority.server_settings(clients=True)) as address:
        tls = Tls(authority.ca_file, client_cert_file=certificate, client_key_file=key, server_name="localhost")
        with dynakv.Client(address, tls=tls) as client:
            assert client.get("key") is None
        without = Tls(authority.ca_file, server_name="localhost")
        with dynakv.Client(address, tls=without) as stranger, pytest.raises(errors.UnavailableError):
            stranger.get("key")


def test_a_unix_socket_is_an_address(tmp_path: Path) -> None:
    with server.running("--listen", f"unix:{tmp_path}/kv.sock") as address, dynakv.Client(address) as client:
        assert client.get("key") is None


async def test_waiting_for_a_connection(address: str) -> None:
    with dynakv.Client(address) as client:
        client.wait_until_ready()
    async with dynakv.aio.Client(address) as awaited:
        await awaited.wait_until_ready()
    with dynakv.Client("127.0.0.1:1") as client, pytest.raises(errors.UnavailableError, match=r"127\.0\.0\.1:1"):
        client.wait_until_ready(timeout=0.1)


def test_a_call_that_is_sent_once_and_found_no_connection_certainly_did_not_happen() -> None:
    with dynakv.Client("127.0.0.1:1") as client:
        with pytest.raises(errors.UnavailableError) as raised:
            client.increment("key")
        assert raised.value.code is grpc.StatusCode.UNAVAILABLE
        # Of several attempts gRPC shows the last one only.
        with pytest.raises(errors.OutcomeUnknownError):
            client.set("key", "value")
