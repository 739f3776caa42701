"""Reads in pages: one page, all pages, or what is in them one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Callable, Generic, Optional, TypeVar, Union

from ._base import Base
from ._calls import Call, Script
from ._expressions import Names, Scope, Values
from ._settings import Metadata, Timeout
from .conditions import Condition
from .v1 import item_pb2, kv_pb2
from .values import Item, items_from_wire

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of what there is to read."""

    rows: list[T]
    """What it holds. It may hold nothing and yet not be the last."""
    count: int
    """How many it holds or, of a call that only counts, has counted."""
    next_page_token: Optional[str]
    """For the next page. ``None``: there is none. It holds keys, encrypted; it is valid for the same request."""


class Paged(Generic[T]):
    """A request that is answered in pages, and what a page means."""

    def __init__(
        self,
        name: str,
        request: Any,
        read: Callable[[Any], Page[T]],
        timeout: Optional[Timeout],
        metadata: Optional[Metadata],
    ) -> None:
        self._name = name
        self._request = request
        self._read = read
        self._timeout = timeout
        self._metadata = metadata

    def call(self, token: Optional[str] = None) -> Call[Page[T]]:
        """The call for the page of this token; by default for the first that was asked for."""
        request = type(self._request)()
        request.CopyFrom(self._request)
        if token is not None:
            request.page_token = token
        return Call(self._name, request, self._read, self._timeout, self._metadata)

    def count(self) -> Script[int]:
        """Count the rows of all pages."""
        total, call = 0, self.call()
        if "count_only" in call.request.DESCRIPTOR.fields_by_name:
            call.request.count_only = True
        while True:
            page: Page[T] = yield call
            total += page.count
            if page.next_page_token is None:
                return total
            call.request.page_token = page.next_page_token


def list_keys(
    client: Base,
    *,
    prefix: Optional[str] = None,
    glob: Optional[str] = None,
    consistent: bool = False,
    page_size: int = 0,
    page_token: str = "",
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Paged[str]:
    """Read the keys of entries, all or those of a pattern, in no order.

    ``prefix`` is how keys begin. ``glob`` is what they match as a whole, such as ``user:*:cart``: ``*`` stands for
    any characters, ``?`` for one, ``[a-z]`` and ``[!a-z]`` for one of those or of the others; a backslash takes the
    meaning off the next character. ``page_size`` is how many a page has at most, 1 to 10,000; 0 leaves it to the
    server.
    """
    if prefix is not None and glob is not None:
        raise ValueError("keys are listed by a prefix or a glob, not by both")
    request = kv_pb2.ListKeysRequest(
        table=table or client.table,
        consistent_read=consistent,
        page_size=page_size,
        page_token=page_token,
    )
    if prefix is not None:
        request.prefix = prefix
    if glob is not None:
        request.glob = glob
    return Paged("ListKeys", request, _keys, timeout, metadata)


def _keys(response: kv_pb2.ListKeysResponse) -> Page[str]:
    return Page(list(response.keys), len(response.keys), response.next_page_token or None)


def query(
    client: Base,
    key_condition: Union[str, Condition],
    *,
    filter: Union[str, Condition, None] = None,  # noqa: A002 - DynamoDB's word for it
    projection: Union[str, Iterable[str], None] = None,
    names: Optional[Names] = None,
    values: Optional[Values] = None,
    index: str = "",
    descending: bool = False,
    consistent: bool = False,
    page_size: int = 0,
    page_token: str = "",
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Paged[Item]:
    """Read the items of one partition of a table or of an index, in the order of the sort key.

    ``key_condition`` is made of ``Key``, or a DynamoDB key condition expression with its ``names`` and ``values``.
    ``filter`` gives only the items that match; what it drops is read, and costs, all the same. ``projection`` gives
    only these parts of the items: a list of paths, or an expression. ``index`` names a secondary index.
    ``page_size`` is how many a page has at most, 1 to 10,000; 0 leaves it to the server.
    """
    scope = Scope(names, values)
    request = item_pb2.QueryRequest(
        table=table or client.table,
        key_condition=scope.condition(key_condition),
        filter=scope.condition(filter),
        projection=scope.projection(projection),
        index=index,
        order=item_pb2.QueryRequest.ORDER_DESCENDING if descending else item_pb2.QueryRequest.ORDER_UNSPECIFIED,
        consistent_read=consistent,
        page_size=page_size,
        page_token=page_token,
        names=scope.names,
        values=scope.values,
    )
    return Paged("Query", request, _items, timeout, metadata)


def scan(
    client: Base,
    *,
    filter: Union[str, Condition, None] = None,  # noqa: A002
    projection: Union[str, Iterable[str], None] = None,
    names: Optional[Names] = None,
    values: Optional[Values] = None,
    index: str = "",
    segments: Optional[int] = None,
    consistent: bool = False,
    page_size: int = 0,
    page_token: str = "",
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Paged[Item]:
    """Read all items of a table or of an index, in no order; the options are those of ``query``.

    ``segments`` lets the server read the table in so many parts at the same time: 1 to 32.
    """
    scope = Scope(names, values)
    request = item_pb2.ScanRequest(
        table=table or client.table,
        filter=scope.condition(filter),
        projection=scope.projection(projection),
        index=index,
        segments=segments,
        consistent_read=consistent,
        page_size=page_size,
        page_token=page_token,
        names=scope.names,
        values=scope.values,
    )
    return Paged("Scan", request, _items, timeout, metadata)


def _items(response: Union[item_pb2.QueryResponse, item_pb2.ScanResponse]) -> Page[Item]:
    return Page(items_from_wire(response.items), response.count, response.next_page_token or None)
