package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dynakv.v1.BatchWriteOperation;
import java.time.Duration;

/** Writes an entry, whatever was there unless {@link #expected} says otherwise. Immutable. */
@CheckReturnValue
public final class BatchSet implements BatchOperation {
  private final dev.dynakv.v1.BatchSet set;

  BatchSet(dev.dynakv.v1.BatchSet set) {
    this.set = set;
  }

  /**
   * The entry expires this long from now: 1 millisecond to 100 years. Without it, the entry has no
   * TTL.
   */
  public BatchSet ttl(Duration ttl) {
    return new BatchSet(set.toBuilder().setTtl(Wire.duration(ttl)).build());
  }

  /** The entry keeps its expiry time and all other attributes. Costs a call of its own. */
  public BatchSet keepTtl() {
    return new BatchSet(set.toBuilder().setKeepTtl(true).build());
  }

  /** Writes only if the entry is like this. Costs a call of its own. */
  public BatchSet expected(Expected expected) {
    return new BatchSet(set.toBuilder().setExpected(Wire.expected(expected)).build());
  }

  /** If the entry is not as expected, answers with it as it is. */
  public BatchSet returnCurrent() {
    return new BatchSet(set.toBuilder().setReturnCurrent(true).build());
  }

  @Override
  public String key() {
    return set.getKey();
  }

  @Override
  public BatchWriteOperation message() {
    return BatchWriteOperation.newBuilder().setSet(set).build();
  }
}
