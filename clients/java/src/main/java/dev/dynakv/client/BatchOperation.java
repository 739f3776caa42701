package dev.dynakv.client;

import com.google.protobuf.ByteString;
import dev.dynakv.v1.BatchWriteOperation;

/** One operation of a {@link DynaKvClient#batchWrite batchWrite}. Immutable. */
public sealed interface BatchOperation permits BatchSet, BatchDelete {
  /** Writes an entry. */
  static BatchSet set(String key, ByteString value) {
    return new BatchSet(
        dev.dynakv.v1.BatchSet.newBuilder().setKey(Wire.text(key)).setValue(value).build());
  }

  /** Writes an entry. */
  static BatchSet set(String key, byte[] value) {
    return set(key, ByteString.copyFrom(value));
  }

  /** Writes an entry, whose value is text. */
  static BatchSet set(String key, String value) {
    return set(key, Wire.utf8(value));
  }

  /** Deletes an entry. */
  static BatchDelete delete(String key) {
    return new BatchDelete(dev.dynakv.v1.BatchDelete.newBuilder().setKey(Wire.text(key)).build());
  }

  /** The key of the entry. */
  String key();

  /** The generated message of it. */
  BatchWriteOperation message();
}
