from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

import dynakv
import dynakv.aio
from dynakv._methods import METHODS

from . import server
from .conftest import VECTORS_PASSED
from .vectors import runner


@pytest.fixture(scope="module", params=["blocking", "asyncio"])
def fresh(request: pytest.FixtureRequest) -> Iterator[tuple[str, str, runner.Tokens]]:
    """A server of its own for each client: vectors begin with nothing stored."""
    with server.running() as address:
        yield request.param, address, runner.Tokens()


@pytest.mark.parametrize("vector", runner.load(), ids=lambda vector: vector["name"])
async def test_vector(
    vector: dict[str, Any], fresh: tuple[str, str, runner.Tokens], pytestconfig: pytest.Config
) -> None:
    kind, address, tokens = fresh
    if kind == "blocking":
        with dynakv.Client(address) as client:
            await runner.run(vector, client, tokens)
    else:
        async with dynakv.aio.Client(address) as asynchronous:
            await runner.run(vector, asynchronous, tokens)
    pytestconfig.stash[VECTORS_PASSED].setdefault(kind, set()).add(vector["name"])


def test_every_rpc_has_vectors() -> None:
    called = {step["call"] for vector in runner.load() for step in vector["steps"]}
    assert called == {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in METHODS}
