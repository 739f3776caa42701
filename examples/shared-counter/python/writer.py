"""Writer of a counter and a log, which readers in other languages watch.

As often as it is told it takes the lock ``shared-counter:lock`` and, while it holds it, adds 1 to the counter
``shared-counter:visits`` and a line to the log ``shared-counter:log``, a JSON list of strings. Under the lock the
two agree.

It connects where DYNAKV_ADDRESS and the other variables of the client say. Any number of writers may run at the
same time.
"""

from __future__ import annotations

import argparse
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from dynakv import Client, Deleted, Expected

COUNTER = "shared-counter:visits"
LOG = "shared-counter:log"
LOCK = "shared-counter:lock"

LOCK_TTL_S = 10
"""Ends the lock of a holder that died."""


@contextmanager
def lock(client: Client) -> Iterator[None]:
    """Work while nobody else holds the lock, and release it if it is still this holder's."""
    holder = f"writer {uuid.uuid4()}"
    while not client.compare_and_set(LOCK, holder, Expected.ABSENT, ttl=LOCK_TTL_S):
        time.sleep(0.01)
    try:
        yield
    finally:
        released = client.compare_and_delete(LOCK, Expected.value(holder))
    if not isinstance(released, Deleted):
        raise TimeoutError(f"the work took longer than the {LOCK_TTL_S} s of the lock")


def visit(client: Client, name: str) -> int:
    """Count one visit and log it."""
    with lock(client):
        visits = client.increment(COUNTER).value
        log = client.get(LOG, consistent=True)
        lines = [] if log is None else json.loads(log.text)
        lines.append(f"visit {visits}, by {name}")
        client.set(LOG, json.dumps(lines))
    return visits


def main() -> None:
    """Count as many visits as the command line says."""
    parser = argparse.ArgumentParser(description="Adds to the shared counter and its log.")
    parser.add_argument("--visits", type=int, default=100, help="how many to count (default: %(default)s)")
    parser.add_argument("--name", default="python", help="who visits (default: %(default)s)")
    arguments = parser.parse_args()
    with Client.from_env() as client:
        visits = 0
        for _ in range(arguments.visits):
            visits = visit(client, arguments.name)
    print(f"the counter stands at {visits}")


if __name__ == "__main__":
    main()
