"""Native values on the way out and back, and what is refused before it is sent."""

from __future__ import annotations

import decimal
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

import dynakv
from dynakv._times import duration


@pytest.mark.parametrize(
    "value",
    [
        "",
        "text \0 🦕",
        b"",
        b"\x00\xff",
        True,
        False,
        None,
        Decimal("12345678901234567890.123456789012345678"),
        Decimal("1E-130"),
        Decimal("9.9999999999999999999999999999999999999E+125"),
        2**63,
        -(2**63),
        {"a": {"b": [1, [None, {}], {b"\xff", b""}]}},
        [],
        {"a", ""},
        {1, Decimal("0.1"), 2**63},
        {b"\x00", b"\x00\x00"},
    ],
    ids=repr,
)
def test_a_value_comes_back_as_it_was(client: dynakv.Client, value: Any) -> None:
    client.put_item({"pk": "values", "value": value})
    item = client.get_item("values", consistent=True)
    assert item is not None
    assert item["value"] == value
    assert type(item["value"]) is (Decimal if type(value) is int else type(value))


def test_other_forms_are_taken_as_well(client: dynakv.Client) -> None:
    client.put_item({"pk": "forms", "b": bytearray(b"x"), "m": memoryview(b"y"), "t": (1,), "f": frozenset("z")})
    item = client.get_item("forms", consistent=True)
    assert item is not None
    assert (item["b"], item["m"], item["t"], item["f"]) == (b"x", b"y", [1], {"z"})


def test_keys_of_every_type_and_in_pairs(client: dynakv.Client) -> None:
    binary = dynakv.KeyAttribute("pk", dynakv.KeyType.B)
    client.create_table("pairs", partition_key=binary, sort_key=dynakv.KeyAttribute("sk", dynakv.KeyType.N))
    client.put_item({"pk": b"\x00", "sk": 7, "here": True}, table="pairs")
    assert client.get_item((b"\x00", 7), table="pairs", consistent=True) is not None


@pytest.mark.parametrize("value", [1.5, object(), {1, "mixed"}, [2.5]], ids=repr)
def test_what_is_no_attribute_is_refused(client: dynakv.Client, value: Any) -> None:
    with pytest.raises(TypeError):
        client.put_item({"pk": "refused", "value": value})


def test_an_empty_set_is_the_servers_error(client: dynakv.Client) -> None:
    with pytest.raises(dynakv.errors.InvalidFieldError, match="value"):
        client.put_item({"pk": "empty", "value": set()})


def test_arithmetic_is_exact_or_an_exception() -> None:
    with decimal.localcontext(dynakv.NUMBERS):
        assert Decimal("12345678901234567890.123456789012345678") + 1 == Decimal(
            "12345678901234567891.123456789012345678"
        )
        with pytest.raises(decimal.Inexact):
            Decimal(1) / 3


def test_numbers_are_sent_as_they_are_in_any_context(client: dynakv.Client) -> None:
    with decimal.localcontext() as context:
        context.prec = 3
        client.put_item({"pk": "context", "value": Decimal("1234.5678")})
        item = client.get_item("context", consistent=True)
    assert item is not None
    assert item["value"] == Decimal("1234.5678")


@pytest.mark.parametrize(
    ("ttl", "seconds", "nanos"),
    [
        (60, 60, 0),
        (0.1, 0, 100_000_000),
        (timedelta(days=36_500, microseconds=1), 3_153_600_000, 1_000),
        (-1.5, -1, -500_000_000),
        (1e300, 315_576_000_000, 0),
    ],
)
def test_durations_are_exact(ttl: Any, seconds: int, nanos: int) -> None:
    sent = duration(ttl)
    assert (sent.seconds, sent.nanos) == (seconds, nanos)


@pytest.mark.parametrize("ttl", [float("nan"), float("inf"), "60"])
def test_what_is_no_duration_is_refused(ttl: Any) -> None:
    with pytest.raises(ValueError, match="TTL"):
        duration(ttl)


def test_an_entry_is_bytes_or_text(client: dynakv.Client, key: str) -> None:
    wrong: Any = 5
    with pytest.raises(TypeError):
        client.set(key, wrong)
    client.set(key, "naïve")
    entry = client.get(key, consistent=True)
    assert entry is not None
    assert (entry.value, entry.text) == ("naïve".encode(), "naïve")
