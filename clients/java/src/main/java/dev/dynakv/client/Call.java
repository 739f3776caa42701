package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.CheckReturnValue;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A call that has not been sent yet. {@link #send} or {@link #sendAsync} sends it; in between it
 * takes options.
 *
 * <p>May be sent more than once, each time as a call of its own; what a placeholder of its
 * expressions stands for is given once for all of them. Not to be used by several threads at the
 * same time.
 *
 * @param <O> what it results in
 * @param <C> the kind of call
 */
@CheckReturnValue
public abstract class Call<O, C extends Call<O, C>> {
  final Connection connection;
  private final Metadata metadata = new Metadata();
  private Duration timeout;
  private UUID requestId;

  Call(Connection connection) {
    this.connection = connection;
    this.timeout = connection.timeout;
  }

  /** How long this call may take, retries included. The server sees it as the deadline. */
  @CanIgnoreReturnValue
  public C timeout(Duration timeout) {
    this.timeout = Objects.requireNonNull(timeout);
    return self();
  }

  /**
   * Adds metadata, for example {@code traceparent}.
   *
   * @throws IllegalArgumentException if no header can have this name
   */
  @CanIgnoreReturnValue
  public C metadata(String name, String value) {
    metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return self();
  }

  /**
   * Sends the call and waits for its result. An interrupt of the thread cancels it.
   *
   * @throws DynaKvException if there is no result
   */
  @CanIgnoreReturnValue
  public O send() {
    return Dispatch.await(sendAsync(), Dispatch::interrupted);
  }

  /**
   * Sends the call. The future fails with a {@link DynaKvException} if there is no result;
   * cancelling it cancels the call. What is made to depend on it runs on a thread of the channel
   * and should not block.
   */
  public abstract CompletableFuture<O> sendAsync();

  @SuppressWarnings("unchecked") // Every kind of call names itself.
  final C self() {
    return (C) this;
  }

  /** Makes all that are sent from now on one logical write. */
  final void useRequestId(UUID id) {
    this.requestId = id;
  }

  final UUID nextRequestId() {
    return requestId == null ? UUID.randomUUID() : requestId;
  }

  final <Q, R> Dispatch<Q, R> dispatch(MethodDescriptor<Q, R> method, UUID id, boolean repeatable) {
    Metadata copy = new Metadata();
    copy.merge(metadata);
    return new Dispatch<>(connection, method, new Dispatch.Settings(timeout, copy), id, repeatable);
  }
}
