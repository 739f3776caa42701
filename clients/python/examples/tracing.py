"""Traces with OpenTelemetry, and metrics by an interceptor."""

import time
from typing import Any

import grpc

# snippet: tracing
from opentelemetry.instrumentation.grpc import GrpcInstrumentorClient

import dynakv

# From here on every call has a span, and the trace goes on in the server: the W3C header traceparent goes along.
GrpcInstrumentorClient().instrument()  # for asyncio: GrpcAioInstrumentorClient
client = dynakv.Client.from_env()
# end


# snippet: metrics
class Durations(grpc.UnaryUnaryClientInterceptor):
    """Shows the name of each call, its gRPC code and how long it took; a histogram would take them as well."""

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        started = time.monotonic()
        answer = continuation(details, request)
        answer.add_done_callback(lambda done: print(details.method, done.code(), time.monotonic() - started))
        return answer


measured = dynakv.Client.from_env(interceptors=[Durations()])
# end

with client, measured:
    client.set("traced", "yes")
    assert measured.get("traced", consistent=True) is not None
