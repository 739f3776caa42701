package dev.dynakv.client;

import dev.dynakv.v1.BatchGetRequest;
import dev.dynakv.v1.BatchGetResponse;
import dev.dynakv.v1.BatchGetResult;
import dev.dynakv.v1.KeyValueServiceGrpc;
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
 * One request of a batch of reads, and its answers as they come in: each of its keys is answered
 * exactly once.
 */
final class BatchGetPart implements ClientResponseObserver<BatchGetRequest, BatchGetResponse> {
  private final BatchGetCall call;
  private final int start;
  private final BatchGetRequest request;
  private final BitSet unanswered = new BitSet();
  private Dispatch<BatchGetRequest, BatchGetResponse> dispatch;
  private Consumer<List<BatchAnswer>> onAnswers;
  private Runnable onEnd;
  private volatile ClientCallStreamObserver<BatchGetRequest> stream;

  BatchGetPart(BatchGetCall call, int start, BatchGetRequest request) {
    this.call = call;
    this.start = start;
    this.request = request;
    unanswered.set(0, request.getKeysCount());
  }

  /**
   * Sends the request. Both are called by one thread at a time; after each call of the first, no
   * more come before {@link #more}.
   */
  void start(Consumer<List<BatchAnswer>> onAnswers, Runnable onEnd) {
    this.onAnswers = onAnswers;
    this.onEnd = onEnd;
    this.dispatch = call.dispatch(KeyValueServiceGrpc.getBatchGetMethod(), UUID.randomUUID(), true);
    ClientCalls.asyncServerStreamingCall(dispatch.call(), request, this);
  }

  /** Asks for the next message. */
  void more() {
    stream.request(1);
  }

  void cancel() {
    ClientCallStreamObserver<BatchGetRequest> started = stream;
    if (started != null) {
      started.cancel("cancelled by the caller", null);
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<BatchGetRequest> stream) {
    this.stream = stream;
    stream.disableAutoRequestWithInitial(1);
  }

  @Override
  public void onNext(BatchGetResponse message) {
    List<BatchAnswer> answers = new ArrayList<>();
    try {
      for (BatchGetResult result : message.getResultsList()) {
        int index = result.getIndex();
        if (index < 0 || !unanswered.get(index)) {
          // Ends the call; the keys that are still without an answer have failed.
          throw Wire.unreadable("a result that belongs to no key");
        }
        answers.add(new BatchAnswer(start + index, found(result)));
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
              .mapToObj(index -> new BatchAnswer(start + index, new Found.Failed(ofTheRest)))
              .toList());
    }
    onEnd.run();
  }

  private static Found found(BatchGetResult result) {
    try {
      return switch (result.getResultCase()) {
        case FOUND -> new Found.Hit(Wire.entry(result.getFound()));
        case MISSING -> new Found.Missing();
        case FAILED -> new Found.Failed(Failure.of(result.getFailed()));
        case RESULT_NOT_SET -> throw Wire.unreadable("a result that is none of the known ones");
      };
    } catch (StatusRuntimeException unreadable) {
      return new Found.Failed(Failure.of(unreadable.getStatus(), unreadable.getTrailers()));
    }
  }
}
