"""Carries out vectors, through either client."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, Callable, Optional, Union

import yaml

import dynakv
import dynakv.aio

from . import arguments, results
from .matching import mismatch, part

AnyClient = Union[dynakv.Client, dynakv.aio.Client]
Vector = dict[str, Any]

_FOLDER = Path(__file__).resolve().parents[3] / "vectors"


def load() -> list[Vector]:
    """All vectors of all files."""
    files = sorted(_FOLDER.glob("*.yaml"))
    return [vector for file in files for vector in yaml.safe_load(file.read_text(encoding="utf-8"))["vectors"]]


class Tokens:
    """The tokens for retries, which gRPC keeps for each target: spent by one vector, the next would lack them."""

    def __init__(self) -> None:
        self._spent = 0

    async def refill(self, client: AnyClient) -> None:
        """Make as many calls as bring back what was spent: a success is worth a tenth of a failure."""
        for _ in range(10 * self._spent):
            await _done(client.exists(["refilling"]))
        self._spent = 0

    def spend(self, vector: Vector) -> None:
        """Count the failures that a vector asks for, of which a full bucket covers ten."""
        faults = [fault for step in vector["steps"] for fault in step.get("fault", ())]
        self._spent = min(10, self._spent + sum(fault.get("count", 1) for fault in faults))


async def run(vector: Vector, client: AnyClient, tokens: Tokens) -> None:
    """Carry out one vector. Raises an AssertionError that says what is not as expected."""
    if any("fault" in step for step in vector["steps"]):
        await tokens.refill(client)
    tokens.spend(vector)
    captured: dict[str, Any] = {}
    for number, step in enumerate(vector["steps"]):
        wanted, actual = await _step(arguments.resolved(step, captured), client)
        wrong = mismatch(wanted, actual)
        assert not wrong, f"step {number}, {step['call']}: {wrong}"
        captured.update({name: part(actual, path) for name, path in step.get("capture", {}).items()})


async def _step(step: dict[str, Any], client: AnyClient) -> tuple[Any, Any]:
    """What was expected, and what came."""
    given = dict(step.get("args", {}))
    options: dict[str, Any] = {}
    if "timeout" in step:
        options["timeout"] = arguments.duration(step["timeout"])
    if "fault" in step:
        options["metadata"] = [("dynakv-test-fault", _fault(step["fault"]))]
    try:
        carry: _Carry = _CALLS.get(step["call"], _plain)
        actual = await carry(client, step["call"], given, options)
    except dynakv.DynaKVError as raised:
        if "error" not in step:
            raise
        return step["error"], results.error(raised)
    assert "expect" in step, f"expected the error {step.get('error')}, got {actual!r}"
    return step["expect"], actual


def _fault(faults: list[dict[str, Any]]) -> str:
    written = (";".join(f"{key}={value}" for key, value in fault.items()) for fault in faults)
    return "|".join([f"id={uuid.uuid4()}", *written])


async def _done(result: Any) -> Any:
    return await result if inspect.isawaitable(result) else result


async def _listed(iterable: Union[Iterable[Any], AsyncIterator[Any]]) -> list[Any]:
    if hasattr(iterable, "__aiter__"):
        return [one async for one in iterable]
    return list(iterable)


_Convert = Callable[[Any], Any]

_PLAIN: dict[str, _Convert] = {
    "get": results.found,
    "set": results.written,
    "compare_and_set": results.outcome,
    "delete": lambda existed: {"existed": existed},
    "compare_and_delete": lambda result: (
        {"deleted": True} if isinstance(result, dynakv.Deleted) else results.outcome(result)
    ),
    "exists": lambda exists: {"exists": exists},
    "get_ttl": results.outcome,
    "expire": results.outcome,
    "persist": results.outcome,
    "increment": results.counter,
    "get_item": results.found,
    "put_item": results.item_write,
    "update_item": results.item_write,
    "delete_item": results.item_write,
    "create_table": results.table,
    "describe_table": results.table,
    "enable_ttl": results.table,
    "list_tables": lambda tables: {"tables": results.table(tables)},
    "delete_table": lambda _: {},
}


async def _plain(client: AnyClient, call: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    return _PLAIN[call](await _done(getattr(client, call)(**arguments.options(given), **options)))


async def _batch_get(client: AnyClient, _: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    mode = given.pop("mode", "all")
    converted = arguments.options(given)
    if mode == "all":
        found = await _done(client.batch_get(**converted, **options))
    else:
        answers = await _listed(client.batch_get_stream(**converted, **options))
        positions = [position for position, _ in answers]
        assert sorted(positions) == list(range(len(converted["keys"]))), "a position came twice or not at all"
        found = [answer for _, answer in sorted(answers, key=lambda answer: answer[0])]
    return {"results": [results.found(one) for one in found]}


async def _batch_write(client: AnyClient, _: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    operations = arguments.batch_operations(given.pop("operations"))
    outcomes = await _done(client.batch_write(operations, **given, **options))
    return {"results": [results.batch_outcome(outcome) for outcome in outcomes]}


async def _batch_get_items(client: AnyClient, _: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    mode = given.pop("mode", "all")
    reads = arguments.batch_reads(given.pop("reads"))
    if mode == "all":
        found = await _done(client.batch_get_items(reads, **given, **options))
    else:
        answers = await _listed(client.batch_get_items_stream(reads, **given, **options))
        positions = [position for position, _ in answers]
        assert sorted(positions) == list(range(len(reads))), "a position came twice or not at all"
        found = [answer for _, answer in sorted(answers, key=lambda answer: answer[0])]
    return {"results": [results.found(one) for one in found]}


async def _batch_write_items(client: AnyClient, _: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    operations = arguments.batch_item_operations(given.pop("operations"))
    outcomes = await _done(client.batch_write_items(operations, **given, **options))
    return {"results": [results.batch_outcome(outcome) for outcome in outcomes]}


async def _transact_get(client: AnyClient, _: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    return results.snapshots(await _done(client.transact_get(arguments.reads(given["reads"]), **options)))


async def _transact_write(client: AnyClient, _: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    operations = arguments.transact_operations(given.pop("operations"))
    return results.transaction(await _done(client.transact_write(operations, **given, **options)))


async def _paged(client: AnyClient, call: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    mode = given.pop("mode", "all")
    pager = getattr(client, call)(**arguments.options(given), **options)
    if mode == "page":
        page = await _done(pager.page())
        return results.filled(rows=results.rows(page.rows), count=page.count, next_page_token=page.next_page_token)
    if mode == "pages":
        pages = await _listed(pager.pages())
        return {"rows": [row for page in pages for row in results.rows(page.rows)], "pages": len(pages)}
    if mode == "count":
        return {"count": await _done(pager.count())}
    return {"rows": results.rows(await _listed(pager))}


_Carry = Callable[[AnyClient, str, dict[str, Any], dict[str, Any]], Any]

_CALLS: dict[str, _Carry] = {
    "batch_get": _batch_get,
    "batch_write": _batch_write,
    "batch_get_items": _batch_get_items,
    "batch_write_items": _batch_write_items,
    "transact_get": _transact_get,
    "transact_write": _transact_write,
    "list_keys": _paged,
    "query": _paged,
    "scan": _paged,
}


def summary(passed: dict[str, set[str]]) -> Optional[str]:
    """The line by which languages are compared, once all vectors have passed through both clients."""
    count = len(load())
    if count and all(len(passed.get(kind, ())) == count for kind in ("blocking", "asyncio")):
        return f"vectors: {count} passed"
    return None
