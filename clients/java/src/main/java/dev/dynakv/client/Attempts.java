package dev.dynakv.client;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Watches the attempts at one call, to tell whether it certainly changed nothing.
 *
 * <p>gRPC gives the caller the status of the last attempt only; but one that may have written is
 * not undone by a later one that did not.
 */
final class Attempts extends ClientStreamTracer.Factory {
  /**
   * Attempts that left for the server, less those of which the server gave its word that they wrote
   * nothing.
   */
  private final AtomicInteger mayHaveWritten = new AtomicInteger();

  boolean changedNothing() {
    return mayHaveWritten.get() == 0;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      @Override
      public void outboundHeaders() {
        mayHaveWritten.incrementAndGet();
      }

      @Override
      public void inboundTrailers(Metadata trailers) {
        if (Failure.of(Status.UNKNOWN, trailers).changedNothing()) {
          mayHaveWritten.decrementAndGet();
        }
      }
    };
  }
}
