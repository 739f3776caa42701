package dev.dynakv.client;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Optional;

/**
 * An entry as it is stored.
 *
 * @param key its key
 * @param value the stored bytes; of a counter, its decimal text. Empty only on an item that another
 *     program wrote without one
 * @param version names this state of the entry. Empty on an item that another program wrote
 * @param expireTime when the entry ceases to exist, to the millisecond. Empty if it has no TTL
 */
public record Entry(
    String key,
    Optional<ByteString> value,
    Optional<Version> version,
    Optional<Instant> expireTime) {
  /** The value as text, if there is one and it is UTF-8. */
  public Optional<String> text() {
    return value.filter(ByteString::isValidUtf8).map(ByteString::toStringUtf8);
  }
}
