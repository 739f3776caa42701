"""OpenTelemetry's own instrumentation: spans, and what goes along with a call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.grpc import GrpcAioInstrumentorClient, GrpcInstrumentorClient
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import dynakv
import dynakv.aio
from dynakv.v1 import kv_pb2


class Listener:
    """A server that has no entries, and keeps what came along with each Get."""

    def __init__(self) -> None:
        self.metadata: list[dict[str, Any]] = []
        get = grpc.unary_unary_rpc_method_handler(
            self._get, kv_pb2.GetRequest.FromString, kv_pb2.GetResponse.SerializeToString
        )
        service = grpc.method_handlers_generic_handler("dynakv.v1.KeyValueService", {"Get": get})
        self.server = grpc.server(ThreadPoolExecutor(1), handlers=[service])
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"

    def _get(self, _: kv_pb2.GetRequest, context: grpc.ServicerContext) -> kv_pb2.GetResponse:
        self.metadata.append(dict(context.invocation_metadata()))
        return kv_pb2.GetResponse()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    listener.server.start()
    yield listener
    listener.server.stop(None).wait()


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


def carried(metadata: dict[str, Any]) -> str:
    match = re.fullmatch(r"00-([0-9a-f]{32})-[0-9a-f]{16}-0[0-9a-f]", metadata["traceparent"])
    assert match
    return match[1]


def test_a_call_goes_on_with_the_trace(exporter: InMemorySpanExporter, listener: Listener) -> None:
    GrpcInstrumentorClient().instrument()
    try:
        with (
            dynakv.Client(listener.address) as client,
            trace.get_tracer("test").start_as_current_span("caller") as caller,
        ):
            assert client.get("key") is None
    finally:
        GrpcInstrumentorClient().uninstrument()
    span = next(span for span in exporter.get_finished_spans() if span.name == "/dynakv.v1.KeyValueService/Get")
    assert span.context.trace_id == caller.get_span_context().trace_id
    assert carried(listener.metadata[-1]) == f"{span.context.trace_id:032x}"


def test_pages_and_streams_work_under_instrumentation(address: str, key: str) -> None:
    GrpcInstrumentorClient().instrument()
    try:
        with dynakv.Client(address) as client:
            client.set(key, "value")
            assert list(client.list_keys(prefix=key)) == [key]
            assert dict(client.batch_get_stream([key])).keys() == {0}
    finally:
        GrpcInstrumentorClient().uninstrument()


async def test_an_awaited_call_goes_on_with_the_trace(exporter: InMemorySpanExporter, listener: Listener) -> None:
    exporter.clear()
    GrpcAioInstrumentorClient().instrument()
    try:
        async with dynakv.aio.Client(listener.address) as client:
            with trace.get_tracer("test").start_as_current_span("caller") as caller:
                assert await client.get("key") is None
    finally:
        GrpcAioInstrumentorClient().uninstrument()
    assert carried(listener.metadata[-1]) == f"{caller.get_span_context().trace_id:032x}"
    assert any(span.name == "/dynakv.v1.KeyValueService/Get" for span in exporter.get_finished_spans())


async def test_an_interceptor_sees_every_call(address: str, key: str) -> None:
    seen = []

    class Seeing(grpc.UnaryUnaryClientInterceptor):
        def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
            seen.append(details.method)
            return continuation(details, request)

    class SeeingToo(grpc.aio.UnaryUnaryClientInterceptor):
        async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
            seen.append(details.method.decode())
            return await continuation(details, request)

    with dynakv.Client(address, interceptors=[Seeing()]) as client:
        client.get(key)
    async with dynakv.aio.Client(address, interceptors=[SeeingToo()]) as awaited:
        await awaited.get(key)
    assert seen == ["/dynakv.v1.KeyValueService/Get"] * 2
