"""How many calls a second one thread makes: through DynaKV, and with boto3 straight at the same DynamoDB endpoint.

Reads and writes values of 100 bytes. DYNAKV_ADDRESS says where DynaKV listens, DYNAMODB_ENDPOINT where DynamoDB does;
without one of them its half is left out. Prints a line of JSON for each case.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterator
from typing import Any, Callable

import boto3
from botocore.config import Config

import dynakv

VALUE = b"x" * 100
KEYS = [f"bench:{number}" for number in range(1_000)]
WARM_UP_S = 0.5

Case = tuple[str, Callable[[str], object]]


def through_dynakv(client: dynakv.Client) -> Iterator[Case]:
    """As a user of the client writes it."""
    yield "dynakv set", lambda key: client.set(key, VALUE)
    yield "dynakv get", client.get


def with_boto3(endpoint: str, table: str) -> Iterator[Case]:
    """As a user of boto3 writes it, who stores what DynaKV stores: the key in `pk`, the value in `val`."""
    credentials = {} if "AWS_ACCESS_KEY_ID" in os.environ else {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    region = os.environ.get("AWS_REGION", "us-east-1")
    dynamodb: Any = boto3.client(
        "dynamodb", endpoint_url=endpoint, region_name=region, config=Config(tcp_keepalive=True), **credentials
    )
    yield (
        "boto3 put_item",
        lambda key: dynamodb.put_item(TableName=table, Item={"pk": {"S": key}, "val": {"B": VALUE}}),
    )
    yield "boto3 get_item", lambda key: dynamodb.get_item(TableName=table, Key={"pk": {"S": key}})


def measure(call: Callable[[str], object], duration_s: float) -> list[float]:
    """The seconds of each call, one after the other, for as long."""
    taken = []
    end = time.perf_counter() + duration_s
    number = 0
    while (started := time.perf_counter()) < end:
        call(KEYS[number % len(KEYS)])
        taken.append(time.perf_counter() - started)
        number += 1
    return taken


def main() -> None:
    """Measure what there is to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--duration", type=float, default=5.0, help="seconds for each case (default: %(default)s)")
    parser.add_argument("--table", default="dynakv", help="the table in DynamoDB (default: %(default)s)")
    arguments = parser.parse_args()
    cases: list[Case] = []
    if "DYNAKV_ADDRESS" in os.environ:
        cases += through_dynakv(dynakv.Client.from_env())
    if "DYNAMODB_ENDPOINT" in os.environ:
        cases += with_boto3(os.environ["DYNAMODB_ENDPOINT"], arguments.table)
    if not cases:
        parser.error("set DYNAKV_ADDRESS or DYNAMODB_ENDPOINT")
    for name, call in cases:
        measure(call, WARM_UP_S)
        taken = measure(call, arguments.duration)
        line = {
            "language": "python",
            "case": name,
            "calls_per_second": round(len(taken) / sum(taken), 1),
            "p50_us": round(statistics.median(taken) * 1e6, 1),
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
