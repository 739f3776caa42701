package dev.dynakv.client;

import java.util.concurrent.CompletableFuture;

/** A future whose cancellation ends what it is the future of. */
final class CancellingFuture<T> extends CompletableFuture<T> {
  private final Runnable onCancel;

  CancellingFuture(Runnable onCancel) {
    this.onCancel = onCancel;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      onCancel.run();
    }
    return cancelled;
  }
}
