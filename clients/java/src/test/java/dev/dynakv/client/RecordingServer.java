package dev.dynakv.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import dev.dynakv.v1.BatchWriteRequest;
import dev.dynakv.v1.BatchWriteResponse;
import dev.dynakv.v1.BatchWriteResult;
import dev.dynakv.v1.GetRequest;
import dev.dynakv.v1.GetResponse;
import dev.dynakv.v1.KeyValueServiceGrpc;
import dev.dynakv.v1.ListKeysRequest;
import dev.dynakv.v1.ListKeysResponse;
import dev.dynakv.v1.SetRequest;
import dev.dynakv.v1.SetResponse;
import dev.dynakv.v1.TransactWriteRequest;
import dev.dynakv.v1.TransactWriteResponse;
import dev.dynakv.v1.TransactWriteResult;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server that keeps what it is sent, and answers as it is told. */
final class RecordingServer extends KeyValueServiceGrpc.KeyValueServiceImplBase
    implements AutoCloseable {
  private static final Context.Key<Metadata> HEADERS = Context.key("headers");

  /** What came in, in its order. */
  final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

  private final Queue<Failing> failures = new ArrayDeque<>();
  private final Server server;

  /**
   * An attempt.
   *
   * @param request what it asked
   * @param headers what came with it
   * @param left the time it was given
   */
  record Seen(Message request, Metadata headers, Duration left) {
    String header(String name) {
      return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
  }

  /**
   * What an attempt is answered with.
   *
   * @param status the status
   * @param trailers what comes with it
   */
  private record Failing(Status status, Metadata trailers) {}

  RecordingServer() {
    try {
      server =
          Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
              .addService(this)
              .intercept(new HeadersInContext())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class HeadersInContext implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      Context context = Context.current().withValue(HEADERS, headers);
      return Contexts.interceptCall(context, call, headers, next);
    }
  }

  ClientBuilder client() {
    return DynaKvClient.builder().address("127.0.0.1:" + server.getPort());
  }

  /** The next attempt fails like this, without a word from DynaKV. */
  void failNext(Status status) {
    failNext(status, new Metadata());
  }

  /** The same, with these trailers. */
  void failNext(Status status, Metadata trailers) {
    failures.add(new Failing(status, trailers));
  }

  /** The next attempt fails, and DynaKV vouches that nothing was written. */
  void refuseNext(Status.Code code, String reason) {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain("dynakv")
            .setReason(reason)
            .putAllMetadata(Map.of("outcome", "NOT_APPLIED"))
            .build();
    Metadata trailers = new Metadata();
    trailers.put(
        Failure.DETAILS,
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .addDetails(Any.pack(info))
            .build());
    failures.add(new Failing(code.toStatus(), trailers));
  }

  Seen next() throws InterruptedException {
    return seen.poll(10, TimeUnit.SECONDS);
  }

  private <R> void answer(Message request, StreamObserver<R> observer, R response) {
    Context context = Context.current();
    Duration left = Duration.ofMillis(context.getDeadline().timeRemaining(TimeUnit.MILLISECONDS));
    seen.add(new Seen(request, HEADERS.get(), left));
    Failing failing = failures.poll();
    if (failing == null) {
      observer.onNext(response);
      observer.onCompleted();
    } else {
      observer.onError(failing.status().asRuntimeException(failing.trailers()));
    }
  }

  @Override
  public void get(GetRequest request, StreamObserver<GetResponse> observer) {
    answer(request, observer, GetResponse.getDefaultInstance());
  }

  @Override
  public void set(SetRequest request, StreamObserver<SetResponse> observer) {
    answer(request, observer, SetResponse.newBuilder().setVersion("1").build());
  }

  @Override
  public void batchWrite(BatchWriteRequest request, StreamObserver<BatchWriteResponse> observer) {
    BatchWriteResult applied =
        BatchWriteResult.newBuilder()
            .setOutcome(BatchWriteResult.Outcome.OUTCOME_APPLIED)
            .setVersion("1")
            .build();
    List<BatchWriteResult> results =
        java.util.Collections.nCopies(request.getOperationsCount(), applied);
    answer(request, observer, BatchWriteResponse.newBuilder().addAllResults(results).build());
  }

  @Override
  public void transactWrite(
      TransactWriteRequest request, StreamObserver<TransactWriteResponse> observer) {
    List<TransactWriteResult> results =
        java.util.Collections.nCopies(
            request.getOperationsCount(), TransactWriteResult.getDefaultInstance());
    answer(
        request,
        observer,
        TransactWriteResponse.newBuilder()
            .setOutcome(TransactWriteResponse.Outcome.OUTCOME_COMMITTED)
            .addAllResults(results)
            .build());
  }

  /** Four pages, of which the second is empty. */
  @Override
  public void listKeys(ListKeysRequest request, StreamObserver<ListKeysResponse> observer) {
    int page = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
    ListKeysResponse.Builder response = ListKeysResponse.newBuilder();
    if (page != 1) {
      response.addKeys(Integer.toString(page));
    }
    if (page < 3) {
      response.setNextPageToken(Integer.toString(page + 1));
    }
    answer(request, observer, response.build());
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
