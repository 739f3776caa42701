package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dynakv.v1.BatchWriteOperation;

/** Deletes an entry, whatever it holds unless {@link #expected} says otherwise. Immutable. */
@CheckReturnValue
public final class BatchDelete implements BatchOperation {
  private final dev.dynakv.v1.BatchDelete delete;

  BatchDelete(dev.dynakv.v1.BatchDelete delete) {
    this.delete = delete;
  }

  /**
   * Deletes only if the entry is like this, which cannot be {@link Expected#absent}. Costs a call
   * of its own.
   */
  public BatchDelete expected(Expected expected) {
    return new BatchDelete(delete.toBuilder().setExpected(Wire.expected(expected)).build());
  }

  /** If the entry is not as expected, answers with it as it is. */
  public BatchDelete returnCurrent() {
    return new BatchDelete(delete.toBuilder().setReturnCurrent(true).build());
  }

  /** Says whether there was an entry. Costs a call of its own. */
  public BatchDelete reportExisted() {
    return new BatchDelete(delete.toBuilder().setReportExisted(true).build());
  }

  @Override
  public String key() {
    return delete.getKey();
  }

  @Override
  public BatchWriteOperation message() {
    return BatchWriteOperation.newBuilder().setDelete(delete).build();
  }
}
