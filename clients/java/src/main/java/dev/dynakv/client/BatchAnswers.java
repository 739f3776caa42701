package dev.dynakv.client;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The answers to a batch of reads for one thread that waits for them. Holds one message at a time.
 *
 * @param <F> what may become of a key
 */
final class BatchAnswers<F> implements Iterator<BatchAnswer<F>>, AutoCloseable {
  private final Iterator<BatchReadPart<?, ?, ?, F>> parts;
  private final BlockingQueue<Event<F>> events = new LinkedBlockingQueue<>();
  private final Queue<BatchAnswer<F>> ready = new ArrayDeque<>();
  private BatchReadPart<?, ?, ?, F> current;
  private volatile boolean closed;

  BatchAnswers(List<? extends BatchReadPart<?, ?, ?, F>> parts) {
    this.parts = List.<BatchReadPart<?, ?, ?, F>>copyOf(parts).iterator();
  }

  /**
   * What a part said.
   *
   * @param <F> what may become of a key
   * @param answers some answers
   * @param last whether there are no more of this part
   */
  private record Event<F>(List<BatchAnswer<F>> answers, boolean last) {}

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && !closed) {
      if (current == null && !parts.hasNext()) {
        return false;
      }
      if (current == null) {
        current = parts.next();
        current.start(
            answers -> events.add(new Event<>(answers, false)),
            () -> events.add(new Event<>(List.of(), true)));
      }
      take();
    }
    return !ready.isEmpty();
  }

  private void take() {
    Event<F> event;
    try {
      event = events.take();
    } catch (InterruptedException e) {
      close();
      throw Dispatch.interrupted(e);
    }
    ready.addAll(event.answers());
    if (event.last()) {
      current = null;
    } else {
      current.more();
    }
  }

  @Override
  public BatchAnswer<F> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  @Override
  public void close() {
    closed = true;
    ready.clear();
    if (current != null) {
      current.cancel();
    }
  }
}
