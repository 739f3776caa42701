package dev.dynakv.client;

import dev.dynakv.v1.KeyValueServiceGrpc;
import dev.dynakv.v1.PersistRequest;
import dev.dynakv.v1.PersistResponse;

/** The end of an entry's TTL. */
public final class PersistCall
    extends WriteCall<PersistOutcome, PersistCall, PersistRequest, PersistResponse> {
  private final PersistRequest.Builder request = PersistRequest.newBuilder();

  PersistCall(Connection connection, String key) {
    super(connection, KeyValueServiceGrpc.getPersistMethod());
    request.setKey(Wire.text(key));
  }

  @Override
  PersistRequest request(String requestId) {
    return request.setTable(table()).setRequestId(requestId).build();
  }

  @Override
  PersistOutcome read(PersistRequest sent, PersistResponse response) {
    return switch (response.getOutcome()) {
      case OUTCOME_TTL_REMOVED ->
          new PersistOutcome.TtlRemoved(Wire.version(response.hasVersion(), response.getVersion()));
      case OUTCOME_NO_TTL -> new PersistOutcome.NoTtl();
      case OUTCOME_NOT_FOUND -> new PersistOutcome.NotFound();
      case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known outcome");
    };
  }
}
