package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.grpc.MethodDescriptor;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A call of an RPC with one answer.
 *
 * @param <O> what it results in
 * @param <C> the kind of call
 * @param <Q> the generated request
 * @param <R> the generated response
 */
public abstract class UnaryCall<O, C extends UnaryCall<O, C, Q, R>, Q, R> extends Call<O, C> {
  private final MethodDescriptor<Q, R> method;

  UnaryCall(Connection connection, MethodDescriptor<Q, R> method) {
    super(connection);
    this.method = method;
  }

  /** The request as it stands. Those that write nothing ignore the id. */
  abstract Q request(String requestId);

  /** Reads the answer to this request. */
  abstract O read(Q request, R response);

  /** Whether this very request may be sent again, if its method may. */
  boolean repeatable(Q request) {
    return true;
  }

  @Override
  @CanIgnoreReturnValue
  public O send() {
    UUID id = nextRequestId();
    Q request = request(id.toString());
    return dispatch(method, id, repeatable(request)).send(request, answer -> read(request, answer));
  }

  @Override
  public CompletableFuture<O> sendAsync() {
    UUID id = nextRequestId();
    return sendAsync(request(id.toString()), id);
  }

  final CompletableFuture<O> sendAsync(Q request, UUID id) {
    return dispatch(method, id, repeatable(request))
        .sendAsync(request, answer -> read(request, answer));
  }
}
