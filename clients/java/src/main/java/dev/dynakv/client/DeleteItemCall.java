package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.DeleteItemRequest;
import dev.dynakv.v1.DeleteItemResponse;
import dev.dynakv.v1.ItemServiceGrpc;

/** A deletion of one item. The result says whether there was one. */
public final class DeleteItemCall
    extends ItemWriteCall<
        ItemOutcome<DeletedItem>, DeleteItemCall, DeleteItemRequest, DeleteItemResponse> {
  private final DeleteItemRequest.Builder request = DeleteItemRequest.newBuilder();

  DeleteItemCall(Connection connection, ItemKey key) {
    super(connection, ItemServiceGrpc.getDeleteItemMethod());
    request.setKey(WireValue.key(key));
  }

  /** Answers with the item as it was before. */
  @CanIgnoreReturnValue
  public DeleteItemCall returnOld() {
    request.setReturnValues(dev.dynakv.v1.ReturnValues.RETURN_VALUES_ALL_OLD);
    return this;
  }

  /**
   * Does not ask whether there was such an item: {@code existed} is false and says nothing. The
   * delete may then share a call to DynamoDB with other writes, and a lost answer of DynamoDB does
   * not make its outcome unknown. Not with a condition or {@code returnOld}.
   */
  @CanIgnoreReturnValue
  public DeleteItemCall omitExisted() {
    request.setOmitExisted(true);
    return this;
  }

  @Override
  DeleteItemRequest request(String requestId) {
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
  ItemOutcome<DeletedItem> read(DeleteItemRequest sent, DeleteItemResponse response) {
    return outcome(
        response.getOutcome(),
        WireValue.item(response.hasCurrent(), response.getCurrent()),
        () ->
            new DeletedItem(
                response.getExisted(),
                WireValue.item(response.hasAttributes(), response.getAttributes())));
  }
}
