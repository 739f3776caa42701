"""A server in memory, as long as the tests run."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Optional

REPOSITORY = Path(__file__).resolve().parents[3]


def binary() -> str:
    """The server to test against. There is no test without one."""
    path = os.environ.get("DYNAKV_SERVER") or str(REPOSITORY / "target/debug/dynakv")
    if not Path(path).is_file():
        raise FileNotFoundError(f"no server at {path}: build it with `cargo build`, or set DYNAKV_SERVER")
    return path


@contextlib.contextmanager
def running(*arguments: str, environment: Optional[dict[str, str]] = None) -> Iterator[str]:
    """Start a server, give its address once it takes calls, and end it in any case."""
    listen = () if "--listen" in arguments else ("--listen", "127.0.0.1:0")
    process = subprocess.Popen(
        [binary(), "serve", "--memory", *listen, *arguments],
        env={**os.environ, "DYNAKV__ALLOW_DELETE_TABLE": "true", **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        assert process.stdout is not None
        address, reader = _address(process.stdout)
        try:
            yield address
        finally:
            process.kill()
            reader.join()


def _address(output: IO[str]) -> tuple[str, threading.Thread]:
    said = []
    for line in output:
        said.append(line)
        before, found, address = line.strip().partition("listening on ")
        if found and not before:
            # Nobody reads on, and a full pipe would stop the server.
            reader = threading.Thread(target=output.read)
            reader.start()
            return address, reader
    raise RuntimeError(f"the server ended before it listened: {''.join(said)}")
