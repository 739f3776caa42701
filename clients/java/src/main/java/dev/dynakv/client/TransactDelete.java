package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dynakv.v1.TransactWriteOperation;

/** Deletes an entry, whatever it holds unless {@link #expected} says otherwise. Immutable. */
@CheckReturnValue
public final class TransactDelete extends TransactOperation<TransactDelete> {
  private final dev.dynakv.v1.TransactDelete operation;

  TransactDelete(TransactWriteOperation message, dev.dynakv.v1.TransactDelete operation) {
    super(message.toBuilder().setDelete(operation).build());
    this.operation = operation;
  }

  /** Deletes only if the entry is like this, which cannot be {@link Expected#absent}. */
  public TransactDelete expected(Expected expected) {
    return with(operation.toBuilder().setExpected(Wire.expected(expected)).build());
  }

  @Override
  TransactDelete with(TransactWriteOperation message) {
    return new TransactDelete(message, operation);
  }

  private TransactDelete with(dev.dynakv.v1.TransactDelete operation) {
    return new TransactDelete(message(), operation);
  }
}
