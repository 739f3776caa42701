package dev.dynakv.client;

import java.util.Map;
import java.util.Optional;

/** What became of one read of a batch of items. */
public sealed interface FoundItem {
  /**
   * There is such an item.
   *
   * @param item the item
   */
  record Hit(Map<String, Value> item) implements FoundItem {}

  /** There is no such item. */
  record Missing() implements FoundItem {}

  /**
   * The item could not be read.
   *
   * @param failure why
   */
  record Failed(Failure failure) implements FoundItem {}

  /**
   * The item; empty if there is none.
   *
   * @throws DynaKvException if the item could not be read
   */
  default Optional<Map<String, Value>> orThrow() {
    if (this instanceof Failed failed) {
      throw DynaKvException.of(failed.failure(), null);
    }
    return this instanceof Hit hit ? Optional.of(hit.item()) : Optional.empty();
  }
}
