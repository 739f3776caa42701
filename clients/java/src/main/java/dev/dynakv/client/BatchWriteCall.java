package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.CodedOutputStream;
import dev.dynakv.v1.BatchWriteOperation;
import dev.dynakv.v1.BatchWriteRequest;
import dev.dynakv.v1.BatchWriteResponse;
import dev.dynakv.v1.BatchWriteResult;
import dev.dynakv.v1.KeyValueServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
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
        new Run(id).start(),
        interrupted -> new OutcomeUnknownException(Dispatch.interruption(), id, interrupted));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Fails if all operations failed with the same code.
   */
  @Override
  public CompletableFuture<List<BatchOutcome>> sendAsync() {
    return new Run(nextRequestId()).start();
  }

  /**
   * A delete that would find nothing the second time, and call that a condition that does not hold.
   */
  private static boolean isOnceOnly(BatchWriteOperation operation) {
    return operation.hasDelete() && operation.getDelete().hasExpected();
  }

  /** The same for every attempt at the same batch. The first part has the id of the whole. */
  static UUID partId(UUID id, int number) {
    return number == 0
        ? id
        : UUID.nameUUIDFromBytes((id + "/" + number).getBytes(StandardCharsets.UTF_8));
  }

  /** One sending of the batch. */
  private final class Run {
    private final UUID id;
    private final BatchWriteRequest empty;
    private final List<Integer> positions;
    private final List<BatchWriteOperation> messages;
    private final List<BatchPart> parts;
    private final List<BatchOutcome> outcomes;
    private final AtomicReference<CompletableFuture<?>> current = new AtomicReference<>();
    private final CompletableFuture<List<BatchOutcome>> result =
        new CancellingFuture<>(() -> current.get().cancel(true));

    Run(UUID id) {
      this.id = id;
      this.empty =
          BatchWriteRequest.newBuilder().setTable(table).setRequestId(id.toString()).build();
      // The last operation on a key wins however many requests the batch takes, so the others are
      // not even sent.
      Map<String, Integer> last = new HashMap<>();
      IntStream.range(0, operations.size()).forEach(i -> last.put(operations.get(i).key(), i));
      this.positions =
          IntStream.range(0, operations.size())
              .filter(i -> last.get(operations.get(i).key()) == i)
              .boxed()
              .toList();
      this.messages = positions.stream().map(i -> operations.get(i).message()).toList();
      int field = BatchWriteRequest.OPERATIONS_FIELD_NUMBER;
      int[] sizes =
          messages.stream()
              .mapToInt(op -> CodedOutputStream.computeMessageSize(field, op))
              .toArray();
      this.parts = BatchPart.split(sizes, empty.getSerializedSize());
      this.outcomes =
          new ArrayList<>(Collections.nCopies(operations.size(), new BatchOutcome.Superseded()));
    }

    CompletableFuture<List<BatchOutcome>> start() {
      sendPart(0);
      return result;
    }

    private void sendPart(int number) {
      if (number == parts.size()) {
        finish();
        return;
      }
      BatchPart part = parts.get(number);
      List<BatchWriteOperation> sent = messages.subList(part.start(), part.end());
      BatchWriteRequest request =
          empty.toBuilder()
              .setRequestId(partId(id, number).toString())
              .addAllOperations(sent)
              .build();
      // What holds for a single conditional delete holds for a request with one: it is sent once.
      boolean repeatable = sent.stream().noneMatch(BatchWriteCall::isOnceOnly);
      CompletableFuture<List<BatchOutcome>> answer =
          BatchWriteCall.this
              .dispatch(KeyValueServiceGrpc.getBatchWriteMethod(), id, repeatable)
              .sendAsync(request, response -> read(request, response));
      current.set(answer);
      if (result.isCancelled()) {
        answer.cancel(true);
      }
      var unused =
          answer.whenComplete(
              (ofPart, error) -> {
                List<BatchOutcome> known =
                    ofPart == null ? Collections.nCopies(part.size(), failed(part, error)) : ofPart;
                for (int i = 0; i < part.size(); i++) {
                  outcomes.set(positions.get(part.start() + i), known.get(i));
                }
                if (!result.isDone()) {
                  sendPart(number + 1);
                }
              });
    }

    private BatchOutcome failed(BatchPart part, Throwable error) {
      if (!(error instanceof DynaKvException failed)) {
        return new BatchOutcome.OutcomeUnknown(
            Failure.of(Status.fromThrowable(error), new Metadata()));
      }
      Failure failure =
          BatchPart.inCallersWords(failed.failure(), index -> positions.get(part.start() + index));
      return failed instanceof OutcomeUnknownException
          ? new BatchOutcome.OutcomeUnknown(failure)
          : new BatchOutcome.Failed(failure);
    }

    private void finish() {
      List<BatchOutcome> carriedOut =
          outcomes.stream()
              .filter(outcome -> !(outcome instanceof BatchOutcome.Superseded))
              .toList();
      Optional<Failure> common =
          BatchPart.commonFailure(carriedOut, Run::failure).flatMap(Run::failure);
      if (common.isEmpty()) {
        result.complete(Collections.unmodifiableList(outcomes));
      } else if (carriedOut.stream().allMatch(BatchOutcome.Failed.class::isInstance)) {
        result.completeExceptionally(DynaKvException.of(common.get(), null));
      } else {
        result.completeExceptionally(new OutcomeUnknownException(common.get(), id, null));
      }
    }

    private static Optional<Failure> failure(BatchOutcome outcome) {
      if (outcome instanceof BatchOutcome.Failed failed) {
        return Optional.of(failed.failure());
      }
      return outcome instanceof BatchOutcome.OutcomeUnknown unknown
          ? Optional.of(unknown.failure())
          : Optional.empty();
    }
  }

  private static List<BatchOutcome> read(BatchWriteRequest sent, BatchWriteResponse response) {
    if (response.getResultsCount() != sent.getOperationsCount()) {
      throw Wire.unreadable("another number of results than the call has operations");
    }
    return IntStream.range(0, sent.getOperationsCount())
        .mapToObj(i -> outcome(sent.getOperations(i), response.getResults(i)))
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
              Wire.entry(result.hasCurrent(), result.getCurrent()), result.getCurrentOmitted());
      case OUTCOME_SUPERSEDED -> new BatchOutcome.Superseded();
      case OUTCOME_FAILED -> {
        if (!result.hasFailed()) {
          throw Wire.unreadable("no status of what failed");
        }
        Failure failure = Failure.of(result.getFailed());
        yield failure.changedNothing()
            ? new BatchOutcome.Failed(failure)
            : new BatchOutcome.OutcomeUnknown(failure);
      }
      case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known outcome");
    };
  }
}
