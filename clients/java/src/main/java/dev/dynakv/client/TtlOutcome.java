package dev.dynakv.client;

import java.time.Duration;
import java.time.Instant;

/** What there is to say about a TTL. */
public sealed interface TtlOutcome {
  /**
   * The entry exists and has a TTL.
   *
   * @param ttl the remaining time, at least 1 millisecond
   * @param expireTime when the entry expires
   */
  record Ttl(Duration ttl, Instant expireTime) implements TtlOutcome {}

  /** The entry exists and has none. */
  record NoTtl() implements TtlOutcome {}

  /** There is no such entry. */
  record NotFound() implements TtlOutcome {}
}
