package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.ExistsRequest;
import dev.dynakv.v1.ExistsResponse;
import dev.dynakv.v1.KeyValueServiceGrpc;
import java.util.List;

/**
 * A question for up to 100 keys. The result says of each, in their order, whether there is such an
 * entry.
 */
public final class ExistsCall
    extends TableCall<List<Boolean>, ExistsCall, ExistsRequest, ExistsResponse> {
  private final ExistsRequest.Builder request = ExistsRequest.newBuilder();

  ExistsCall(Connection connection, Iterable<String> keys) {
    super(connection, KeyValueServiceGrpc.getExistsMethod());
    keys.forEach(key -> request.addKeys(Wire.text(key)));
  }

  /**
   * Reads strongly consistently: sees every write that was acknowledged before, at twice the cost.
   */
  @CanIgnoreReturnValue
  public ExistsCall consistent() {
    request.setConsistentRead(true);
    return this;
  }

  @Override
  ExistsRequest request(String requestId) {
    return request.setTable(table()).build();
  }

  @Override
  List<Boolean> read(ExistsRequest sent, ExistsResponse response) {
    if (response.getExistsCount() != sent.getKeysCount()) {
      throw Wire.unreadable("another number of results than the call has keys");
    }
    return List.copyOf(response.getExistsList());
  }
}
