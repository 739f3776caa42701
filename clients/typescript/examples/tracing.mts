// The trace goes on in the server: every call carries W3C's traceparent.

// snippet: tracing
import { GrpcInstrumentation } from "@opentelemetry/instrumentation-grpc";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";

// Before "dynakv" is loaded; usually in a file of its own, given to `node --import`.
const exporter = new InMemorySpanExporter(); // in earnest one that sends them somewhere
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
new GrpcInstrumentation().enable();

const { Client } = await import("dynakv");
// end
const client = await Client.fromEnv();
await client.get("greeting");
client.close();
console.log(
  exporter
    .getFinishedSpans()
    .map(({ name }) => name)
    .join("\n"),
);
