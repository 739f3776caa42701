package dev.dynakv.client;

import java.util.Optional;

/** What became of a compare-and-delete. */
public sealed interface Deletion {
  /** The entry was as expected and is deleted. */
  record Deleted() implements Deletion {}

  /**
   * The entry was not as expected and is unchanged.
   *
   * @param current with {@code returnCurrent}: the entry as it is, if there is one
   */
  record NotDeleted(Optional<Entry> current) implements Deletion {}

  /** Whether the entry was as expected and is deleted. */
  default boolean isDeleted() {
    return this instanceof Deleted;
  }
}
