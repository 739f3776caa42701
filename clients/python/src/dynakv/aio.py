"""The client for asyncio. What it offers is what :class:`dynakv.Client` offers, to be awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Generic,
    Optional,
    TypeVar,
    Union,
    cast,
)

import grpc
import grpc.aio

from . import _batch, _batch_item, _item, _pages, _point, _table, _transact
from ._base import Base
from ._calls import Call, Script, presented
from ._expressions import Names
from ._failures import UnreadableAnswer, of_error
from ._pages import Page, Paged
from ._settings import Metadata, Timeout
from .batches import BatchItemRead, Found, FoundItem
from .errors import DynaKVError
from .values import ItemKey

if TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec, Self

    from .v1.item_pb2_grpc import ItemServiceAsyncStub
    from .v1.kv_pb2_grpc import KeyValueServiceAsyncStub
    from .v1.table_pb2_grpc import TableServiceAsyncStub

    P = ParamSpec("P")

T = TypeVar("T")

# What may go wrong while a call is under way: gRPC says so, or the answer makes no sense.
_FAILED = (grpc.RpcError, UnreadableAnswer)


def _calling(
    build: Callable[Concatenate[Base, P], Call[T]],
) -> Callable[Concatenate[Client, P], Coroutine[Any, Any, T]]:
    """The method that sends the call which ``build`` makes."""

    async def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._send(build(self, *args, **kwargs))

    return presented(method, build, "{}")


def _running(
    build: Callable[Concatenate[Base, P], Script[T]],
) -> Callable[Concatenate[Client, P], Coroutine[Any, Any, T]]:
    """The method that sends the calls of the script which ``build`` makes."""

    async def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run(build(self, *args, **kwargs))

    return presented(method, build, "{}")


def _paging(
    build: Callable[Concatenate[Base, P], Paged[T]],
) -> Callable[Concatenate[Client, P], AsyncPager[T]]:
    """The method that reads what ``build`` describes, in pages."""

    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> AsyncPager[T]:
        return AsyncPager(self, build(self, *args, **kwargs))

    return presented(method, build, "AsyncPager[{}]")


class Client(Base):
    """A client of one DynaKV service, for asyncio. To be made where the event loop runs; tasks may share it.

    Its settings and methods are those of :class:`dynakv.Client`. Methods are awaited; what reads pages is iterated
    by ``async for``, and its ``page`` and ``count`` are awaited. ``interceptors`` are those of ``grpc.aio``. Close
    the client, or use it in ``async with``.
    """

    get = _calling(_point.get)
    set = _calling(_point.set_)
    compare_and_set = _calling(_point.compare_and_set)
    delete = _calling(_point.delete)
    compare_and_delete = _calling(_point.compare_and_delete)
    exists = _calling(_point.exists)
    get_ttl = _calling(_point.get_ttl)
    expire = _calling(_point.expire)
    persist = _calling(_point.persist)
    increment = _calling(_point.increment)

    batch_write = _running(_batch.batch_write)
    transact_get = _calling(_transact.transact_get)
    transact_write = _calling(_transact.transact_write)

    get_item = _calling(_item.get_item)
    put_item = _calling(_item.put_item)
    update_item = _calling(_item.update_item)
    delete_item = _calling(_item.delete_item)
    batch_write_items = _running(_batch_item.batch_write_items)

    list_keys = _paging(_pages.list_keys)
    query = _paging(_pages.query)
    scan = _paging(_pages.scan)

    create_table = _calling(_table.create_table)
    describe_table = _calling(_table.describe_table)
    list_tables = _running(_table.list_tables)
    enable_ttl = _calling(_table.enable_ttl)
    delete_table = _calling(_table.delete_table)

    async def batch_get(
        self,
        keys: Iterable[str],
        *,
        consistent: bool = False,
        table: Optional[str] = None,
        timeout: Optional[Timeout] = None,
        metadata: Optional[Metadata] = None,
    ) -> list[Found]:
        """Read any number of entries, as ``dynakv.Client.batch_get`` does."""
        listed = _point.keys_of(keys)
        answers = self.batch_get_stream(listed, consistent=consistent, table=table, timeout=timeout, metadata=metadata)
        return _batch.in_order(len(listed), [answer async for answer in answers])

    async def batch_get_stream(
        self,
        keys: Iterable[str],
        *,
        consistent: bool = False,
        table: Optional[str] = None,
        timeout: Optional[Timeout] = None,
        metadata: Optional[Metadata] = None,
    ) -> AsyncIterator[tuple[int, Found]]:
        """Read any number of entries, as ``dynakv.Client.batch_get_stream`` does."""
        parts = _batch.batch_get(self, keys, consistent=consistent, table=table, timeout=timeout, metadata=metadata)
        for part in parts:
            async for answer in self._stream(part):
                yield answer

    async def batch_get_items(
        self,
        reads: Iterable[Union[ItemKey, BatchItemRead]],
        *,
        projection: Union[str, Iterable[str], None] = None,
        names: Optional[Names] = None,
        consistent: bool = False,
        table: Optional[str] = None,
        timeout: Optional[Timeout] = None,
        metadata: Optional[Metadata] = None,
    ) -> list[FoundItem]:
        """Read any number of items, as ``dynakv.Client.batch_get_items`` does."""
        listed = _batch_item.reads_of(reads)
        answers = self.batch_get_items_stream(
            listed,
            projection=projection,
            names=names,
            consistent=consistent,
            table=table,
            timeout=timeout,
            metadata=metadata,
        )
        return _batch.in_order(len(listed), [answer async for answer in answers])

    async def batch_get_items_stream(
        self,
        reads: Iterable[Union[ItemKey, BatchItemRead]],
        *,
        projection: Union[str, Iterable[str], None] = None,
        names: Optional[Names] = None,
        consistent: bool = False,
        table: Optional[str] = None,
        timeout: Optional[Timeout] = None,
        metadata: Optional[Metadata] = None,
    ) -> AsyncIterator[tuple[int, FoundItem]]:
        """Read any number of items, as ``dynakv.Client.batch_get_items_stream`` does."""
        parts = _batch_item.batch_get_items(
            self,
            reads,
            projection=projection,
            names=names,
            consistent=consistent,
            table=table,
            timeout=timeout,
            metadata=metadata,
        )
        for part in parts:
            async for answer in self._stream(part):
                yield answer

    @property
    def channel(self) -> grpc.aio.Channel:
        """The connection, for stubs of other services of the same server, such as ``grpc.health.v1.Health``."""
        channel: grpc.aio.Channel = self._stubs.channel
        return channel

    @property
    def stub(self) -> KeyValueServiceAsyncStub:
        """The generated stub of KeyValueService. Its calls have no deadline, and need ``metadata=client.metadata``."""
        return cast("KeyValueServiceAsyncStub", self._stubs.key_value)

    @property
    def item_stub(self) -> ItemServiceAsyncStub:
        """The generated stub of ItemService, like :attr:`stub`."""
        return cast("ItemServiceAsyncStub", self._stubs.item)

    @property
    def table_stub(self) -> TableServiceAsyncStub:
        """The generated stub of TableService, like :attr:`stub`."""
        return cast("TableServiceAsyncStub", self._stubs.table)

    async def wait_until_ready(self, timeout: float = 5.0) -> None:
        """Wait so many seconds for a connection. Raises ``UnavailableError`` if there is none then."""
        try:
            await asyncio.wait_for(self.channel.channel_ready(), timeout)
        except asyncio.TimeoutError:
            raise self._unreachable() from None

    async def close(self) -> None:
        """End the calls that are under way, and close the connections."""
        await self._stubs.channel.close()
        await self._once.channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _open(self, target: str, credentials: Any, options: Any, interceptors: Sequence[Any]) -> grpc.aio.Channel:
        if credentials is None:
            return grpc.aio.insecure_channel(target, options, interceptors=interceptors or None)
        return grpc.aio.secure_channel(target, credentials, options, interceptors=interceptors or None)

    async def _send(self, call: Call[T]) -> T:
        try:
            return call.read(await self._rpc(call)(call.request, **self._options(call)))
        except _FAILED as error:
            raise call.error(of_error(error)) from error

    async def _run(self, script: Script[T]) -> T:
        try:
            call = next(script)
            while True:
                try:
                    result = await self._send(call)
                except DynaKVError as error:
                    call = script.throw(error)
                else:
                    call = script.send(result)
        except StopIteration as end:
            done: T = end.value
            return done

    async def _stream(self, part: _batch.ReadPart[T]) -> AsyncIterator[tuple[int, _batch.Answer[T]]]:
        responses = self._rpc(part.call)(part.call.request, **self._options(part.call))
        try:
            async for response in responses:
                for answer in part.take(response):
                    yield answer
            part.end()
        except _FAILED as error:
            for answer in part.fail(of_error(error)):
                yield answer
        finally:
            # What an interceptor gives in the place of gRPC's answer may be no more than an iterator.
            if hasattr(responses, "cancel"):
                responses.cancel()


class AsyncPager(Generic[T]):
    """What there is to read, page by page. Iterate over it for the rows; each iteration reads anew.

    Every page is a call of its own, with its own time and its own retries. While one is used, the next is already read.
    """

    def __init__(self, client: Client, paged: Paged[T]) -> None:
        self._client = client
        self._paged = paged

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for row in page.rows:
                yield row

    async def pages(self) -> AsyncIterator[Page[T]]:
        """All pages, from the one on that was asked for.

        An error ends them; a new call goes on with the ``next_page_token`` of the last page.
        """
        reading = _begun(self.page())
        try:
            while True:
                page = await reading
                if page.next_page_token is None:
                    yield page
                    return
                reading = _begun(self._client._send(self._paged.call(page.next_page_token)))
                yield page
        finally:
            reading.cancel()

    async def page(self) -> Page[T]:
        """Read one page: the first, or that of ``page_token``."""
        return await self._client._send(self._paged.call())

    async def count(self) -> int:
        """Count the rows of all pages, without reading them where the server can count."""
        return await self._client._run(self._paged.count())


def _begun(reading: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Begin to read ahead. If that fails and nobody asks for the page any more, asyncio has nothing to complain of."""
    task = asyncio.ensure_future(reading)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task
