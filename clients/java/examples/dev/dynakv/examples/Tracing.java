package dev.dynakv.examples;

import dev.dynakv.client.DynaKvClient;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.grpc.v1_6.GrpcTelemetry;

/** Calls as spans. */
public class Tracing {
  // snippet: tracing
  static DynaKvClient traced(OpenTelemetry telemetry) {
    return DynaKvClient.builderFromEnv()
        .interceptor(GrpcTelemetry.create(telemetry).createClientInterceptor())
        .build();
  }

  // end

  public static void main(String[] args) {
    try (DynaKvClient client = traced(OpenTelemetry.noop())) {
      System.out.println(client.get("traced").send().isPresent());
    }
  }
}
