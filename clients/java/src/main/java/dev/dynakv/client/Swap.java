package dev.dynakv.client;

import java.time.Instant;
import java.util.Optional;

/** What became of a compare-and-set. */
public sealed interface Swap {
  /**
   * The entry was as expected and is written.
   *
   * @param version the version of the entry as written
   * @param expireTime when the entry expires, if the call gave a TTL
   */
  record Swapped(Version version, Optional<Instant> expireTime) implements Swap {}

  /**
   * The entry was not as expected and is unchanged.
   *
   * @param current with {@code returnCurrent}: the entry as it is, if there is one
   */
  record NotSwapped(Optional<Entry> current) implements Swap {}

  /** Whether the entry was as expected and is written. */
  default boolean isSwapped() {
    return this instanceof Swapped;
  }
}
