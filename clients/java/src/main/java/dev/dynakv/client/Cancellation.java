package dev.dynakv.client;

import java.util.Map;
import java.util.Optional;

/**
 * What an operation had to do with the end of its transaction.
 *
 * @param reason why it cancelled the transaction, if it did
 * @param current with {@code returnCurrent}, for a set or delete: the entry as it is, if there is
 *     one
 * @param currentItem with {@code returnCurrent}, for the other kinds: the item as it is, if there
 *     is one
 */
public record Cancellation(
    CancelReason reason, Optional<Entry> current, Optional<Map<String, Value>> currentItem) {}
