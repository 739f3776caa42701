from __future__ import annotations

from collections.abc import Iterator

import pytest

import dynakv

from . import server
from .vectors import runner

VECTORS_PASSED = pytest.StashKey[dict[str, set[str]]]()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a server that all tests share, each with keys of its own."""
    with server.running() as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[dynakv.Client]:
    with dynakv.Client(address) as client:
        yield client


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """A key that no other test uses."""
    return f"{request.node.nodeid}/"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[VECTORS_PASSED] = {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    line = runner.summary(config.stash[VECTORS_PASSED])
    if line:
        terminalreporter.ensure_newline()
        terminalreporter.write_line(line)
