package dev.dynakv.client;

import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * One request of a batch of reads, and its answers as they come in: each of its reads is answered
 * exactly once.
 *
 * @param <Q> the generated request
 * @param <A> the generated message of the stream
 * @param <R> the generated message of a result
 * @param <F> what may become of a read
 */
abstract class BatchReadPart<Q, A, R, F> implements ClientResponseObserver<Q, A> {
  private final Call<?, ?> call;
  private final int start;
  private final MethodDescriptor<Q, A> method;
  private final Q request;
  private final BitSet unanswered = new BitSet();
  private Dispatch<Q, A> dispatch;
  private Consumer<List<BatchAnswer<F>>> onAnswers;
  private Runnable onEnd;
  private volatile ClientCallStreamObserver<Q> stream;

  BatchReadPart(Call<?, ?> call, BatchPart part, MethodDescriptor<Q, A> method, Q request) {
    this.call = call;
    this.start = part.start();
    this.method = method;
    this.request = request;
    unanswered.set(0, part.size());
  }

  /** The results of a message. */
  abstract List<R> results(A message);

  /** The index of a result. */
  abstract int index(R result);

  /** What became of a read; a {@link StatusRuntimeException} if that makes no sense. */
  abstract F found(R result);

  /** What could not be read. */
  abstract F failed(Failure failure);

  /**
   * Sends the request. Both are called by one thread at a time; after each call of the first, no
   * more come before {@link #more}.
   */
  void start(Consumer<List<BatchAnswer<F>>> onAnswers, Runnable onEnd) {
    this.onAnswers = onAnswers;
    this.onEnd = onEnd;
    this.dispatch = call.dispatch(method, UUID.randomUUID(), true);
    ClientCalls.asyncServerStreamingCall(dispatch.call(), request, this);
  }

  /** Asks for the next message. */
  void more() {
    stream.request(1);
  }

  void cancel() {
    ClientCallStreamObserver<Q> started = stream;
    if (started != null) {
      started.cancel("cancelled by the caller", null);
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> stream) {
    this.stream = stream;
    stream.disableAutoRequestWithInitial(1);
  }

  @Override
  public void onNext(A message) {
    List<BatchAnswer<F>> answers = new ArrayList<>();
    try {
      for (R result : results(message)) {
        int index = index(result);
        if (index < 0 || !unanswered.get(index)) {
          // Ends the call; the keys that are still without an answer have failed.
          throw Wire.unreadable("a result that belongs to no key");
        }
        answers.add(new BatchAnswer<>(start + index, foundOrFailed(result)));
        unanswered.clear(index);
      }
    } finally {
      // Those before an unreadable one count as answered.
      onAnswers.accept(answers);
    }
  }

  @Override
  public void onError(Throwable error) {
    Failure failure = dispatch.failed(error).failure();
    end(BatchPart.inCallersWords(failure, index -> start + index));
  }

  @Override
  public void onCompleted() {
    end(dispatch.failed(Wire.unreadable("no result for some of the keys")).failure());
  }

  private void end(Failure ofTheRest) {
    if (!unanswered.isEmpty()) {
      onAnswers.accept(
          unanswered.stream()
              .mapToObj(index -> new BatchAnswer<>(start + index, failed(ofTheRest)))
              .toList());
    }
    onEnd.run();
  }

  private F foundOrFailed(R result) {
    try {
      return found(result);
    } catch (StatusRuntimeException unreadable) {
      return failed(Failure.of(unreadable.getStatus(), unreadable.getTrailers()));
    }
  }
}
