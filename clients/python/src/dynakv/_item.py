"""The calls that concern single items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Optional, Union

from ._base import Base
from ._calls import Call, RequestId, request_id_of
from ._expressions import Names, Scope, Values
from ._failures import UnreadableAnswer
from ._settings import Metadata, Timeout
from ._times import Ttl, duration
from .conditions import Condition
from .entries import ConditionFailed, expire_time, version
from .items import DeletedItem, ItemDeletion, ItemWrite, ReturnValues, WrittenItem
from .updates import AnyUpdate, update_to_wire
from .v1 import item_pb2
from .values import Item, ItemKey, item_from_wire, item_to_wire, key_to_wire


def get_item(
    client: Base,
    key: ItemKey,
    *,
    projection: Union[str, Iterable[str], None] = None,
    names: Optional[Names] = None,
    consistent: bool = False,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[Optional[Item]]:
    """Read one item. ``None`` if there is none.

    ``key`` is the partition key or, where the table has a sort key, the two as a pair. ``projection`` gives only
    these parts: a list of paths, or a DynamoDB projection expression with its ``names``.
    """
    scope = Scope(names)
    request = item_pb2.GetItemRequest(
        table=table or client.table,
        key=key_to_wire(key),
        projection=scope.projection(projection),
        names=scope.names,
        consistent_read=consistent,
    )
    return Call("GetItem", request, lambda response: optional_item(response, "item"), timeout, metadata)


def put_item(
    client: Base,
    item: Mapping[str, Any],
    *,
    ttl: Optional[Ttl] = None,
    condition: Union[str, Condition, None] = None,
    names: Optional[Names] = None,
    values: Optional[Values] = None,
    return_current: bool = False,
    return_old: bool = False,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[ItemWrite]:
    """Write one item in place of what was there.

    ``item`` has all attributes, the primary key among them, but not the version. ``condition``, made of ``Attr`` or
    a DynamoDB condition expression with its ``names`` and ``values``, must hold of what is there, or the result is
    :class:`ConditionFailed`, which is false; with ``return_current`` it has the item as it is. ``return_old``
    answers with the item as it was before. If an answer is lost the call is sent again; a write that has happened
    is then recognised, unless somebody else has changed the item in between.
    """
    scope = Scope(names, values)
    request = item_pb2.PutItemRequest(
        table=table or client.table,
        item=item_to_wire(item),
        ttl=None if ttl is None else duration(ttl),
        condition=scope.condition(condition),
        names=scope.names,
        values=scope.values,
        return_current=return_current,
        return_values=_return_old(return_old),
        request_id=request_id_of(request_id),
    )
    return Call("PutItem", request, _written, timeout, metadata)


def update_item(
    client: Base,
    key: ItemKey,
    update: AnyUpdate,
    *,
    condition: Union[str, Condition, None] = None,
    names: Optional[Names] = None,
    values: Optional[Values] = None,
    return_current: bool = False,
    return_values: ReturnValues = ReturnValues.NONE,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[ItemWrite]:
    """Change parts of one item, or create it.

    ``update`` is an ``Update``, or a DynamoDB update expression with its ``names`` and ``values``; ``condition`` is
    as for ``put_item``. Never sent again by itself: a second attempt could change the item twice.
    """
    scope = Scope(names, values)
    request = item_pb2.UpdateItemRequest(
        table=table or client.table,
        key=key_to_wire(key),
        condition=scope.condition(condition),
        names=scope.names,
        values=scope.values,
        return_current=return_current,
        return_values=item_pb2.ReturnValues.Value(f"RETURN_VALUES_{ReturnValues(return_values).value}"),
        request_id=request_id_of(request_id),
        **update_to_wire(update),
    )
    return Call("UpdateItem", request, _written, timeout, metadata)


def delete_item(
    client: Base,
    key: ItemKey,
    *,
    condition: Union[str, Condition, None] = None,
    names: Optional[Names] = None,
    values: Optional[Values] = None,
    return_current: bool = False,
    return_old: bool = False,
    omit_existed: bool = False,
    request_id: Optional[RequestId] = None,
    table: Optional[str] = None,
    timeout: Optional[Timeout] = None,
    metadata: Optional[Metadata] = None,
) -> Call[ItemDeletion]:
    """Delete one item. The result says whether there was one.

    ``condition`` is as for ``put_item``. Never sent again by itself: a second attempt would find nothing.

    With ``omit_existed``, ``existed`` is false and says nothing. The delete may then share a call to DynamoDB with
    other writes, and a lost answer of DynamoDB does not make its outcome unknown. Not with ``condition`` or
    ``return_old``.
    """
    scope = Scope(names, values)
    request = item_pb2.DeleteItemRequest(
        table=table or client.table,
        key=key_to_wire(key),
        condition=scope.condition(condition),
        names=scope.names,
        values=scope.values,
        return_current=return_current,
        return_values=_return_old(return_old),
        request_id=request_id_of(request_id),
        omit_existed=omit_existed,
    )
    return Call("DeleteItem", request, _deleted, timeout, metadata)


def _written(response: Union[item_pb2.PutItemResponse, item_pb2.UpdateItemResponse]) -> ItemWrite:
    if not _applied(response):
        return ConditionFailed(optional_item(response, "current"))
    return WrittenItem(
        version=version(response),
        expire_time=expire_time(response) if isinstance(response, item_pb2.PutItemResponse) else None,
        attributes=optional_item(response, "attributes"),
        attributes_lost=response.attributes_lost,
    )


def _deleted(response: item_pb2.DeleteItemResponse) -> ItemDeletion:
    if not _applied(response):
        return ConditionFailed(optional_item(response, "current"))
    return DeletedItem(response.existed, optional_item(response, "attributes"))


def _applied(response: Any) -> bool:
    if response.outcome not in (item_pb2.ITEM_OUTCOME_APPLIED, item_pb2.ITEM_OUTCOME_CONDITION_FAILED):
        raise UnreadableAnswer("no known outcome")
    return bool(response.outcome == item_pb2.ITEM_OUTCOME_APPLIED)


def _return_old(wanted: bool) -> item_pb2.ReturnValues.ValueType:
    return item_pb2.RETURN_VALUES_ALL_OLD if wanted else item_pb2.RETURN_VALUES_UNSPECIFIED


def optional_item(response: Any, name: str) -> Optional[Item]:
    """The item in this field of an answer, if there is one."""
    return item_from_wire(getattr(response, name)) if response.HasField(name) else None
