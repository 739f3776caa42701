"""The RPCs, as the proto declares them, and gRPC's retries made of that."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2

from .v1 import item_pb2, kv_pb2, table_pb2

# gRPC's own word for a policy; core takes five attempts at most.
_RETRY_POLICY = {
    "maxAttempts": 5,
    "initialBackoff": "0.1s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
}
# A failure takes a token, a success gives a tenth back; while no more than half are left nothing is sent again.
_RETRY_THROTTLING = {"maxTokens": 10, "tokenRatio": 0.1}


@dataclass(frozen=True)
class Method:
    """What a caller must know of an RPC to handle its failures."""

    service: str
    """Its service, with the package."""
    name: str
    writes: bool
    repeatable: bool
    """Whether it may be sent again, with the same request id."""


def _methods() -> dict[str, Method]:
    levels = descriptor_pb2.MethodOptions
    methods = {}
    for file in (kv_pb2, item_pb2, table_pb2):
        descriptor: Any = file.DESCRIPTOR
        for service in descriptor.services_by_name.values():
            for method in service.methods:
                level = method.GetOptions().idempotency_level
                methods[method.name] = Method(
                    service=service.full_name,
                    name=method.name,
                    writes=level != levels.NO_SIDE_EFFECTS,
                    repeatable=level != levels.IDEMPOTENCY_UNKNOWN,
                )
    return methods


METHODS: dict[str, Method] = _methods()


def service_config() -> str:
    """What makes gRPC itself send calls again: those that may be, after a failure that is worth it."""
    names = [{"service": one.service, "method": one.name} for one in METHODS.values() if one.repeatable]
    config = {
        "methodConfig": [{"name": names, "retryPolicy": _RETRY_POLICY}],
        "retryThrottling": _RETRY_THROTTLING,
    }
    return json.dumps(config)
