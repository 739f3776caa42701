package dev.dynakv.client;

/**
 * A field of the request that the server refused.
 *
 * @param field its path, such as {@code expected.version} or {@code keys[3]}
 * @param description what is wrong with it
 */
public record FieldViolation(String field, String description) {}
