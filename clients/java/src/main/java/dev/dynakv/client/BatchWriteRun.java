package dev.dynakv.client;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * One sending of a batch of writes, in requests one after the other.
 *
 * @param <O> the generated message of an operation
 * @param <Q> the generated request
 * @param <A> the generated response
 */
final class BatchWriteRun<O extends MessageLite, Q, A> {
  private final Call<List<BatchOutcome>, ?> call;
  private final UUID id;
  private final List<Integer> positions;
  private final List<O> operations;
  private final Kind<O, Q, A> kind;
  private final List<BatchPart> parts;
  private final List<BatchOutcome> outcomes;
  private final AtomicReference<CompletableFuture<?>> current = new AtomicReference<>();
  private final CompletableFuture<List<BatchOutcome>> result =
      new CancellingFuture<>(() -> current.get().cancel(true));

  /**
   * What entries and items differ in.
   *
   * @param method the RPC
   * @param beside what a request takes without any operations
   * @param field the number of the field of operations
   * @param isOnceOnly whether a second attempt would find nothing
   * @param request makes a request of its id and its operations
   * @param read reads the response to these operations
   */
  record Kind<O, Q, A>(
      MethodDescriptor<Q, A> method,
      int beside,
      int field,
      Predicate<O> isOnceOnly,
      BiFunction<UUID, List<O>, Q> request,
      BiFunction<List<O>, A, List<BatchOutcome>> read) {}

  /**
   * Prepares a sending.
   *
   * @param count how many operations the caller has
   * @param positions of those that are sent; the others are superseded
   */
  BatchWriteRun(
      Call<List<BatchOutcome>, ?> call,
      UUID id,
      int count,
      List<Integer> positions,
      List<O> operations,
      Kind<O, Q, A> kind) {
    this.call = call;
    this.id = id;
    this.positions = positions;
    this.operations = operations;
    this.kind = kind;
    int[] sizes =
        operations.stream()
            .mapToInt(op -> CodedOutputStream.computeMessageSize(kind.field(), op))
            .toArray();
    this.parts = BatchPart.split(sizes, kind.beside());
    this.outcomes = new ArrayList<>(Collections.nCopies(count, new BatchOutcome.Superseded()));
  }

  CompletableFuture<List<BatchOutcome>> start() {
    sendPart(0);
    return result;
  }

  /** The same for every attempt at the same batch. The first part has the id of the whole. */
  static UUID partId(UUID id, int number) {
    return number == 0
        ? id
        : UUID.nameUUIDFromBytes((id + "/" + number).getBytes(StandardCharsets.UTF_8));
  }

  private void sendPart(int number) {
    if (number == parts.size()) {
      finish();
      return;
    }
    BatchPart part = parts.get(number);
    List<O> sent = operations.subList(part.start(), part.end());
    // What holds for a single delete that is sent once holds for a request with one.
    boolean repeatable = sent.stream().noneMatch(kind.isOnceOnly());
    CompletableFuture<List<BatchOutcome>> answer =
        call.dispatch(kind.method(), id, repeatable)
            .sendAsync(
                kind.request().apply(partId(id, number), sent),
                response -> kind.read().apply(sent, response));
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

  /** The outcome of an operation that failed by itself. */
  static BatchOutcome failed(boolean isPresent, com.google.rpc.Status status) {
    if (!isPresent) {
      throw Wire.unreadable("no status of what failed");
    }
    Failure failure = Failure.of(status);
    return failure.changedNothing()
        ? new BatchOutcome.Failed(failure)
        : new BatchOutcome.OutcomeUnknown(failure);
  }

  private void finish() {
    List<BatchOutcome> carriedOut =
        outcomes.stream().filter(outcome -> !(outcome instanceof BatchOutcome.Superseded)).toList();
    Optional<Failure> common =
        BatchPart.commonFailure(carriedOut, BatchWriteRun::failure).flatMap(BatchWriteRun::failure);
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
