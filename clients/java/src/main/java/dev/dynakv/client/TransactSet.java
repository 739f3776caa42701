package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dynakv.v1.TransactWriteOperation;
import java.time.Duration;

/** Writes an entry, whatever was there unless {@link #expected} says otherwise. Immutable. */
@CheckReturnValue
public final class TransactSet extends TransactOperation<TransactSet> {
  private final dev.dynakv.v1.TransactSet operation;

  TransactSet(TransactWriteOperation message, dev.dynakv.v1.TransactSet operation) {
    super(message.toBuilder().setSet(operation).build());
    this.operation = operation;
  }

  /**
   * The entry expires this long from now: 1 millisecond to 100 years. Without it, the entry has no
   * TTL.
   */
  public TransactSet ttl(Duration ttl) {
    return with(operation.toBuilder().setTtl(Wire.duration(ttl)).build());
  }

  /** Writes only if the entry is like this. */
  public TransactSet expected(Expected expected) {
    return with(operation.toBuilder().setExpected(Wire.expected(expected)).build());
  }

  @Override
  TransactSet with(TransactWriteOperation message) {
    return new TransactSet(message, operation);
  }

  private TransactSet with(dev.dynakv.v1.TransactSet operation) {
    return new TransactSet(message(), operation);
  }
}
