package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.GetItemRequest;
import dev.dynakv.v1.GetItemResponse;
import dev.dynakv.v1.ItemServiceGrpc;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A read of one item. */
public final class GetItemCall
    extends TableCall<Optional<Map<String, Value>>, GetItemCall, GetItemRequest, GetItemResponse> {
  private final GetItemRequest.Builder request = GetItemRequest.newBuilder();
  private final Expressions expressions = new Expressions();
  private Function<Expressions, String> projection = used -> "";

  GetItemCall(Connection connection, ItemKey key) {
    super(connection, ItemServiceGrpc.getGetItemMethod());
    request.setKey(WireValue.key(key));
  }

  /**
   * Reads strongly consistently: sees every write that was acknowledged before, at twice the cost.
   */
  @CanIgnoreReturnValue
  public GetItemCall consistent() {
    request.setConsistentRead(true);
    return this;
  }

  /** Reads only these parts of the item, by a DynamoDB projection expression. */
  @CanIgnoreReturnValue
  public GetItemCall projection(String expression) {
    this.projection = used -> expression;
    return this;
  }

  /** Reads only these parts of the item. */
  @CanIgnoreReturnValue
  public GetItemCall projection(Attr... attributes) {
    this.projection = used -> used.render(attributes);
    return this;
  }

  /**
   * Says which attribute an alias in the projection, such as {@code #state}, stands for.
   *
   * @throws IllegalArgumentException if it stands for something else already
   */
  @CanIgnoreReturnValue
  public GetItemCall name(String alias, String attribute) {
    expressions.name(alias, attribute);
    return this;
  }

  @Override
  GetItemRequest request(String requestId) {
    Expressions used = expressions.copy();
    return request
        .setTable(table())
        .setProjection(projection.apply(used))
        .clearNames()
        .putAllNames(used.names())
        .build();
  }

  @Override
  Optional<Map<String, Value>> read(GetItemRequest sent, GetItemResponse response) {
    return WireValue.item(response.hasItem(), response.getItem());
  }
}
