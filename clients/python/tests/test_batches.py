"""Batches of any size."""

from __future__ import annotations

import itertools

import pytest

import dynakv
import dynakv.aio
from dynakv import BatchDelete, BatchSet, errors
from dynakv._batch import _MAX_BYTES, split

BESIDE_BYTES = 5


def test_parts_end_at_the_count_and_at_the_size() -> None:
    assert list(split([], 100)) == []
    assert list(split([1] * 10_000, 100)) == [range(10_000)]
    assert list(split([1] * 20_001, 100)) == [range(10_000), range(10_000, 20_000), range(20_000, 20_001)]
    half = (_MAX_BYTES - 100) // 2 - BESIDE_BYTES
    assert list(split([half, half, half], 100)) == [range(2), range(2, 3)]
    assert list(split([half, half + 1, half], 100)) == [range(1), range(1, 2), range(2, 3)]
    assert list(split([1, _MAX_BYTES + 1, 1], 0)) == [range(1), range(1, 2), range(2, 3)]


def test_the_callers_operations_stay_as_they_are(client: dynakv.Client, key: str) -> None:
    operations = [BatchSet(f"{key}{number}", b"x") for number in range(3)]
    before = list(operations)
    assert [type(outcome) for outcome in client.batch_write(operations)] == [dynakv.Written] * 3
    assert operations == before
    found = client.batch_get([operation.key for operation in operations], consistent=True)
    assert [entry.key for entry in found if isinstance(entry, dynakv.Entry)] == [one.key for one in operations]


def test_a_refusal_names_the_callers_position(client: dynakv.Client, key: str) -> None:
    # The first one is not even sent.
    with pytest.raises(errors.InvalidFieldError) as raised:
        client.batch_write([BatchSet(key, "first"), BatchSet(key, "second"), BatchDelete("")])
    assert [violation.field for violation in raised.value.fields] == ["operations[2].delete.key"]


def test_all_that_fail_alike_fail_the_call(client: dynakv.Client) -> None:
    with pytest.raises(errors.InvalidFieldError):
        client.batch_write([BatchDelete("")])
    with pytest.raises(errors.InvalidFieldError):
        client.batch_get(["", ""])


def test_nothing_asked_nothing_answered(client: dynakv.Client) -> None:
    assert client.batch_write([]) == []
    assert client.batch_get([]) == []


def test_a_text_is_no_list_of_keys(client: dynakv.Client) -> None:
    for call in (client.batch_get, client.exists):
        with pytest.raises(TypeError):
            call("key")


async def test_a_stream_need_not_be_read_to_its_end(address: str, client: dynakv.Client, key: str) -> None:
    keys = [f"{key}{number}" for number in range(25_000)]
    assert len(list(itertools.islice(client.batch_get_stream(keys), 3))) == 3
    async with dynakv.aio.Client(address) as awaited:
        async for position, found in awaited.batch_get_stream(keys):
            assert (position < len(keys), found) == (True, None)
            break
