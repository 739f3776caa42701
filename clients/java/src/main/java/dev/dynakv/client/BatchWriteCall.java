package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.BatchWriteOperation;
import dev.dynakv.v1.BatchWriteRequest;
import dev.dynakv.v1.BatchWriteResponse;
import dev.dynakv.v1.BatchWriteResult;
import dev.dynakv.v1.KeyValueServiceGrpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Any number of sets and deletes. The result says of each, in their order, what became of it. */
public final class BatchWriteCall extends Call<List<BatchOutcome>, BatchWriteCall> {
  private final List<BatchOperation> operations;
  private String table;

  BatchWriteCall(Connection connection, Iterable<? extends BatchOperation> operations) {
    super(connection);
    List<BatchOperation> copy = new ArrayList<>();
    operations.forEach(copy::add);
    this.operations = copy;
    this.table = connection.table;
  }

  /** The table: one of the server's configuration. */
  @CanIgnoreReturnValue
  public BatchWriteCall table(String table) {
    this.table = Objects.requireNonNull(table);
    return this;
  }

  /**
   * The id of this batch, see {@link WriteCall#requestId}. The requests that it is sent in have ids
   * that follow from it.
   */
  @CanIgnoreReturnValue
  public BatchWriteCall requestId(UUID id) {
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

  private BatchWriteRun<BatchWriteOperation, BatchWriteRequest, BatchWriteResponse> run(UUID id) {
    // The last operation on a key wins however many requests the batch takes, so the others are
    // not even sent.
    Map<String, Integer> last = new HashMap<>();
    IntStream.range(0, operations.size()).forEach(i -> last.put(operations.get(i).key(), i));
    List<Integer> positions =
        IntStream.range(0, operations.size())
            .filter(i -> last.get(operations.get(i).key()) == i)
            .boxed()
            .toList();
    BatchWriteRequest empty =
        BatchWriteRequest.newBuilder().setTable(table).setRequestId(id.toString()).build();
    return new BatchWriteRun<>(
        this,
        id,
        operations.size(),
        positions,
        positions.stream().map(i -> operations.get(i).message()).toList(),
        new BatchWriteRun.Kind<>(
            KeyValueServiceGrpc.getBatchWriteMethod(),
            empty.getSerializedSize(),
            BatchWriteRequest.OPERATIONS_FIELD_NUMBER,
            BatchWriteCall::isOnceOnly,
            (partId, sent) ->
                empty.toBuilder().setRequestId(partId.toString()).addAllOperations(sent).build(),
            BatchWriteCall::read));
  }

  /**
   * A delete that would find nothing the second time, and call that a condition that does not hold.
   */
  private static boolean isOnceOnly(BatchWriteOperation operation) {
    return operation.hasDelete() && operation.getDelete().hasExpected();
  }

  private static List<BatchOutcome> read(
      List<BatchWriteOperation> sent, BatchWriteResponse response) {
    if (response.getResultsCount() != sent.size()) {
      throw Wire.unreadable("another number of results than the call has operations");
    }
    return IntStream.range(0, sent.size())
        .mapToObj(i -> outcome(sent.get(i), response.getResults(i)))
        .toList();
  }

  private static BatchOutcome outcome(BatchWriteOperation operation, BatchWriteResult result) {
    return switch (result.getOutcome()) {
      case OUTCOME_APPLIED ->
          operation.hasSet()
              ? new BatchOutcome.Written(
                  Wire.version(result.hasVersion(), result.getVersion()),
                  Wire.instant(result.hasExpireTime(), result.getExpireTime()))
              : new BatchOutcome.Deleted(
                  result.hasExisted() ? Optional.of(result.getExisted()) : Optional.empty());
      case OUTCOME_CONDITION_FAILED ->
          new BatchOutcome.ConditionFailed(
              Wire.entry(result.hasCurrent(), result.getCurrent()),
              Optional.empty(),
              result.getCurrentOmitted());
      case OUTCOME_SUPERSEDED -> new BatchOutcome.Superseded();
      case OUTCOME_FAILED -> BatchWriteRun.failed(result.hasFailed(), result.getFailed());
      case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known outcome");
    };
  }
}
