package dev.dynakv.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Any number of reads. {@link #send} and {@link #sendAsync} give all at the end, {@link #stream}
 * the answers as they come in.
 *
 * @param <F> what may become of a read
 * @param <C> the kind of call
 */
public abstract class BatchReadCall<F, C extends BatchReadCall<F, C>> extends Call<List<F>, C> {
  BatchReadCall(Connection connection) {
    super(connection);
  }

  /** How many reads there are. */
  abstract int count();

  /** The requests, each with its reads. */
  abstract List<? extends BatchReadPart<?, ?, ?, F>> parts();

  /** Why it could not be read. */
  abstract Optional<Failure> failure(F found);

  /**
   * {@inheritDoc}
   *
   * <p>The result says of each read, in their order, what became of it. Fails if all of them failed
   * with the same code.
   */
  @Override
  public CompletableFuture<List<F>> sendAsync() {
    List<F> all = new ArrayList<>(Collections.nCopies(count(), null));
    AtomicReference<BatchReadPart<?, ?, ?, F>> current = new AtomicReference<>();
    CompletableFuture<List<F>> result =
        new CancellingFuture<>(
            () -> Optional.ofNullable(current.get()).ifPresent(BatchReadPart::cancel));
    sendPart(parts(), 0, all, current, result);
    return result;
  }

  private void sendPart(
      List<? extends BatchReadPart<?, ?, ?, F>> parts,
      int number,
      List<F> all,
      AtomicReference<BatchReadPart<?, ?, ?, F>> current,
      CompletableFuture<List<F>> result) {
    if (result.isDone()) {
      return;
    }
    if (number == parts.size()) {
      finish(all, result);
      return;
    }
    BatchReadPart<?, ?, ?, F> part = parts.get(number);
    current.set(part);
    part.start(
        answers -> {
          answers.forEach(answer -> all.set(answer.position(), answer.found()));
          part.more();
        },
        () -> sendPart(parts, number + 1, all, current, result));
  }

  private void finish(List<F> all, CompletableFuture<List<F>> result) {
    Optional<Failure> common = BatchPart.commonFailure(all, this::failure).flatMap(this::failure);
    if (common.isPresent()) {
      result.completeExceptionally(DynaKvException.of(common.get(), null));
    } else {
      result.complete(List.copyOf(all));
    }
  }

  /**
   * Sends it, and gives the answers one by one as they come in: each position of the reads exactly
   * once, in no particular order. A request that fails for good, or breaks off, leaves its reads
   * failed.
   *
   * <p>Whoever takes them slowly slows the reading. Close the stream to end the reading early.
   */
  public Stream<BatchAnswer<F>> stream() {
    BatchAnswers<F> answers = new BatchAnswers<>(parts());
    int characteristics = Spliterator.NONNULL | Spliterator.IMMUTABLE;
    return StreamSupport.stream(Spliterators.spliterator(answers, count(), characteristics), false)
        .onClose(answers::close);
  }
}
