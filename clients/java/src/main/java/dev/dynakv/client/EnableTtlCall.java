package dev.dynakv.client;

import dev.dynakv.v1.EnableTtlRequest;
import dev.dynakv.v1.EnableTtlResponse;
import dev.dynakv.v1.TableServiceGrpc;

/** A request that DynamoDB delete expired items of a table by itself. */
public final class EnableTtlCall
    extends TableCall<TimeToLive, EnableTtlCall, EnableTtlRequest, EnableTtlResponse> {
  private final EnableTtlRequest.Builder request = EnableTtlRequest.newBuilder();

  EnableTtlCall(Connection connection) {
    super(connection, TableServiceGrpc.getEnableTtlMethod());
  }

  @Override
  EnableTtlRequest request(String requestId) {
    return request.setTable(table()).build();
  }

  @Override
  TimeToLive read(EnableTtlRequest sent, EnableTtlResponse response) {
    if (!response.hasTimeToLive()) {
      throw Wire.unreadable("no state");
    }
    return WireTable.timeToLive(response.getTimeToLive());
  }
}
