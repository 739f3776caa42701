// Which spans there are, and that the server is told of them: against a server that keeps the metadata it was sent.

import assert from "node:assert/strict";
import { test } from "node:test";

import type * as grpc from "@grpc/grpc-js";
import { SpanKind, trace } from "@opentelemetry/api";
import { GrpcInstrumentation } from "@opentelemetry/instrumentation-grpc";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
new GrpcInstrumentation().enable();

// Loaded after that, as the instrumentation wants it.
const { Client } = await import("dynakv");
const { startScripted, unavailable } = await import("./scripted.mjs");

test("each call is a span, and carries its traceparent in every attempt", async () => {
  const sent: string[] = [];
  const server = await startScripted({
    get: (call: grpc.ServerUnaryCall<unknown, unknown>, answer: grpc.sendUnaryData<unknown>) => {
      sent.push(String(call.metadata.get("traceparent")[0]));
      if (sent.length === 1) {
        answer(unavailable());
      } else {
        answer(null, { entry: undefined });
      }
    },
  });
  const client = new Client({ address: server.address });
  await trace.getTracer("test").startActiveSpan("parent", async (parent) => {
    await client.get("k");
    parent.end();
  });
  client.close();
  server.stop();

  const spans = exporter.getFinishedSpans();
  const parent = spans.find(({ name }) => name === "parent");
  // The server of this test is of the same process, and instrumented too.
  const call = spans.find(
    ({ name, kind }) => name === "grpc.dynakv.v1.KeyValueService/Get" && kind === SpanKind.CLIENT,
  );
  assert.ok(parent !== undefined && call !== undefined);
  assert.equal(call.parentSpanContext?.spanId, parent.spanContext().spanId);
  const { traceId, spanId } = call.spanContext();
  assert.deepEqual(sent, [`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-01`]);
});
