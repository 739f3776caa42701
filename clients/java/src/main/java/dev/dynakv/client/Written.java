package dev.dynakv.client;

import java.time.Instant;
import java.util.Optional;

/**
 * What a set wrote.
 *
 * @param version the version of the entry as written
 * @param expireTime when the entry expires, if the call gave a TTL
 * @param previous with {@code returnPrevious}: the entry that was replaced, if there was one
 * @param previousLost with {@code returnPrevious}: the write happened, but which entry it replaced
 *     is lost
 */
public record Written(
    Version version,
    Optional<Instant> expireTime,
    Optional<Entry> previous,
    boolean previousLost) {}
