package dev.dynakv.client;

import java.util.List;
import java.util.Optional;

/**
 * A table as it is.
 *
 * @param name what requests call it
 * @param physicalName what DynamoDB calls it
 * @param isDefault whether it is the server's default table
 * @param status DynamoDB's word for its state: ACTIVE, CREATING, UPDATING, DELETING and so on
 * @param partitionKey its partition key; empty if DynamoDB does not say, as of a table that is
 *     being deleted
 * @param sortKey its sort key, if it has one
 * @param indexes its secondary indexes, by name
 * @param throughput its provisioned capacity; empty: on-demand
 * @param timeToLive whether DynamoDB deletes its expired items
 * @param attributes which attribute plays which part of an entry
 * @param capabilities what can be done with it
 * @param approximateItemCount how many items it had when DynamoDB last counted, up to six hours
 *     ago, expired ones included
 * @param approximateSizeBytes its size then, in bytes
 * @param backend where it is stored
 */
public record TableDescription(
    String name,
    String physicalName,
    boolean isDefault,
    String status,
    Optional<KeyAttribute> partitionKey,
    Optional<KeyAttribute> sortKey,
    List<Index> indexes,
    Optional<Throughput> throughput,
    TimeToLive timeToLive,
    AttributeRoles attributes,
    Capabilities capabilities,
    long approximateItemCount,
    long approximateSizeBytes,
    Backend backend) {
  /**
   * Which attribute plays which part of an entry.
   *
   * @param key the partition key: the key
   * @param value the value
   * @param ttl the expiry time, in Unix seconds, rounded up
   * @param ttlMs by how many milliseconds the entry expires before that
   * @param version the version
   */
  public record AttributeRoles(
      String key, String value, String ttl, String ttlMs, String version) {}

  /**
   * What can be done with a table.
   *
   * @param keyValue it can hold entries: its key is one string, under the configured name
   * @param deleteTable it can be deleted
   */
  public record Capabilities(boolean keyValue, boolean deleteTable) {}

  /** Where tables are stored. */
  public enum Backend {
    /** On the server itself. */
    EMBEDDED,
    /** In Amazon DynamoDB, or in what answers in its place. */
    DYNAMODB
  }

  /** Copies the indexes. */
  public TableDescription {
    indexes = List.copyOf(indexes);
  }

  /** Whether it takes reads and writes. One that is being updated does. */
  public boolean isActive() {
    return status.equals("ACTIVE") || status.equals("UPDATING");
  }
}
