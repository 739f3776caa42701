package dev.dynakv.client;

import dev.dynakv.v1.DeleteTableRequest;
import dev.dynakv.v1.DeleteTableResponse;
import dev.dynakv.v1.TableServiceGrpc;

/** A deletion of a table and all that it holds. */
public final class DeleteTableCall
    extends UnaryCall<Void, DeleteTableCall, DeleteTableRequest, DeleteTableResponse> {
  private final DeleteTableRequest.Builder request = DeleteTableRequest.newBuilder();

  DeleteTableCall(Connection connection, String table) {
    super(connection, TableServiceGrpc.getDeleteTableMethod());
    request.setTable(table);
  }

  @Override
  DeleteTableRequest request(String requestId) {
    return request.build();
  }

  @Override
  Void read(DeleteTableRequest sent, DeleteTableResponse response) {
    return null;
  }
}
