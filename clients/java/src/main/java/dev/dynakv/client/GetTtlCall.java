package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.GetTtlRequest;
import dev.dynakv.v1.GetTtlResponse;
import dev.dynakv.v1.KeyValueServiceGrpc;

/** A question for when an entry expires. */
public final class GetTtlCall
    extends TableCall<TtlOutcome, GetTtlCall, GetTtlRequest, GetTtlResponse> {
  private final GetTtlRequest.Builder request = GetTtlRequest.newBuilder();

  GetTtlCall(Connection connection, String key) {
    super(connection, KeyValueServiceGrpc.getGetTtlMethod());
    request.setKey(Wire.text(key));
  }

  /**
   * Reads strongly consistently: sees every write that was acknowledged before, at twice the cost.
   */
  @CanIgnoreReturnValue
  public GetTtlCall consistent() {
    request.setConsistentRead(true);
    return this;
  }

  @Override
  GetTtlRequest request(String requestId) {
    return request.setTable(table()).build();
  }

  @Override
  TtlOutcome read(GetTtlRequest sent, GetTtlResponse response) {
    return switch (response.getOutcome()) {
      case OUTCOME_TTL -> {
        if (!response.hasTtl() || !response.hasExpireTime()) {
          throw Wire.unreadable("no ttl");
        }
        yield new TtlOutcome.Ttl(
            Wire.duration(response.getTtl()), Wire.instant(response.getExpireTime()));
      }
      case OUTCOME_NO_TTL -> new TtlOutcome.NoTtl();
      case OUTCOME_NOT_FOUND -> new TtlOutcome.NotFound();
      case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known outcome");
    };
  }
}
