package dev.dynakv.client;

import java.util.List;

/** What became of a transaction. */
public sealed interface Transaction {
  /**
   * All operations happened.
   *
   * @param operations for each, in their order, what it wrote
   */
  record Committed(List<CommittedOperation> operations) implements Transaction {}

  /**
   * None happened.
   *
   * @param operations for each operation, in their order, whether it is why
   */
  record Cancelled(List<Cancellation> operations) implements Transaction {}

  /** Whether all operations happened. */
  default boolean isCommitted() {
    return this instanceof Committed;
  }
}
