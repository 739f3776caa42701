package dev.dynakv.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One logical call on its way: how it is sent, and what its failure means. Used once. */
final class Dispatch<Q, R> {
  /** More is as good as no end, and the nanoseconds of much more fit no number. */
  private static final Duration LONGEST = Duration.ofDays(100);

  private final MethodDescriptor<Q, R> method;
  private final UUID requestId;
  private final Attempts attempts = new Attempts();
  private final Channel channel;
  private final CallOptions options;

  /**
   * Begins the time of the call.
   *
   * @param repeatable whether this very request may be sent again, if its method may
   */
  Dispatch(
      Connection connection,
      MethodDescriptor<Q, R> method,
      Settings settings,
      UUID requestId,
      boolean repeatable) {
    this.method = method;
    this.requestId = requestId;
    Channel chosen = repeatable ? connection.channel() : connection.channelThatSendsOnce();
    this.channel =
        settings.metadata().keys().isEmpty()
            ? chosen
            : ClientInterceptors.intercept(
                chosen, MetadataUtils.newAttachHeadersInterceptor(settings.metadata()));
    Duration timeout = settings.timeout().compareTo(LONGEST) > 0 ? LONGEST : settings.timeout();
    CallOptions timed =
        CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    // A read changes nothing, whatever becomes of its attempts.
    this.options = method.isSafe() ? timed : timed.withStreamTracerFactory(attempts);
  }

  /**
   * What a caller may say of any call.
   *
   * @param timeout for the call with all its retries
   * @param metadata sent with every attempt
   */
  record Settings(Duration timeout, Metadata metadata) {}

  /** Sends the request and waits for the answer, on the caller's thread. */
  <O> O send(Q request, Function<R, O> read) {
    try {
      return read.apply(ClientCalls.blockingUnaryCall(channel, method, options, request));
    } catch (StatusRuntimeException e) {
      throw failed(e);
    }
  }

  /** Sends the request. Cancelling the future cancels the call. */
  <O> CompletableFuture<O> sendAsync(Q request, Function<R, O> read) {
    ClientCall<Q, R> call = call();
    CompletableFuture<O> result =
        new CancellingFuture<>(() -> call.cancel("cancelled by the caller", null));
    ClientCalls.asyncUnaryCall(
        call,
        request,
        new StreamObserver<R>() {
          private R answer;

          @Override
          public void onNext(R response) {
            // Whether it counts is known by the status that follows.
            answer = response;
          }

          @Override
          public void onError(Throwable t) {
            result.completeExceptionally(failed(t));
          }

          @Override
          public void onCompleted() {
            if (answer == null) {
              onError(Wire.unreadable("no message"));
              return;
            }
            try {
              result.complete(read.apply(answer));
            } catch (RuntimeException unreadable) {
              onError(unreadable);
            }
          }
        });
    return result;
  }

  /** The call itself, for those with many answers. */
  ClientCall<Q, R> call() {
    return channel.newCall(method, options);
  }

  /** What to tell the caller of this failure. */
  DynaKvException failed(Throwable thrown) {
    Failure failure =
        Failure.of(Status.fromThrowable(thrown), Status.trailersFromThrowable(thrown));
    return method.isSafe() || attempts.changedNothing()
        ? DynaKvException.of(failure, thrown)
        : new OutcomeUnknownException(failure, requestId, thrown);
  }

  /**
   * Waits for what one of the methods here promised.
   *
   * @param interrupted what to throw if the thread was interrupted; then it is cancelled
   * @throws DynaKvException if it failed
   */
  static <O> O await(
      CompletableFuture<O> future, Function<InterruptedException, DynaKvException> interrupted) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DynaKvException failed) {
        throw failed;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw interrupted.apply(e);
    }
  }

  /** What a thread throws that was interrupted while it waited for a read. It stays interrupted. */
  static DynaKvException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return DynaKvException.of(interruption(), e);
  }

  /** The failure of a call whose thread was interrupted while it waited. */
  static Failure interruption() {
    Status status = Status.CANCELLED.withDescription("the waiting thread was interrupted");
    return Failure.of(status, new Metadata());
  }
}
