package dev.dynakv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.instrumentation.grpc.v1_6.GrpcTelemetry;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The usual instrumentation of gRPC, as an interceptor. */
class TracingTest {
  @RegisterExtension
  static final OpenTelemetryExtension TELEMETRY = OpenTelemetryExtension.create();

  @Test
  void aCallIsASpanAndTheServerIsToldWhich() throws InterruptedException {
    var interceptor = GrpcTelemetry.create(TELEMETRY.getOpenTelemetry()).createClientInterceptor();
    try (RecordingServer server = new RecordingServer();
        DynaKvClient client = server.client().interceptor(interceptor).build()) {
      Span parent =
          TELEMETRY.getOpenTelemetry().getTracer("test").spanBuilder("checkout").startSpan();
      Runnable get = () -> client.get("k").send();
      Context.current().with(parent).wrap(get).run();
      parent.end();
      SpanData call =
          TELEMETRY.getSpans().stream()
              .filter(span -> span.getName().equals("dynakv.v1.KeyValueService/Get"))
              .findFirst()
              .orElseThrow();
      assertEquals(parent.getSpanContext().getSpanId(), call.getParentSpanId());
      String told = server.next().header("traceparent");
      assertTrue(told.startsWith("00-%s-%s-".formatted(call.getTraceId(), call.getSpanId())), told);
    }
  }
}
