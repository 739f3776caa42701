"""The client that blocks until the answer is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Generic,
    Optional,
    TypeVar,
    Union,
)

import grpc

from . import _batch, _batch_item, _item, _pages, _point, _table, _transact
from ._base import Base
from ._calls import Call, Script, presented
from ._expressions import Names
from ._failures import UnreadableAnswer, of_error
from ._pages import Page, Paged
from ._settings import Metadata, Timeout
from .batches import BatchItemRead, Found, FoundItem
from .errors import DynaKVError
from .v1.item_pb2_grpc import ItemServiceStub
from .v1.kv_pb2_grpc import KeyValueServiceStub
from .v1.table_pb2_grpc import TableServiceStub
from .values import ItemKey

if TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec, Self

    P = ParamSpec("P")

T = TypeVar("T")

# What may go wrong while a call is under way: gRPC says so, or the answer makes no sense.
_FAILED = (grpc.RpcError, UnreadableAnswer)


def _calling(build: Callable[Concatenate[Base, P], Call[T]]) -> Callable[Concatenate[Client, P], T]:
    """The method that sends the call which ``build`` makes."""

    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._send(build(self, *args, **kwargs))

    return presented(method, build, "{}")


def _running(build: Callable[Concatenate[Base, P], Script[T]]) -> Callable[Concatenate[Client, P], T]:
    """The method that sends the calls of the script which ``build`` makes."""

    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._run(build(self, *args, **kwargs))

    return presented(method, build, "{}")


def _paging(build: Callable[Concatenate[Base, P], Paged[T]]) -> Callable[Concatenate[Client, P], Pager[T]]:
    """The method that reads what ``build`` describes, in pages."""

    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> Pager[T]:
        return Pager(self, build(self, *args, **kwargs))

    return presented(method, build, "Pager[{}]")


class Client(Base):
    """A client of one DynaKV service, which blocks. Threads may share it, and with it one connection.

    ``address`` is ``host:port``, ``http://host:port``, ``https://host:port`` or ``unix:/path``. ``token`` is the
    bearer token of every call; without TLS it travels in the clear. ``table`` is the table of every call that names
    none. ``tls`` is a ``Tls``, or ``True`` for what gRPC trusts by itself; an ``https`` address needs neither.
    ``timeout`` is how long a call may take, retries included, unless it says otherwise. ``interceptors`` are
    gRPC's, for tracing and metrics. Raises ``ConfigurationError`` for settings that make no sense.

    Every method takes ``timeout`` (seconds or a ``timedelta``) and ``metadata``; those of one table take ``table``;
    writes take ``request_id``, a UUID, which by default is new for every call.

    The connection is made at the first call, and again by itself when it breaks. Close the client, or use it in
    ``with``.
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

    def batch_get(
        self,
        keys: Iterable[str],
        *,
        consistent: bool = False,
        table: Optional[str] = None,
        timeout: Optional[Timeout] = None,
        metadata: Optional[Metadata] = None,
    ) -> list[Found]:
        """Read any number of entries. The result says of each key, in their order, what became of it.

        That is the entry, ``None``, or an error for a key that could not be read; the call raises it if all keys
        failed with the same code. :meth:`batch_get_stream` gives the answers as they come in.

        Sent in requests of up to 10,000 keys and 16 MiB, one after the other. Each has the time of a call and is
        retried like one; a key that failed by itself is not asked for again.
        """
        listed = list(_point.keys_of(keys))
        answers = self.batch_get_stream(listed, consistent=consistent, table=table, timeout=timeout, metadata=metadata)
        return _batch.in_order(len(listed), answers)

    def batch_get_stream(
        self,
        keys: Iterable[str],
        *,
        consistent: bool = False,
        table: Optional[str] = None,
        timeout: Optional[Timeout] = None,
        metadata: Optional[Metadata] = None,
    ) -> Iterator[tuple[int, Found]]:
        """Read any number of entries, as :meth:`batch_get` does, and give the answers as they come in.

        Each position of ``keys`` comes exactly once, in no particular order. Closing the iterator ends the reading.
        """
        parts = _batch.batch_get(self, keys, consistent=consistent, table=table, timeout=timeout, metadata=metadata)
        return (answer for part in parts for answer in self._stream(part))

    def batch_get_items(
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
        """Read any number of items, of any tables. The result says of each read, in their order, what became of it.

        A read is a key as ``get_item`` takes it, of ``table``, or a ``BatchItemRead``. The result is the item,
        ``None``, or an error for an item that could not be read; the call raises it if all failed with the same code.
        :meth:`batch_get_items_stream` gives the answers as they come in. ``projection`` is as for ``get_item``.

        Sent in requests of up to 10,000 reads and 16 MiB, one after the other. Each has the time of a call and is
        retried like one; a read that failed by itself is not asked for again.
        """
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
        return _batch.in_order(len(listed), answers)

    def batch_get_items_stream(
        self,
        reads: Iterable[Union[ItemKey, BatchItemRead]],
        *,
        projection: Union[str, Iterable[str], None] = None,
        names: Optional[Names] = None,
        consistent: bool = False,
        table: Optional[str] = None,
        timeout: Optional[Timeout] = None,
        metadata: Optional[Metadata] = None,
    ) -> Iterator[tuple[int, FoundItem]]:
        """Read any number of items, as :meth:`batch_get_items` does, and give the answers as they come in.

        Each position of ``reads`` comes exactly once, in no particular order. Closing the iterator ends the reading.
        """
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
        return (answer for part in parts for answer in self._stream(part))

    @property
    def channel(self) -> grpc.Channel:
        """The connection, for stubs of other services of the same server, such as ``grpc.health.v1.Health``."""
        channel: grpc.Channel = self._stubs.channel
        return channel

    @property
    def stub(self) -> KeyValueServiceStub:
        """The generated stub of KeyValueService. Its calls have no deadline, and need ``metadata=client.metadata``."""
        return self._stubs.key_value

    @property
    def item_stub(self) -> ItemServiceStub:
        """The generated stub of ItemService, like :attr:`stub`."""
        return self._stubs.item

    @property
    def table_stub(self) -> TableServiceStub:
        """The generated stub of TableService, like :attr:`stub`."""
        return self._stubs.table

    def wait_until_ready(self, timeout: float = 5.0) -> None:
        """Wait so many seconds for a connection. Raises ``UnavailableError`` if there is none then."""
        try:
            grpc.channel_ready_future(self.channel).result(timeout)
        except grpc.FutureTimeoutError:
            raise self._unreachable() from None

    def close(self) -> None:
        """End the calls that are under way, and close the connections."""
        self._stubs.channel.close()
        self._once.channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, target: str, credentials: Any, options: Any, interceptors: Sequence[Any]) -> grpc.Channel:
        if credentials is None:
            channel = grpc.insecure_channel(target, options)
        else:
            channel = grpc.secure_channel(target, credentials, options)
        return grpc.intercept_channel(channel, *interceptors)

    def _send(self, call: Call[T]) -> T:
        try:
            return call.read(self._rpc(call)(call.request, **self._options(call)))
        except _FAILED as error:
            raise call.error(of_error(error)) from error

    def _begin(self, call: Call[Any]) -> Any:
        """Send a call without waiting for its answer."""
        return self._rpc(call).future(call.request, **self._options(call))

    def _end(self, call: Call[T], sent: Any) -> T:
        try:
            return call.read(sent.result())
        except _FAILED as error:
            raise call.error(of_error(error)) from error

    def _run(self, script: Script[T]) -> T:
        try:
            call = next(script)
            while True:
                try:
                    result = self._send(call)
                except DynaKVError as error:
                    call = script.throw(error)
                else:
                    call = script.send(result)
        except StopIteration as end:
            done: T = end.value
            return done

    def _stream(self, part: _batch.ReadPart[T]) -> Iterator[tuple[int, _batch.Answer[T]]]:
        responses = self._rpc(part.call)(part.call.request, **self._options(part.call))
        try:
            for response in responses:
                yield from part.take(response)
            part.end()
        except _FAILED as error:
            yield from part.fail(of_error(error))
        finally:
            # What an interceptor gives in the place of gRPC's answer may be no more than an iterator.
            if hasattr(responses, "cancel"):
                responses.cancel()


class Pager(Generic[T]):
    """What there is to read, page by page. Iterate over it for the rows; each iteration reads anew.

    Every page is a call of its own, with its own time and its own retries. While one is used, the next is already read.
    """

    def __init__(self, client: Client, paged: Paged[T]) -> None:
        self._client = client
        self._paged = paged

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.rows

    def pages(self) -> Iterator[Page[T]]:
        """All pages, from the one on that was asked for.

        An error ends them; a new call goes on with the ``next_page_token`` of the last page.
        """
        call = self._paged.call()
        reading = self._client._begin(call)
        try:
            while True:
                page = self._client._end(call, reading)
                if page.next_page_token is None:
                    yield page
                    return
                call = self._paged.call(page.next_page_token)
                reading = self._client._begin(call)
                yield page
        finally:
            reading.cancel()

    def page(self) -> Page[T]:
        """Read one page: the first, or that of ``page_token``."""
        return self._client._send(self._paged.call())

    def count(self) -> int:
        """Count the rows of all pages, without reading them where the server can count."""
        return self._client._run(self._paged.count())
