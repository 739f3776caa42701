package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.CreateTableRequest;
import dev.dynakv.v1.CreateTableResponse;
import dev.dynakv.v1.TableServiceGrpc;

/**
 * A new table. By default it has one key, a string, as entries need it, on-demand billing and no
 * indexes.
 */
public final class CreateTableCall
    extends TableCall<TableDescription, CreateTableCall, CreateTableRequest, CreateTableResponse> {
  private final CreateTableRequest.Builder request = CreateTableRequest.newBuilder();

  CreateTableCall(Connection connection) {
    super(connection, TableServiceGrpc.getCreateTableMethod());
  }

  /** The partition key, a string. */
  @CanIgnoreReturnValue
  public CreateTableCall partitionKey(String name) {
    request.setPartitionKey(WireTable.key(KeyAttribute.string(name)));
    return this;
  }

  /** The partition key. */
  @CanIgnoreReturnValue
  public CreateTableCall partitionKey(KeyAttribute key) {
    request.setPartitionKey(WireTable.key(key));
    return this;
  }

  /** The sort key, a string. A table with one holds items, but no entries. */
  @CanIgnoreReturnValue
  public CreateTableCall sortKey(String name) {
    request.setSortKey(WireTable.key(KeyAttribute.string(name)));
    return this;
  }

  /** The sort key. A table with one holds items, but no entries. */
  @CanIgnoreReturnValue
  public CreateTableCall sortKey(KeyAttribute key) {
    request.setSortKey(WireTable.key(key));
    return this;
  }

  /** One more secondary index. */
  @CanIgnoreReturnValue
  public CreateTableCall index(Index index) {
    request.addIndexes(WireTable.index(index));
    return this;
  }

  /** Provisioned capacity instead of on-demand billing. */
  @CanIgnoreReturnValue
  public CreateTableCall throughput(Throughput throughput) {
    request.setThroughput(WireTable.throughput(throughput));
    return this;
  }

  /**
   * Enables TTL as well, if the table is ACTIVE at once, which in AWS it is not: then it is {@link
   * DynaKvClient#enableTtl} that does so later.
   */
  @CanIgnoreReturnValue
  public CreateTableCall enableTtl() {
    request.setEnableTtl(true);
    return this;
  }

  @Override
  CreateTableRequest request(String requestId) {
    return request.setTable(table()).build();
  }

  @Override
  TableDescription read(CreateTableRequest sent, CreateTableResponse response) {
    return WireTable.described(response.hasTable(), response.getTable());
  }
}
