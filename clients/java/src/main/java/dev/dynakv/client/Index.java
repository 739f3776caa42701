package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import java.util.List;
import java.util.Optional;

/**
 * A secondary index, of a new table or as it is.
 *
 * <pre>{@code
 * Index.global("by-state", "state").sortKey(KeyAttribute.number("placed")).keysOnly()
 * Index.local("by-time", KeyAttribute.number("placed")).include("title")
 * }</pre>
 *
 * @param name its name
 * @param kind what it spans
 * @param partitionKey its partition key; empty, for a local index of a new table: the table's
 * @param sortKey its sort key, if it has one
 * @param projection which attributes it holds beside its keys and the table's
 * @param projected with {@link Projection#INCLUDE}: these; of a new table also those of the expiry
 *     time
 * @param throughput its provisioned capacity; empty: on-demand, or as the table's
 * @param status DynamoDB's word for its state, such as ACTIVE; empty of a new one, and of a local
 *     one, which has the table's
 */
@CheckReturnValue
public record Index(
    String name,
    Kind kind,
    Optional<KeyAttribute> partitionKey,
    Optional<KeyAttribute> sortKey,
    Projection projection,
    List<String> projected,
    Optional<Throughput> throughput,
    Optional<String> status) {
  /** What an index spans. */
  public enum Kind {
    /** All partitions of the table; eventually consistent. */
    GLOBAL,
    /** Each partition by itself. */
    LOCAL
  }

  /** Which attributes an index holds beside its keys and the table's. */
  public enum Projection {
    /** All. */
    ALL,
    /** None. */
    KEYS_ONLY,
    /** Those that are named. */
    INCLUDE
  }

  /** Copies the names. */
  public Index {
    projected = List.copyOf(projected);
  }

  /** An index over all partitions by a string, which holds all attributes. */
  public static Index global(String name, String partitionKey) {
    return global(name, KeyAttribute.string(partitionKey));
  }

  /** An index over all partitions, which holds all attributes. */
  public static Index global(String name, KeyAttribute partitionKey) {
    return create(name, Kind.GLOBAL, Optional.of(partitionKey), Optional.empty());
  }

  /**
   * An index of each partition by itself, which holds all attributes. The table needs a sort key
   * for it.
   */
  public static Index local(String name, KeyAttribute sortKey) {
    return create(name, Kind.LOCAL, Optional.empty(), Optional.of(sortKey));
  }

  /** Its sort key, a string. */
  public Index sortKey(String name) {
    return sortKey(KeyAttribute.string(name));
  }

  /** Its sort key. */
  public Index sortKey(KeyAttribute key) {
    return new Index(
        name, kind, partitionKey, Optional.of(key), projection, projected, throughput, status);
  }

  /** It holds nothing but keys. A query of it reads the table as well, to see what has expired. */
  public Index keysOnly() {
    return projecting(Projection.KEYS_ONLY, List.of());
  }

  /** It holds these attributes beside keys and expiry time. */
  public Index include(String... attributes) {
    return projecting(Projection.INCLUDE, List.of(attributes));
  }

  /**
   * Its capacity, if that is not the table's. Only for a global index of a table with provisioned
   * capacity.
   */
  public Index throughput(Throughput units) {
    return new Index(
        name, kind, partitionKey, sortKey, projection, projected, Optional.of(units), status);
  }

  private Index projecting(Projection projection, List<String> projected) {
    return new Index(name, kind, partitionKey, sortKey, projection, projected, throughput, status);
  }

  private static Index create(
      String name, Kind kind, Optional<KeyAttribute> partition, Optional<KeyAttribute> sort) {
    Optional<Throughput> asTheTable = Optional.empty();
    return new Index(
        name, kind, partition, sort, Projection.ALL, List.of(), asTheTable, Optional.empty());
  }
}
