package dev.dynakv.client;

import java.time.Instant;

/** What became of an expire. */
public sealed interface ExpireOutcome {
  /**
   * The entry has the new TTL.
   *
   * @param version the version of the entry as written
   * @param expireTime when the entry expires
   */
  record TtlSet(Version version, Instant expireTime) implements ExpireOutcome {}

  /** There is no such entry; nothing changed. */
  record NotFound() implements ExpireOutcome {}
}
