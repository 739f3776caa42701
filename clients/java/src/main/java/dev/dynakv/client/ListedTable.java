package dev.dynakv.client;

/**
 * A table that the server serves.
 *
 * @param name what requests call it
 * @param physicalName what DynamoDB calls it
 * @param isDefault whether it is the server's default table
 */
public record ListedTable(String name, String physicalName, boolean isDefault) {}
