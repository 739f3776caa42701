package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.CodedOutputStream;
import dev.dynakv.v1.BatchGetRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads of any number of entries. {@link #send} and {@link #sendAsync} give all at the end, {@link
 * #stream} the answers as they come in.
 */
public final class BatchGetCall extends Call<List<Found>, BatchGetCall> {
  private final List<String> keys;
  private String table;
  private boolean consistent;

  BatchGetCall(Connection connection, Iterable<String> keys) {
    super(connection);
    List<String> copy = new ArrayList<>();
    keys.forEach(key -> copy.add(Wire.text(key)));
    this.keys = copy;
    this.table = connection.table;
  }

  /** The table: one of the server's configuration. */
  @CanIgnoreReturnValue
  public BatchGetCall table(String table) {
    this.table = Objects.requireNonNull(table);
    return this;
  }

  /**
   * Reads strongly consistently: sees every write that was acknowledged before, at twice the cost.
   */
  @CanIgnoreReturnValue
  public BatchGetCall consistent() {
    this.consistent = true;
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The result says of each key, in their order, what became of it. Fails if all of them failed
   * with the same code.
   */
  @Override
  public CompletableFuture<List<Found>> sendAsync() {
    List<BatchGetPart> parts = parts();
    Found[] all = new Found[keys.size()];
    AtomicReference<BatchGetPart> current = new AtomicReference<>();
    CompletableFuture<List<Found>> result =
        new CancellingFuture<>(
            () -> Optional.ofNullable(current.get()).ifPresent(BatchGetPart::cancel));
    sendPart(parts, 0, all, current, result);
    return result;
  }

  private void sendPart(
      List<BatchGetPart> parts,
      int number,
      Found[] all,
      AtomicReference<BatchGetPart> current,
      CompletableFuture<List<Found>> result) {
    if (result.isDone()) {
      return;
    }
    if (number == parts.size()) {
      finish(Arrays.asList(all), result);
      return;
    }
    BatchGetPart part = parts.get(number);
    current.set(part);
    part.start(
        answers -> {
          answers.forEach(answer -> all[answer.position()] = answer.found());
          part.more();
        },
        () -> sendPart(parts, number + 1, all, current, result));
  }

  private static void finish(List<Found> all, CompletableFuture<List<Found>> result) {
    Optional<Failure> common =
        BatchPart.commonFailure(all, BatchGetCall::failure).flatMap(BatchGetCall::failure);
    if (common.isPresent()) {
      result.completeExceptionally(DynaKvException.of(common.get(), null));
    } else {
      result.complete(List.copyOf(all));
    }
  }

  private static Optional<Failure> failure(Found found) {
    return found instanceof Found.Failed failed ? Optional.of(failed.failure()) : Optional.empty();
  }

  /**
   * Sends it, and gives the answers one by one as they come in: each position of the keys exactly
   * once, in no particular order. A request that fails for good, or breaks off, leaves its keys
   * {@link Found.Failed}.
   *
   * <p>Whoever takes them slowly slows the reading. Close the stream to end the reading early.
   */
  public Stream<BatchAnswer> stream() {
    BatchAnswers answers = new BatchAnswers(parts());
    int characteristics = Spliterator.NONNULL | Spliterator.IMMUTABLE;
    return StreamSupport.stream(
            Spliterators.spliterator(answers, keys.size(), characteristics), false)
        .onClose(answers::close);
  }

  private List<BatchGetPart> parts() {
    BatchGetRequest empty =
        BatchGetRequest.newBuilder().setTable(table).setConsistentRead(consistent).build();
    int[] sizes =
        keys.stream()
            .mapToInt(
                key -> CodedOutputStream.computeStringSize(BatchGetRequest.KEYS_FIELD_NUMBER, key))
            .toArray();
    return BatchPart.split(sizes, empty.getSerializedSize()).stream()
        .map(
            part ->
                new BatchGetPart(
                    this,
                    part.start(),
                    empty.toBuilder().addAllKeys(keys.subList(part.start(), part.end())).build()))
        .toList();
  }
}
