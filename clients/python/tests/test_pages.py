"""Pages, and the one that is read ahead."""

from __future__ import annotations

import asyncio
import gc
import itertools
from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest

import dynakv
import dynakv.aio
from dynakv import BatchSet, Page, errors


@pytest.fixture
def keys(client: dynakv.Client, key: str) -> list[str]:
    keys = [f"{key}{number}" for number in range(10)]
    client.batch_write(BatchSet(key, "") for key in keys)
    return keys


async def test_all_rows_come_once(address: str, client: dynakv.Client, key: str, keys: list[str]) -> None:
    pager = client.list_keys(prefix=key, page_size=3, consistent=True)
    assert sorted(pager) == sorted(pager) == keys
    assert pager.count() == 10
    assert [page.count for page in pager.pages() if page.count] == [3, 3, 3, 1]
    async with dynakv.aio.Client(address) as awaited:
        again = awaited.list_keys(prefix=key, page_size=3, consistent=True)
        assert sorted([row async for row in again]) == keys
        assert await again.count() == 10
        assert [page.count async for page in again.pages() if page.count] == [3, 3, 3, 1]


def test_a_page_tells_how_to_go_on(client: dynakv.Client, key: str, keys: list[str]) -> None:
    page = client.list_keys(prefix=key, page_size=4, consistent=True).page()
    assert page.next_page_token
    rest = client.list_keys(prefix=key, page_size=9, page_token=page.next_page_token, consistent=True)
    assert sorted([*page.rows, *rest]) == keys


async def test_reading_may_end_early(address: str, client: dynakv.Client, key: str, keys: list[str]) -> None:
    pager = client.list_keys(prefix=key, page_size=1, consistent=True)
    assert set(itertools.islice(pager, 2)) <= set(keys)
    async with dynakv.aio.Client(address) as awaited:
        async for row in awaited.list_keys(prefix=key, page_size=1, consistent=True):
            assert row in keys
            break


class SecondFails(grpc.aio.UnaryUnaryClientInterceptor):
    """Spoils the token of every page but the first, and tells when the server has refused it."""

    def __init__(self) -> None:
        self.failed = asyncio.Event()

    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        if not request.page_token:
            return await continuation(details, request)
        request.page_token = "forged"
        call = await continuation(details, request)
        await call.code()
        self.failed.set()
        return call


@pytest.mark.usefixtures("keys")
def test_a_page_that_nobody_asks_for_may_fail(address: str, key: str) -> None:
    async def begin() -> AsyncIterator[Page[str]]:
        spoiled = SecondFails()
        async with dynakv.aio.Client(address, interceptors=[spoiled]) as awaited:
            pages = awaited.list_keys(prefix=key, page_size=1, consistent=True).pages()
            assert (await pages.__anext__()).count == 1
            await spoiled.failed.wait()
            # The page that is read ahead is a task of its own.
            while len(asyncio.all_tasks()) > 1:
                await asyncio.sleep(0)
            return pages

    complaints: list[str] = []
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))
    pages = loop.run_until_complete(begin())
    # So there is nobody left who could close the pages.
    loop.close()
    del pages
    gc.collect()
    assert complaints == []


def test_an_error_ends_the_pages(client: dynakv.Client) -> None:
    with pytest.raises(errors.InvalidPageTokenError):
        list(client.list_keys(page_token="forged"))
    with pytest.raises(ValueError, match="both"):
        client.list_keys(prefix="a", glob="b")
