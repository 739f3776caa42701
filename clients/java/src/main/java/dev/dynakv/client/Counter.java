package dev.dynakv.client;

import java.time.Instant;
import java.util.Optional;

/**
 * A counter after an increment.
 *
 * @param value what it stands at
 * @param version the version of the entry as written
 * @param expireTime when it expires; empty if it has no TTL
 */
public record Counter(long value, Version version, Optional<Instant> expireTime) {}
