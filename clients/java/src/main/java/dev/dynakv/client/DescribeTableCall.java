package dev.dynakv.client;

import dev.dynakv.v1.DescribeTableRequest;
import dev.dynakv.v1.DescribeTableResponse;
import dev.dynakv.v1.TableServiceGrpc;

/** A question for what a table is like. */
public final class DescribeTableCall
    extends TableCall<
        TableDescription, DescribeTableCall, DescribeTableRequest, DescribeTableResponse> {
  private final DescribeTableRequest.Builder request = DescribeTableRequest.newBuilder();

  DescribeTableCall(Connection connection) {
    super(connection, TableServiceGrpc.getDescribeTableMethod());
  }

  @Override
  DescribeTableRequest request(String requestId) {
    return request.setTable(table()).build();
  }

  @Override
  TableDescription read(DescribeTableRequest sent, DescribeTableResponse response) {
    return WireTable.described(response.hasTable(), response.getTable());
  }
}
