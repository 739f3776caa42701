package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.DeleteRequest;
import dev.dynakv.v1.DeleteResponse;
import dev.dynakv.v1.KeyValueServiceGrpc;

/** A deletion of one entry, whatever it holds. The result says whether there was one. */
public final class DeleteCall
    extends WriteCall<Boolean, DeleteCall, DeleteRequest, DeleteResponse> {
  private final DeleteRequest.Builder request = DeleteRequest.newBuilder();

  DeleteCall(Connection connection, String key) {
    super(connection, KeyValueServiceGrpc.getDeleteMethod());
    request.setKey(Wire.text(key));
  }

  /**
   * Does not ask whether there was such an entry: the result is false and says nothing. The delete
   * may then share a call to DynamoDB with other writes, and a lost answer of DynamoDB does not
   * make its outcome unknown.
   */
  @CanIgnoreReturnValue
  public DeleteCall omitExisted() {
    request.setOmitExisted(true);
    return this;
  }

  @Override
  DeleteRequest request(String requestId) {
    return request.setTable(table()).setRequestId(requestId).build();
  }

  @Override
  Boolean read(DeleteRequest sent, DeleteResponse response) {
    return response.getExisted();
  }
}
