package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.IncrementRequest;
import dev.dynakv.v1.IncrementResponse;
import dev.dynakv.v1.KeyValueServiceGrpc;
import java.time.Duration;

/** An addition to a counter; 1 unless the call says otherwise. */
public final class IncrementCall
    extends WriteCall<Counter, IncrementCall, IncrementRequest, IncrementResponse> {
  private final IncrementRequest.Builder request = IncrementRequest.newBuilder();

  IncrementCall(Connection connection, String key) {
    super(connection, KeyValueServiceGrpc.getIncrementMethod());
    request.setKey(Wire.text(key));
  }

  /** What to add; may be negative. 1 by default. */
  @CanIgnoreReturnValue
  public IncrementCall by(long delta) {
    request.setDelta(delta);
    return this;
  }

  /**
   * What a counter that this call creates starts from: the result is this plus what is added. 0 by
   * default.
   */
  @CanIgnoreReturnValue
  public IncrementCall initial(long initial) {
    request.setInitial(initial);
    return this;
  }

  /**
   * The TTL of a counter that this call creates: 1 millisecond to 100 years. No effect on one that
   * exists.
   */
  @CanIgnoreReturnValue
  public IncrementCall ttl(Duration ttl) {
    request.setTtl(Wire.duration(ttl));
    return this;
  }

  @Override
  IncrementRequest request(String requestId) {
    return request.setTable(table()).setRequestId(requestId).build();
  }

  @Override
  Counter read(IncrementRequest sent, IncrementResponse response) {
    return new Counter(
        response.getValue(),
        new Version(response.getVersion()),
        Wire.instant(response.hasExpireTime(), response.getExpireTime()));
  }
}
