package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dynakv.v1.BatchGetItemsOperation;

/** One read of a {@link DynaKvClient#batchGetItems batchGetItems}. Immutable. */
@CheckReturnValue
public final class BatchItemRead {
  private final BatchGetItemsOperation message;

  private BatchItemRead(BatchGetItemsOperation message) {
    this.message = message;
  }

  /** Reads the item with this primary key. */
  public static BatchItemRead of(ItemKey key) {
    return new BatchItemRead(
        BatchGetItemsOperation.newBuilder().setKey(WireValue.key(key)).build());
  }

  /** The table: one of the server's configuration. By default that of the client. */
  public BatchItemRead table(String table) {
    return new BatchItemRead(message.toBuilder().setTable(table).build());
  }

  BatchGetItemsOperation message() {
    return message;
  }
}
