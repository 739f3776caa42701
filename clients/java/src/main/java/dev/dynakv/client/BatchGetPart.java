package dev.dynakv.client;

import dev.dynakv.v1.BatchGetRequest;
import dev.dynakv.v1.BatchGetResponse;
import dev.dynakv.v1.BatchGetResult;
import dev.dynakv.v1.KeyValueServiceGrpc;
import java.util.List;

/** One request of a batch of reads of entries. */
final class BatchGetPart
    extends BatchReadPart<BatchGetRequest, BatchGetResponse, BatchGetResult, Found> {
  BatchGetPart(BatchGetCall call, BatchPart part, BatchGetRequest request) {
    super(call, part, KeyValueServiceGrpc.getBatchGetMethod(), request);
  }

  @Override
  List<BatchGetResult> results(BatchGetResponse message) {
    return message.getResultsList();
  }

  @Override
  int index(BatchGetResult result) {
    return result.getIndex();
  }

  @Override
  Found found(BatchGetResult result) {
    return switch (result.getResultCase()) {
      case FOUND -> new Found.Hit(Wire.entry(result.getFound()));
      case MISSING -> new Found.Missing();
      case FAILED -> new Found.Failed(Failure.of(result.getFailed()));
      case RESULT_NOT_SET -> throw Wire.unreadable("a result that is none of the known ones");
    };
  }

  @Override
  Found failed(Failure failure) {
    return new Found.Failed(failure);
  }
}
