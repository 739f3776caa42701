package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.ItemServiceGrpc;
import dev.dynakv.v1.ScanRequest;
import dev.dynakv.v1.ScanResponse;
import java.util.Map;

/** A read of all items of a table or of an index, in no order, in pages. */
public final class ScanCall extends ItemsCall<ScanCall, ScanRequest, ScanResponse> {
  private final ScanRequest.Builder request = ScanRequest.newBuilder();

  ScanCall(Connection connection) {
    super(connection, ItemServiceGrpc.getScanMethod());
  }

  /** Lets the server read the table in this many parts at the same time: 1 to 32. */
  @CanIgnoreReturnValue
  public ScanCall segments(int segments) {
    request.setSegments(segments);
    return this;
  }

  @Override
  ScanRequest request(String requestId) {
    Expressions used = expressions.copy();
    return request
        .setTable(table())
        .setPageSize(pageSize())
        .setPageToken(pageToken())
        .setConsistentRead(isConsistent())
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
  Page<Map<String, Value>> read(ScanRequest sent, ScanResponse response) {
    return page(
        response.getItemsList().stream().map(WireValue::item).toList(),
        response.getCount(),
        response.getNextPageToken());
  }

  @Override
  ScanRequest at(ScanRequest sent, String pageToken) {
    return sent.toBuilder().setPageToken(pageToken).build();
  }
}
