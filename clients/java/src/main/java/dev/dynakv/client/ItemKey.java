package dev.dynakv.client;

import java.util.Objects;
import java.util.Optional;

/**
 * The primary key of an item: its partition key, and its sort key where the table has one. Both are
 * strings, numbers or bytes, as the table has it.
 *
 * @param partition the partition key
 * @param sort the sort key
 */
public record ItemKey(Value partition, Optional<Value> sort) {
  /** Checks that both are there. */
  public ItemKey {
    Objects.requireNonNull(partition);
    Objects.requireNonNull(sort);
  }

  /**
   * The key of an item in a table without a sort key.
   *
   * @throws IllegalArgumentException if no {@link Value} stands for it
   */
  public static ItemKey of(Object partition) {
    return new ItemKey(Value.of(partition), Optional.empty());
  }

  /**
   * The key of an item in a table with a sort key.
   *
   * @throws IllegalArgumentException if no {@link Value} stands for one of them
   */
  public static ItemKey of(Object partition, Object sort) {
    return new ItemKey(Value.of(partition), Optional.of(Value.of(sort)));
  }
}
