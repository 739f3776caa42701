"""A load generator for one run of `make bench`: forked processes that each make one call after another.

They call DynaKV through its client, or the endpoint of DynamoDB through boto3. Prints a line when the warm-up is over
and the measurement begins, one when it ends, and the result in JSON. Every value that is read is checked; a single
wrong answer or error ends it.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import random
import re
import resource
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Callable, Protocol

import boto3
from botocore.config import Config

import dynakv

# The keys and values of bench/src/keyspace.rs.
KEYS = 100_000
STEP = 3
TABLE = "bench"

WARMING_UP, MEASURING, ENDED = range(3)

# How long the workers may take until they have made their first call.
START_TIME_S = 30

# Makes a call with this key and its value, and fails if an answer is wrong.
Call = Callable[[str, bytes], None]


class Phase(Protocol):
    """What all processes do, in shared memory."""

    value: int


def through_dynakv(arguments: argparse.Namespace) -> dict[str, Call]:
    """As a user of the client writes it."""
    client = dynakv.Client(arguments.address)

    def get(key: str, value: bytes) -> None:
        entry = client.get(key)
        check(entry is not None and entry.value == value, key)

    def put(key: str, value: bytes) -> None:
        client.set(key, value)

    return {"get": get, "set": put}


def with_boto3(arguments: argparse.Namespace) -> dict[str, Call]:
    """As a user of boto3 writes it, who stores what DynaKV stores."""
    # A retry would hide failures.
    config = Config(tcp_keepalive=True, retries={"total_max_attempts": 1})
    credentials = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}
    endpoint = f"http://{arguments.address}"
    client: Any = boto3.client("dynamodb", endpoint_url=endpoint, region_name="us-east-1", config=config, **credentials)

    def get(key: str, value: bytes) -> None:
        answer = client.get_item(TableName=TABLE, Key={"pk": {"S": key}})
        check(answer.get("Item", {}).get("val", {}).get("B") == value, key)

    def put(key: str, value: bytes) -> None:
        client.put_item(TableName=TABLE, Item={"pk": {"S": key}, "val": {"B": value}, "dkv_ver": {"N": "1"}})

    return {"get": get, "set": put}


TARGETS = {"dynakv": through_dynakv, "sdk": with_boto3}


def check(holds: bool, key: str) -> None:
    """Fail unless the value of the key was read."""
    if not holds:
        raise ValueError(f"not the value of {key}")


def entries(arguments: argparse.Namespace, values: bytes, worker: int) -> Iterator[tuple[str, bytes]]:
    """Keys, drawn at random, and their values."""
    draw = random.Random(arguments.seed + worker)  # noqa: S311 - keys are no secrets
    size = arguments.value_bytes
    while True:
        index = draw.randrange(KEYS)
        yield f"{size}-{index:05}", values[index * STEP : index * STEP + size]


def work(
    arguments: argparse.Namespace, values: bytes, worker: int, ready: Barrier, phase: Phase, result: Connection
) -> None:
    """Make calls, and send the latencies and the CPU time of those that were made in the time of the measurement."""
    call = TARGETS[arguments.target](arguments)[arguments.operation]
    keys = entries(arguments, values, worker)
    # A client makes itself ready at its first call.
    call(*next(keys))
    ready.wait()
    while phase.value == WARMING_UP:
        call(*next(keys))
    before = cpu_time()
    latencies = []
    while phase.value == MEASURING:
        begun = time.perf_counter()
        call(*next(keys))
        latencies.append(time.perf_counter() - begun)
    result.send((latencies, cpu_time() - before))


def cpu_time() -> float:
    """The seconds of CPU time of this process, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def memory_mib(process: int | str) -> float:
    """The memory of a process, with its part of what it shares."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = re.search(r"^Pss: *(\d+) kB", rollup, re.MULTILINE)
    if found is None:
        raise ValueError(f"no memory of process {process}")
    return int(found[1]) / 1024


def pause(seconds: float, workers: list[ForkProcess]) -> None:
    """Wait for as long; a worker that ends meanwhile has failed."""
    if wait([worker.sentinel for worker in workers], seconds):
        sys.exit("workers.py: a worker has failed")


def measure(arguments: argparse.Namespace) -> dict[str, float]:
    """Fork the workers, and tell them when to measure and when to stop."""
    values = Path(arguments.values).read_bytes()
    context = multiprocessing.get_context("fork")
    phase = context.RawValue("i", WARMING_UP)
    ready = context.Barrier(arguments.callers + 1)
    pipes = [context.Pipe(duplex=False) for _ in range(arguments.callers)]
    workers = [
        context.Process(target=work, args=(arguments, values, number, ready, phase, sender), daemon=True)
        for number, (_, sender) in enumerate(pipes)
    ]
    for worker in workers:
        worker.start()
    ready.wait(START_TIME_S)
    pause(arguments.warm_up, workers)
    print("measuring", flush=True)
    begun = time.perf_counter()
    phase.value = MEASURING
    pause(arguments.duration, workers)
    memory = memory_mib("self") + sum(memory_mib(worker.pid or "") for worker in workers)
    phase.value = ENDED
    took = time.perf_counter() - begun
    print("measured", flush=True)
    measured = [receiver.recv() for receiver, _ in pipes]
    latencies: list[float] = sorted(latency for mine, _ in measured for latency in mine)
    if not latencies:
        sys.exit("workers.py: no call ended in the time of the measurement")

    def quantile_us(quantile: float) -> float:
        return latencies[max(math.ceil(quantile * len(latencies)) - 1, 0)] * 1e6

    return {
        "calls": len(latencies),
        "seconds": took,
        "p50_us": quantile_us(0.5),
        "p99_us": quantile_us(0.99),
        "p999_us": quantile_us(0.999),
        "cpu_seconds": sum(cpu for _, cpu in measured),
        "memory_mib": memory,
    }


def milliseconds(text: str) -> float:
    """The seconds in a text such as `400ms`."""
    return int(text.removesuffix("ms")) / 1000


def parse() -> argparse.Namespace:
    """Read the arguments, which are those of bench/gosdk."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=TARGETS, required=True, help="what is called")
    parser.add_argument("--address", required=True, help="of the target, HOST:PORT")
    parser.add_argument("--operation", choices=["get", "set"], required=True, help="what is measured")
    parser.add_argument("--keys", type=int, choices=[1], default=1, help="of a call")
    parser.add_argument("--callers", type=int, default=8, help="processes (default: %(default)s)")
    parser.add_argument("--connections", help="is ignored: every process has one")
    parser.add_argument("--value-bytes", type=int, default=100, help="of each value (default: %(default)s)")
    parser.add_argument("--values", required=True, help="file with the bytes of which every value is a part")
    parser.add_argument("--seed", type=int, default=0, help="of the sequence of keys (default: %(default)s)")
    parser.add_argument("--warm-up", type=milliseconds, default=0.4, help="before the measurement, such as 400ms")
    parser.add_argument("--duration", type=milliseconds, default=2.0, help="of the measurement, such as 2000ms")
    return parser.parse_args()


if __name__ == "__main__":
    print(json.dumps(measure(parse())))
