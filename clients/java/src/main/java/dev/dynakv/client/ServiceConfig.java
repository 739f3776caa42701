package dev.dynakv.client;

import dev.dynakv.v1.ItemServiceGrpc;
import dev.dynakv.v1.KeyValueServiceGrpc;
import dev.dynakv.v1.TableServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The retries as gRPC reads them (proposal A6). Which methods may be sent again is what the proto
 * declares as their {@code idempotency_level}, which the generated code carries; there is no list
 * of them here.
 */
final class ServiceConfig {
  static final List<ServiceDescriptor> SERVICES =
      List.of(
          KeyValueServiceGrpc.getServiceDescriptor(),
          ItemServiceGrpc.getServiceDescriptor(),
          TableServiceGrpc.getServiceDescriptor());

  private static final double MAX_TOKENS = 10;
  private static final double TOKEN_RATIO = 0.1;

  private ServiceConfig() {}

  static Map<String, ?> of(RetryPolicy policy) {
    Map<String, ?> retryPolicy =
        Map.of(
            "maxAttempts", (double) policy.maxAttempts(),
            "initialBackoff", seconds(policy.initialBackoff()),
            "maxBackoff", seconds(policy.maxBackoff()),
            "backoffMultiplier", policy.backoffMultiplier(),
            "retryableStatusCodes", List.of("UNAVAILABLE", "RESOURCE_EXHAUSTED"));
    Map<String, ?> throttling = Map.of("maxTokens", MAX_TOKENS, "tokenRatio", TOKEN_RATIO);
    return Map.of(
        "methodConfig",
        List.of(Map.of("name", repeatable(), "retryPolicy", retryPolicy)),
        "retryThrottling",
        throttling);
  }

  /** What a call can only do once, whatever it answers, is not to be sent again. */
  static boolean mayBeSentAgain(MethodDescriptor<?, ?> method) {
    return method.isSafe() || method.isIdempotent();
  }

  private static List<Map<String, String>> repeatable() {
    return SERVICES.stream()
        .flatMap(service -> service.getMethods().stream())
        .filter(ServiceConfig::mayBeSentAgain)
        .map(
            method ->
                Map.of(
                    "service", Objects.requireNonNull(method.getServiceName()),
                    "method", Objects.requireNonNull(method.getBareMethodName())))
        .toList();
  }

  private static String seconds(Duration duration) {
    return BigDecimal.valueOf(duration.toNanos(), 9).toPlainString() + "s";
  }
}
