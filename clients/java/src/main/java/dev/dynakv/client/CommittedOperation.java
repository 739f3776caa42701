package dev.dynakv.client;

import java.time.Instant;
import java.util.Optional;

/**
 * What an operation of a transaction wrote.
 *
 * @param version the version as written; empty for what deletes or checks
 * @param expireTime when it expires, if the operation gave a TTL
 */
public record CommittedOperation(Optional<Version> version, Optional<Instant> expireTime) {}
