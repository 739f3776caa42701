package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.ByteString;
import dev.dynakv.v1.CompareAndSetRequest;
import dev.dynakv.v1.CompareAndSetResponse;
import dev.dynakv.v1.KeyValueServiceGrpc;
import java.time.Duration;

/** A write of one entry, if it is as expected. */
public final class CompareAndSetCall
    extends WriteCall<Swap, CompareAndSetCall, CompareAndSetRequest, CompareAndSetResponse> {
  private final CompareAndSetRequest.Builder request = CompareAndSetRequest.newBuilder();

  CompareAndSetCall(Connection connection, String key, ByteString value, Expected expected) {
    super(connection, KeyValueServiceGrpc.getCompareAndSetMethod());
    request.setKey(Wire.text(key)).setValue(value).setExpected(Wire.expected(expected));
  }

  /** The entry expires this long from now: 1 millisecond to 100 years. */
  @CanIgnoreReturnValue
  public CompareAndSetCall ttl(Duration ttl) {
    request.setTtl(Wire.duration(ttl));
    return this;
  }

  /** The entry keeps its expiry time and all other attributes. */
  @CanIgnoreReturnValue
  public CompareAndSetCall keepTtl() {
    request.setKeepTtl(true);
    return this;
  }

  /** Answers a lost race with the entry as it is. */
  @CanIgnoreReturnValue
  public CompareAndSetCall returnCurrent() {
    request.setReturnCurrent(true);
    return this;
  }

  @Override
  CompareAndSetRequest request(String requestId) {
    return request.setTable(table()).setRequestId(requestId).build();
  }

  @Override
  Swap read(CompareAndSetRequest sent, CompareAndSetResponse response) {
    return switch (response.getOutcome()) {
      case OUTCOME_SWAPPED ->
          new Swap.Swapped(
              Wire.version(response.hasVersion(), response.getVersion()),
              Wire.instant(response.hasExpireTime(), response.getExpireTime()));
      case OUTCOME_NOT_SWAPPED ->
          new Swap.NotSwapped(Wire.entry(response.hasCurrent(), response.getCurrent()));
      case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known outcome");
    };
  }
}
