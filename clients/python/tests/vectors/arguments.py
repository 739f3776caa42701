"""The arguments of vectors become what a user would write."""

from __future__ import annotations

import base64
import functools
import operator
from datetime import timedelta
from decimal import Decimal
from typing import Any, Callable, Union

from dynakv import (
    Attr,
    BatchDelete,
    BatchDeleteItem,
    BatchItemRead,
    BatchPutItem,
    BatchSet,
    Expected,
    Index,
    IndexKind,
    IndexProjection,
    Key,
    KeyAttribute,
    KeyType,
    ReadEntry,
    ReadItem,
    ReturnValues,
    Throughput,
    TransactCheck,
    TransactDelete,
    TransactDeleteItem,
    TransactPutItem,
    TransactSet,
    TransactUpdateItem,
    Update,
)

Arguments = dict[str, Any]


def resolved(document: Any, captured: dict[str, Any]) -> Any:
    """With what was captured in the place of each reference, and with texts written out."""
    if isinstance(document, list):
        return [resolved(one, captured) for one in document]
    if not isinstance(document, dict):
        return document
    if "$ref" in document:
        return captured[document["$ref"]]
    if set(document) == {"repeat", "times"}:
        return document["repeat"] * document["times"]
    if set(document) == {"deep", "levels"}:
        value = resolved(document["deep"], captured)
        return functools.reduce(lambda inner, _: {"L": [inner]}, range(document["levels"]), value)
    if set(document) == {"named", "name"}:
        return {"M": {resolved(document["name"], captured): resolved(document["named"], captured)}}
    return {name: resolved(value, captured) for name, value in document.items()}


def data(document: Any) -> bytes:
    """Bytes."""
    return document.encode() if isinstance(document, str) else base64.b64decode(document["base64"])


def duration(text: str) -> timedelta:
    """A duration."""
    unit, number = ("milliseconds", text[:-2]) if text.endswith("ms") else ("seconds", text[:-1])
    return timedelta(**{unit: float(number)})


def value(document: dict[str, Any]) -> Any:
    """An attribute."""
    ((kind, content),) = document.items()
    conversions: dict[str, Callable[[Any], Any]] = {
        "S": str,
        "N": Decimal,
        "B": base64.b64decode,
        "BOOL": bool,
        "NULL": lambda _: None,
        "M": attributes,
        "L": lambda values: [value(one) for one in values],
        "SS": set,
        "NS": lambda numbers: {Decimal(number) for number in numbers},
        "BS": lambda texts: {base64.b64decode(text) for text in texts},
    }
    return conversions[kind](content)


def attributes(document: dict[str, Any]) -> dict[str, Any]:
    """An item."""
    return {name: value(content) for name, content in document.items()}


def item_key(document: dict[str, Any]) -> Any:
    """A primary key."""
    if "sort" in document:
        return value(document["partition"]), value(document["sort"])
    return value(document["partition"])


def expected(document: dict[str, Any]) -> Expected:
    """What must be true of an entry."""
    if "absent" in document:
        return Expected.ABSENT
    if "present" in document:
        return Expected.PRESENT
    if "version" in document:
        return Expected.version(document["version"])
    return Expected.value(data(document["value"]))


_COMPARISONS = {"eq": "eq", "ne": "ne", "lt": "lt", "le": "lte", "gt": "gt", "ge": "gte"}


def condition(document: Any, make: Callable[[str], Any] = Attr) -> Any:
    """A condition: an expression as it is, or one that the builder makes."""
    if isinstance(document, str):
        return document
    ((name, operands),) = document.items()
    if name in ("and", "or"):
        join = operator.and_ if name == "and" else operator.or_
        return functools.reduce(join, [condition(operand, make) for operand in operands])
    if name == "not":
        return ~condition(operands, make)
    if name in ("exists", "not_exists"):
        return getattr(make(operands), name)()
    path, *rest = operands
    if name == "size":
        comparison, size = rest
        return getattr(make(path).size(), _COMPARISONS[comparison])(size)
    if name == "in":
        return make(path).is_in([value(one) for one in rest[0]])
    if name == "is_type":
        return make(path).attribute_type(rest[0])
    return getattr(make(path), _COMPARISONS.get(name, name))(*[value(one) for one in rest])


