"""A lock that ends by itself if its holder does, and that only its holder releases."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import dynakv


# snippet: lock
@contextmanager
def lock(client: dynakv.Client, key: str, ttl: float) -> Iterator[None]:
    while not (mine := client.compare_and_set(key, "locked", dynakv.Expected.ABSENT, ttl=ttl)):
        time.sleep(0.05)
    try:
        yield
    finally:
        # If the lock has expired and is another's by now, its version is another one as well: nothing is deleted.
        client.compare_and_delete(key, dynakv.Expected.version(mine.version))


# end

with dynakv.Client.from_env() as client:
    with lock(client, "lock", ttl=30):
        assert not client.compare_and_set("lock", "another", dynakv.Expected.ABSENT)
    assert client.get("lock", consistent=True) is None
