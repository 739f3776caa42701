package dev.dynakv.client;

/**
 * Provisioned capacity.
 *
 * @param readCapacityUnits read capacity units a second, at least 1
 * @param writeCapacityUnits write capacity units a second, at least 1
 */
public record Throughput(long readCapacityUnits, long writeCapacityUnits) {}
