package dev.dynakv.client;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a put or an update wrote.
 *
 * @param version the version of the item as written
 * @param expireTime when the item expires, if the call gave a TTL
 * @param attributes what the call asked for by {@code returnOld} or {@code returnValues}, if there
 *     is something to show
 * @param attributesLost the write happened, but the attributes that were asked for are lost
 */
public record WrittenItem(
    Version version,
    Optional<Instant> expireTime,
    Optional<Map<String, Value>> attributes,
    boolean attributesLost) {}
