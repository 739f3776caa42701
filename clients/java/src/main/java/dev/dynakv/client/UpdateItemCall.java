package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.ItemServiceGrpc;
import dev.dynakv.v1.UpdateItemRequest;
import dev.dynakv.v1.UpdateItemResponse;
import java.util.Optional;

/** A change of parts of one item, which is created if it is absent. */
public final class UpdateItemCall
    extends ItemWriteCall<
        ItemOutcome<WrittenItem>, UpdateItemCall, UpdateItemRequest, UpdateItemResponse> {
  private final UpdateItemRequest.Builder request = UpdateItemRequest.newBuilder();

  UpdateItemCall(Connection connection, ItemKey key, Update update) {
    super(connection, ItemServiceGrpc.getUpdateItemMethod());
    request.setKey(WireValue.key(key));
    update
        .expression()
        .ifPresentOrElse(request::setUpdateExpression, () -> request.setActions(update.actions()));
  }

  /** Answers with these attributes. */
  @CanIgnoreReturnValue
  public UpdateItemCall returnValues(ReturnValues values) {
    request.setReturnValues(dev.dynakv.v1.ReturnValues.valueOf("RETURN_VALUES_" + values.name()));
    return this;
  }

  @Override
  UpdateItemRequest request(String requestId) {
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
  ItemOutcome<WrittenItem> read(UpdateItemRequest sent, UpdateItemResponse response) {
    return outcome(
        response.getOutcome(),
        WireValue.item(response.hasCurrent(), response.getCurrent()),
        () ->
            new WrittenItem(
                Wire.version(response.hasVersion(), response.getVersion()),
                Optional.empty(),
                WireValue.item(response.hasAttributes(), response.getAttributes()),
                response.getAttributesLost()));
  }
}
