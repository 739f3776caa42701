package dev.dynakv.client;

import java.util.Map;
import java.util.Optional;

/**
 * What became of a write of an item that may have a condition.
 *
 * @param <T> what it did
 */
public sealed interface ItemOutcome<T> {
  /**
   * It happened.
   *
   * @param <T> what it did
   * @param result what it did
   */
  record Applied<T>(T result) implements ItemOutcome<T> {}

  /**
   * The condition did not hold; nothing changed.
   *
   * @param <T> what it would have done
   * @param current with {@code returnCurrent}: the item as it is, if there is one
   */
  record ConditionFailed<T>(Optional<Map<String, Value>> current) implements ItemOutcome<T> {}

  /** What it did, if it happened. */
  default Optional<T> applied() {
    return this instanceof Applied<T> applied ? Optional.of(applied.result()) : Optional.empty();
  }
}
