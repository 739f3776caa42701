package dev.dynakv.client;

import dev.dynakv.v1.BatchGetItemsRequest;
import dev.dynakv.v1.BatchGetItemsResponse;
import dev.dynakv.v1.BatchGetItemsResult;
import dev.dynakv.v1.ItemServiceGrpc;
import java.util.List;

/** One request of a batch of reads of items. */
final class BatchGetItemsPart
    extends BatchReadPart<
        BatchGetItemsRequest, BatchGetItemsResponse, BatchGetItemsResult, FoundItem> {
  BatchGetItemsPart(BatchGetItemsCall call, BatchPart part, BatchGetItemsRequest request) {
    super(call, part, ItemServiceGrpc.getBatchGetItemsMethod(), request);
  }

  @Override
  List<BatchGetItemsResult> results(BatchGetItemsResponse message) {
    return message.getResultsList();
  }

  @Override
  int index(BatchGetItemsResult result) {
    return result.getIndex();
  }

  @Override
  FoundItem found(BatchGetItemsResult result) {
    return switch (result.getResultCase()) {
      case FOUND -> new FoundItem.Hit(WireValue.item(result.getFound()));
      case MISSING -> new FoundItem.Missing();
      case FAILED -> new FoundItem.Failed(Failure.of(result.getFailed()));
      case RESULT_NOT_SET -> throw Wire.unreadable("a result that is none of the known ones");
    };
  }

  @Override
  FoundItem failed(Failure failure) {
    return new FoundItem.Failed(failure);
  }
}
