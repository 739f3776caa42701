package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.ByteString;
import dev.dynakv.v1.KeyValueServiceGrpc;
import dev.dynakv.v1.SetRequest;
import dev.dynakv.v1.SetResponse;
import java.time.Duration;

/** A write of one entry, whatever was there; without a TTL unless the call gives one. */
public final class SetCall extends WriteCall<Written, SetCall, SetRequest, SetResponse> {
  private final SetRequest.Builder request = SetRequest.newBuilder();

  SetCall(Connection connection, String key, ByteString value) {
    super(connection, KeyValueServiceGrpc.getSetMethod());
    request.setKey(Wire.text(key)).setValue(value);
  }

  /** The entry expires this long from now: 1 millisecond to 100 years. */
  @CanIgnoreReturnValue
  public SetCall ttl(Duration ttl) {
    request.setTtl(Wire.duration(ttl));
    return this;
  }

  /** The entry keeps its expiry time and all other attributes. */
  @CanIgnoreReturnValue
  public SetCall keepTtl() {
    request.setKeepTtl(true);
    return this;
  }

  /** Answers with the entry that was replaced. */
  @CanIgnoreReturnValue
  public SetCall returnPrevious() {
    request.setReturnPrevious(true);
    return this;
  }

  @Override
  SetRequest request(String requestId) {
    return request.setTable(table()).setRequestId(requestId).build();
  }

  @Override
  Written read(SetRequest sent, SetResponse response) {
    return new Written(
        new Version(response.getVersion()),
        Wire.instant(response.hasExpireTime(), response.getExpireTime()),
        Wire.entry(response.hasPrevious(), response.getPrevious()),
        response.getPreviousLost());
  }
}