def update(document: dict[str, Any]) -> Any:
    """Changes of an item: an expression, or typed ones."""
    if "expression" in document:
        return document["expression"]
    changes = Update()
    for action in document["actions"]:
        path = action["path"]
        ((name, content),) = ((key, content) for key, content in action.items() if key != "path")
        if name == "remove":
            changes = changes.remove(path)
        elif name == "add":
            changes = changes.add(path, Decimal(content))
        elif name in ("append", "prepend"):
            changes = getattr(changes, name)(path, [value(one) for one in content])
        else:
            changes = getattr(changes, name)(path, value(content))
    return changes


def keys(document: Any) -> Any:
    """Keys, listed or counted."""
    if isinstance(document, dict):
        return [f"{document['prefix']}{number}" for number in range(document["count"])]
    return document


def batch_operations(document: Any) -> list[Union[BatchSet, BatchDelete]]:
    """Operations of a batch, listed or counted."""
    if isinstance(document, dict):
        return [BatchSet(key, data(document["value"])) for key in keys(document)]
    return [_of_kind({"set": BatchSet, "delete": BatchDelete}, operation) for operation in document]


def batch_item_operations(document: Any) -> list[Union[BatchPutItem, BatchDeleteItem]]:
    """Operations of a batch of items."""
    kinds = {"put_item": BatchPutItem, "delete_item": BatchDeleteItem}
    return [_of_kind(kinds, operation) for operation in document]


def batch_reads(document: Any) -> list[Any]:
    """Reads of a batch of items, listed or counted."""
    if isinstance(document, dict):
        return list(keys(document))
    return [
        BatchItemRead(item_key(read["key"]), read["table"]) if "table" in read else item_key(read["key"])
        for read in document
    ]


def transact_operations(document: Any) -> list[Any]:
    """Operations of a transaction."""
    kinds = {
        "set": TransactSet,
        "delete": TransactDelete,
        "put_item": TransactPutItem,
        "update_item": TransactUpdateItem,
        "delete_item": TransactDeleteItem,
        "check": TransactCheck,
    }
    return [_of_kind(kinds, operation) for operation in document]


def _of_kind(kinds: dict[str, Any], operation: dict[str, Any]) -> Any:
    beside = {name: content for name, content in operation.items() if name not in kinds}
    ((kind, content),) = ((name, content) for name, content in operation.items() if name in kinds)
    return kinds[kind](**options(content), **beside)


def reads(document: Any) -> list[Any]:
    """Reads of a transaction."""
    return [
        ReadItem(item_key(read["item_key"]), read.get("table"))
        if "item_key" in read
        else (ReadEntry(read["key"], read["table"]) if "table" in read else read["key"])
        for read in document
    ]


def key_attribute(document: dict[str, Any]) -> KeyAttribute:
    """A key of a table."""
    return KeyAttribute(document["name"], KeyType(document["type"]))


def index(document: dict[str, Any]) -> Index:
    """An index of a table."""
    given = dict(document)
    given["kind"] = IndexKind(given["kind"])
    given["partition_key"] = key_attribute(given["partition_key"]) if "partition_key" in given else None
    given["sort_key"] = key_attribute(given["sort_key"]) if "sort_key" in given else None
    given["projection"] = IndexProjection(given.get("projection", "ALL"))
    given["throughput"] = Throughput(**given["throughput"]) if "throughput" in given else None
    return Index(**given)


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "value": data,
    "ttl": duration,
    "expected": expected,
    "by": int,
    "initial": int,
    "item": attributes,
    "values": attributes,
    "condition": condition,
    "filter": condition,
    "key_condition": lambda document: condition(document, Key),
    "update": update,
    "return_values": ReturnValues,
    "keys": keys,
    "reads": reads,
    "partition_key": key_attribute,
    "sort_key": key_attribute,
    "indexes": lambda documents: [index(document) for document in documents],
    "throughput": lambda document: Throughput(**document),
}


def options(arguments: Arguments) -> Arguments:
    """Keyword arguments: each by its name, but for `key`, which is a text or that of an item."""
    converted = {name: _CONVERSIONS.get(name, lambda same: same)(content) for name, content in arguments.items()}
    if isinstance(converted.get("key"), dict):
        converted["key"] = item_key(converted["key"])
    return converted
