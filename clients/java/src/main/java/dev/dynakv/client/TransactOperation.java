package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.protobuf.ByteString;
import dev.dynakv.v1.TransactWriteOperation;
import java.util.Map;

/**
 * One operation of a {@link DynaKvClient#transactWrite transactWrite}. Immutable.
 *
 * @param <T> the kind of operation
 */
@CheckReturnValue
public abstract sealed class TransactOperation<T extends TransactOperation<T>>
    permits TransactSet, TransactDelete, TransactItem {
  private final TransactWriteOperation message;

  TransactOperation(TransactWriteOperation message) {
    this.message = message;
  }

  /** Writes an entry, whose value is text. */
  public static TransactSet set(String key, String value) {
    return set(key, Wire.utf8(value));
  }

  /** Writes an entry. */
  public static TransactSet set(String key, byte[] value) {
    return set(key, ByteString.copyFrom(value));
  }

  /** Writes an entry. */
  public static TransactSet set(String key, ByteString value) {
    return new TransactSet(
        TransactWriteOperation.getDefaultInstance(),
        dev.dynakv.v1.TransactSet.newBuilder().setKey(Wire.text(key)).setValue(value).build());
  }

  /** Deletes an entry. */
  public static TransactDelete delete(String key) {
    return new TransactDelete(
        TransactWriteOperation.getDefaultInstance(),
        dev.dynakv.v1.TransactDelete.newBuilder().setKey(Wire.text(key)).build());
  }

  /**
   * Writes an item in place of what was there: all its attributes, the primary key among them, but
   * not the version.
   */
  public static TransactItem.Put putItem(Map<String, ?> item) {
    return new TransactItem.Put(
        TransactWriteOperation.getDefaultInstance(),
        dev.dynakv.v1.TransactPutItem.newBuilder()
            .putAllItem(WireValue.messages(Conversion.attributes(item)))
            .build(),
        TransactItem.NO_CONDITION);
  }

  /** Changes an item, or creates it. */
  public static TransactItem.Change updateItem(ItemKey key, Update update) {
    dev.dynakv.v1.TransactUpdateItem.Builder operation =
        dev.dynakv.v1.TransactUpdateItem.newBuilder().setKey(WireValue.key(key));
    update
        .expression()
        .ifPresentOrElse(
            operation::setUpdateExpression, () -> operation.setActions(update.actions()));
    return new TransactItem.Change(
        TransactWriteOperation.getDefaultInstance(), operation.build(), TransactItem.NO_CONDITION);
  }

  /** Deletes an item. */
  public static TransactItem.Deletion deleteItem(ItemKey key) {
    return new TransactItem.Deletion(
        TransactWriteOperation.getDefaultInstance(),
        dev.dynakv.v1.TransactDeleteItem.newBuilder().setKey(WireValue.key(key)).build(),
        TransactItem.NO_CONDITION);
  }

  /** Checks that something is true of an item, and changes nothing. */
  public static TransactItem.Check check(ItemKey key, Condition condition) {
    return new TransactItem.Check(
        TransactWriteOperation.getDefaultInstance(),
        dev.dynakv.v1.TransactCheck.newBuilder().setKey(WireValue.key(key)).build(),
        TransactItem.NO_CONDITION.condition(condition));
  }

  /** The table: one of the server's configuration. By default that of the client. */
  public T table(String table) {
    return with(message.toBuilder().setTable(table).build());
  }

  /**
   * If the transaction is cancelled because of this operation's condition, answers with the entry
   * or item as it is.
   */
  public T returnCurrent() {
    return with(message.toBuilder().setReturnCurrent(true).build());
  }

  abstract T with(TransactWriteOperation message);

  final TransactWriteOperation message() {
    return message;
  }
}
