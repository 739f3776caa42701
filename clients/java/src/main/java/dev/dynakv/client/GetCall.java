package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.GetRequest;
import dev.dynakv.v1.GetResponse;
import dev.dynakv.v1.KeyValueServiceGrpc;
import java.util.Optional;

/** A read of one entry. */
public final class GetCall extends TableCall<Optional<Entry>, GetCall, GetRequest, GetResponse> {
  private final GetRequest.Builder request = GetRequest.newBuilder();

  GetCall(Connection connection, String key) {
    super(connection, KeyValueServiceGrpc.getGetMethod());
    request.setKey(Wire.text(key));
  }

  /**
   * Reads strongly consistently: sees every write that was acknowledged before, at twice the cost.
   */
  @CanIgnoreReturnValue
  public GetCall consistent() {
    request.setConsistentRead(true);
    return this;
  }

  @Override
  GetRequest request(String requestId) {
    return request.setTable(table()).build();
  }

  @Override
  Optional<Entry> read(GetRequest sent, GetResponse response) {
    return Wire.entry(response.hasEntry(), response.getEntry());
  }
}
