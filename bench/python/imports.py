"""An import as a user of boto3 writes it: the lines of a file through `batch_writer`.

Prints the number of items and the seconds in JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3


def main() -> None:
    """Import the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", required=True)
    parser.add_argument("--file", required=True, type=Path)
    arguments = parser.parse_args()
    credentials = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}
    endpoint = f"http://{arguments.address}"
    dynamodb: Any = boto3.resource("dynamodb", endpoint_url=endpoint, region_name="us-east-1", **credentials)
    items = 0
    begun = time.perf_counter()
    with arguments.file.open() as lines, dynamodb.Table("items").batch_writer(["pk", "sk"]) as batch:
        for line in lines:
            batch.put_item(Item=json.loads(line, parse_float=Decimal))
            items += 1
    print(json.dumps({"items": items, "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main()
