package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dynakv.v1.TransactGetOperation;

/** One read of a {@link DynaKvClient#transactGet transactGet}. Immutable. */
@CheckReturnValue
public final class TransactRead {
  private final TransactGetOperation message;

  private TransactRead(TransactGetOperation message) {
    this.message = message;
  }

  /** Reads the entry with this key. */
  public static TransactRead entry(String key) {
    return new TransactRead(TransactGetOperation.newBuilder().setKey(Wire.text(key)).build());
  }

  /** Reads all attributes of the item with this primary key. */
  public static TransactRead item(ItemKey key) {
    return new TransactRead(
        TransactGetOperation.newBuilder().setItemKey(WireValue.key(key)).build());
  }

  /** The table: one of the server's configuration. By default that of the client. */
  public TransactRead table(String table) {
    return new TransactRead(message.toBuilder().setTable(table).build());
  }

  TransactGetOperation message() {
    return message;
  }
}
