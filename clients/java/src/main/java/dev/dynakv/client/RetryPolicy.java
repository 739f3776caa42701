package dev.dynakv.client;

import java.time.Duration;
import java.util.Objects;

/**
 * How calls that failed with {@code UNAVAILABLE} or {@code RESOURCE_EXHAUSTED} are sent again.
 *
 * <p>Only calls that the proto declares as repeatable are, always with the same request id, and
 * never after the call's deadline. gRPC does it, by a service config: it honours the server's
 * {@code grpc-retry-pushback-ms}, and many failures in a row stop the retries of all calls of a
 * client, so that they do not keep a server down.
 *
 * @param maxAttempts how often a call is sent at most, the first time included; 1: never again
 * @param initialBackoff the pause before the second attempt, which chance varies
 * @param maxBackoff the longest pause
 * @param backoffMultiplier by how much each pause is longer than the one before
 */
public record RetryPolicy(
    int maxAttempts, Duration initialBackoff, Duration maxBackoff, double backoffMultiplier) {
  private static final RetryPolicy DEFAULT =
      new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(2), 2);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if there would be no attempt, or if a pause or the multiplier
   *     is not positive
   */
  public RetryPolicy {
    Objects.requireNonNull(initialBackoff);
    Objects.requireNonNull(maxBackoff);
    boolean positive = initialBackoff.toNanos() > 0 && maxBackoff.toNanos() > 0;
    if (maxAttempts < 1 || !positive || !(backoffMultiplier > 0)) {
      throw new IllegalArgumentException("attempts, pauses and multiplier must be positive");
    }
  }

  /**
   * Up to 5 attempts, with pauses from 100 milliseconds to 2 seconds, each twice the one before.
   */
  public static RetryPolicy defaults() {
    return DEFAULT;
  }

  /** Sends every call once. */
  public static RetryPolicy none() {
    return new RetryPolicy(
        1, DEFAULT.initialBackoff, DEFAULT.maxBackoff, DEFAULT.backoffMultiplier);
  }
}
