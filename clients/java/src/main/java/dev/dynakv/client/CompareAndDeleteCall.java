package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.CompareAndDeleteRequest;
import dev.dynakv.v1.CompareAndDeleteResponse;
import dev.dynakv.v1.KeyValueServiceGrpc;

/** A deletion of one entry, if it is as expected. */
public final class CompareAndDeleteCall
    extends WriteCall<
        Deletion, CompareAndDeleteCall, CompareAndDeleteRequest, CompareAndDeleteResponse> {
  private final CompareAndDeleteRequest.Builder request = CompareAndDeleteRequest.newBuilder();

  CompareAndDeleteCall(Connection connection, String key, Expected expected) {
    super(connection, KeyValueServiceGrpc.getCompareAndDeleteMethod());
    request.setKey(Wire.text(key)).setExpected(Wire.expected(expected));
  }

  /** Answers a lost race with the entry as it is. */
  @CanIgnoreReturnValue
  public CompareAndDeleteCall returnCurrent() {
    request.setReturnCurrent(true);
    return this;
  }

  @Override
  CompareAndDeleteRequest request(String requestId) {
    return request.setTable(table()).setRequestId(requestId).build();
  }

  @Override
  Deletion read(CompareAndDeleteRequest sent, CompareAndDeleteResponse response) {
    return response.getDeleted()
        ? new Deletion.Deleted()
        : new Deletion.NotDeleted(Wire.entry(response.hasCurrent(), response.getCurrent()));
  }
}
