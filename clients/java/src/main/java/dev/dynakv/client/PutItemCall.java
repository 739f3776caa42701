package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.ItemServiceGrpc;
import dev.dynakv.v1.PutItemRequest;
import dev.dynakv.v1.PutItemResponse;
import java.time.Duration;
import java.util.Map;

/** A write of one item in place of what was there. */
public final class PutItemCall
    extends ItemWriteCall<ItemOutcome<WrittenItem>, PutItemCall, PutItemRequest, PutItemResponse> {
  private final PutItemRequest.Builder request = PutItemRequest.newBuilder();

  PutItemCall(Connection connection, Map<String, ?> item) {
    super(connection, ItemServiceGrpc.getPutItemMethod());
    request.putAllItem(WireValue.messages(Conversion.attributes(item)));
  }

  /**
   * The item expires this long from now: 1 millisecond to 100 years. Without it, the item has no
   * TTL, unless its own attributes say so.
   */
  @CanIgnoreReturnValue
  public PutItemCall ttl(Duration ttl) {
    request.setTtl(Wire.duration(ttl));
    return this;
  }

  /** Answers with the item as it was before. */
  @CanIgnoreReturnValue
  public PutItemCall returnOld() {
    request.setReturnValues(dev.dynakv.v1.ReturnValues.RETURN_VALUES_ALL_OLD);
    return this;
  }

  @Override
  PutItemRequest request(String requestId) {
    Expressions used = expressions.copy();
    return request
        .setTable(table())
        .setRequestId(requestId)
        .setCondition(used.render(condition()))
        .setReturnCurrent(returnsCurrent())
        .clearNames()
        .putAllNames(used.names())
        .clearValues()
        .putAllValues(used.values())
        .build();
  }

  @Override
  ItemOutcome<WrittenItem> read(PutItemRequest sent, PutItemResponse response) {
    return outcome(
        response.getOutcome(),
        WireValue.item(response.hasCurrent(), response.getCurrent()),
        () ->
            new WrittenItem(
                Wire.version(response.hasVersion(), response.getVersion()),
                Wire.instant(response.hasExpireTime(), response.getExpireTime()),
                WireValue.item(response.hasAttributes(), response.getAttributes()),
                response.getAttributesLost()));
  }
}
