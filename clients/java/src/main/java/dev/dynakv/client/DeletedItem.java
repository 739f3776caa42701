package dev.dynakv.client;

import java.util.Map;
import java.util.Optional;

/**
 * What a delete found.
 *
 * @param existed whether there was such an item; it is gone in either case. Says nothing with
 *     {@code omitExisted}
 * @param attributes with {@code returnOld}: the item that was deleted, if there was one
 */
public record DeletedItem(boolean existed, Optional<Map<String, Value>> attributes) {}
