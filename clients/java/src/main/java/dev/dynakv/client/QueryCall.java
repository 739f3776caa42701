package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.ItemServiceGrpc;
import dev.dynakv.v1.QueryRequest;
import dev.dynakv.v1.QueryResponse;
import java.util.Map;
import java.util.Objects;

/**
 * A read of the items of one partition of a table or of an index, in the order of the sort key, in
 * pages.
 */
public final class QueryCall extends ItemsCall<QueryCall, QueryRequest, QueryResponse> {
  private final QueryRequest.Builder request = QueryRequest.newBuilder();

  private final Condition keyCondition;

  QueryCall(Connection connection, Condition keyCondition) {
    super(connection, ItemServiceGrpc.getQueryMethod());
    this.keyCondition = Objects.requireNonNull(keyCondition);
  }

  /** In descending order of the sort key. */
  @CanIgnoreReturnValue
  public QueryCall descending() {
    request.setOrder(QueryRequest.Order.ORDER_DESCENDING);
    return this;
  }

  @Override
  QueryRequest request(String requestId) {
    Expressions used = expressions.copy();
    return request
        .setTable(table())
        .setPageSize(pageSize())
        .setPageToken(pageToken())
        .setConsistentRead(isConsistent())
        .setKeyCondition(used.render(keyCondition))
        .setFilter(used.render(filter()))
        .setProjection(projection(used))
        .setIndex(index())
        .setCountOnly(countsOnly())
        .clearNames()
        .putAllNames(used.names())
        .clearValues()
        .putAllValues(used.values())
        .build();
  }

  @Override
  Page<Map<String, Value>> read(QueryRequest sent, QueryResponse response) {
    return page(
        response.getItemsList().stream().map(WireValue::item).toList(),
        response.getCount(),
        response.getNextPageToken());
  }

  @Override
  QueryRequest at(QueryRequest sent, String pageToken) {
    return sent.toBuilder().setPageToken(pageToken).build();
  }
}
