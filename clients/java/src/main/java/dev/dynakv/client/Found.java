package dev.dynakv.client;

import java.util.Optional;

/** What became of one key of a batch of reads. */
public sealed interface Found {
  /**
   * There is such an entry.
   *
   * @param entry the entry
   */
  record Hit(Entry entry) implements Found {}

  /** There is no such entry. */
  record Missing() implements Found {}

  /**
   * The key could not be read.
   *
   * @param failure why
   */
  record Failed(Failure failure) implements Found {}

  /**
   * The entry; empty if there is none.
   *
   * @throws DynaKvException if the key could not be read
   */
  default Optional<Entry> orThrow() {
    if (this instanceof Failed failed) {
      throw DynaKvException.of(failed.failure(), null);
    }
    return this instanceof Hit hit ? Optional.of(hit.entry()) : Optional.empty();
  }
}
