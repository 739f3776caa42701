package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.BatchWriteItemsOperation;
import dev.dynakv.v1.BatchWriteItemsRequest;
import dev.dynakv.v1.BatchWriteItemsResponse;
import dev.dynakv.v1.BatchWriteItemsResult;
import dev.dynakv.v1.ItemServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Any number of puts and deletes of items. The result says of each, in their order, what became of
 * it.
 */
public final class BatchWriteItemsCall extends Call<List<BatchOutcome>, BatchWriteItemsCall> {
  private final List<BatchWriteItemsOperation> operations = new ArrayList<>();

  BatchWriteItemsCall(Connection connection, Iterable<? extends BatchItemOperation<?>> operations) {
    super(connection);
    for (BatchItemOperation<?> operation : operations) {
      BatchWriteItemsOperation message = operation.message();
      this.operations.add(
          message.getTable().isEmpty()
              ? message.toBuilder().setTable(connection.table).build()
              : message);
    }
  }

  /**
   * The id of this batch, see {@link WriteCall#requestId}. The requests that it is sent in have ids
   * that follow from it.
   */
  @CanIgnoreReturnValue
  public BatchWriteItemsCall requestId(UUID id) {
    useRequestId(id);
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Fails if all operations failed with the same code. After an interrupt it is not known which
   * of them happened: {@link OutcomeUnknownException}.
   */
  @Override
  @CanIgnoreReturnValue
  public List<BatchOutcome> send() {
    UUID id = nextRequestId();
    return Dispatch.await(
        run(id).start(),
        interrupted -> new OutcomeUnknownException(Dispatch.interruption(), id, interrupted));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Fails if all operations failed with the same code.
   */
  @Override
  public CompletableFuture<List<BatchOutcome>> sendAsync() {
    return run(nextRequestId()).start();
  }

  private BatchWriteRun<BatchWriteItemsOperation, BatchWriteItemsRequest, BatchWriteItemsResponse>
      run(UUID id) {
    BatchWriteItemsRequest empty =
        BatchWriteItemsRequest.newBuilder().setRequestId(id.toString()).build();
    return new BatchWriteRun<>(
        this,
        id,
        operations.size(),
        // All of them are sent: which attributes of an item are its key, only the server knows.
        IntStream.range(0, operations.size()).boxed().toList(),
        operations,
        new BatchWriteRun.Kind<>(
            ItemServiceGrpc.getBatchWriteItemsMethod(),
            empty.getSerializedSize(),
            BatchWriteItemsRequest.OPERATIONS_FIELD_NUMBER,
            BatchWriteItemsCall::isOnceOnly,
            (partId, sent) ->
                empty.toBuilder().setRequestId(partId.toString()).addAllOperations(sent).build(),
            BatchWriteItemsCall::read));
  }

  /** A delete that would find nothing the second time. */
  private static boolean isOnceOnly(BatchWriteItemsOperation operation) {
    return operation.hasDeleteItem()
        && (operation.getDeleteItem().getReportExisted()
            || !operation.getDeleteItem().getCondition().isEmpty());
  }

  private static List<BatchOutcome> read(
      List<BatchWriteItemsOperation> sent, BatchWriteItemsResponse response) {
    if (response.getResultsCount() != sent.size()) {
      throw Wire.unreadable("another number of results than the call has operations");
    }
    return IntStream.range(0, sent.size())
        .mapToObj(i -> outcome(sent.get(i), response.getResults(i)))
        .toList();
  }

  private static BatchOutcome outcome(
      BatchWriteItemsOperation operation, BatchWriteItemsResult result) {
    return switch (result.getOutcome()) {
      case OUTCOME_APPLIED ->
          operation.hasPutItem()
              ? new BatchOutcome.Written(
                  Wire.version(result.hasVersion(), result.getVersion()),
                  Wire.instant(result.hasExpireTime(), result.getExpireTime()))
              : new BatchOutcome.Deleted(
                  result.hasExisted() ? Optional.of(result.getExisted()) : Optional.empty());
      case OUTCOME_CONDITION_FAILED ->
          new BatchOutcome.ConditionFailed(
              Optional.empty(),
              WireValue.item(result.hasCurrent(), result.getCurrent()),
              result.getCurrentOmitted());
      case OUTCOME_SUPERSEDED -> new BatchOutcome.Superseded();
      case OUTCOME_FAILED -> BatchWriteRun.failed(result.hasFailed(), result.getFailed());
      case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known outcome");
    };
  }
}
