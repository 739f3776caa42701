package dev.dynakv.client;

import dev.dynakv.v1.ExpireRequest;
import dev.dynakv.v1.ExpireResponse;
import dev.dynakv.v1.KeyValueServiceGrpc;
import java.time.Duration;

/** A new TTL for an entry. */
public final class ExpireCall
    extends WriteCall<ExpireOutcome, ExpireCall, ExpireRequest, ExpireResponse> {
  private final ExpireRequest.Builder request = ExpireRequest.newBuilder();

  ExpireCall(Connection connection, String key, Duration ttl) {
    super(connection, KeyValueServiceGrpc.getExpireMethod());
    request.setKey(Wire.text(key)).setTtl(Wire.duration(ttl));
  }

  @Override
  ExpireRequest request(String requestId) {
    return request.setTable(table()).setRequestId(requestId).build();
  }

  @Override
  ExpireOutcome read(ExpireRequest sent, ExpireResponse response) {
    return switch (response.getOutcome()) {
      case OUTCOME_TTL_SET -> {
        if (!response.hasExpireTime()) {
          throw Wire.unreadable("no expire_time");
        }
        yield new ExpireOutcome.TtlSet(
            Wire.version(response.hasVersion(), response.getVersion()),
            Wire.instant(response.getExpireTime()));
      }
      case OUTCOME_NOT_FOUND -> new ExpireOutcome.NotFound();
      case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known outcome");
    };
  }
}
