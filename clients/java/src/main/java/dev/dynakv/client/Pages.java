package dev.dynakv.client;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * All pages from one on. After an error it ends; the token of the last page goes on from there.
 *
 * <p>Nothing is read before the first page is asked for. Then the next page is read while the last
 * one is used, but no more than that one. Not to be used by several threads at the same time.
 *
 * @param <T> what a page holds
 */
public final class Pages<T> implements Iterator<Page<T>>, AutoCloseable {
  private final Function<String, CompletableFuture<Page<T>>> read;

  /** The token of the page that comes next, if there is one. */
  private Optional<String> next;

  /** That page, once it is being read. */
  private CompletableFuture<Page<T>> reading;

  Pages(String first, Function<String, CompletableFuture<Page<T>>> read) {
    this.next = Optional.of(first);
    this.read = read;
  }

  /** Whether there is one more page, which may be empty. */
  @Override
  public boolean hasNext() {
    return next.isPresent();
  }

  /**
   * The next page.
   *
   * @throws DynaKvException if it cannot be read
   * @throws NoSuchElementException after the last one, after an error and when closed
   */
  @Override
  public Page<T> next() {
    String token = next.orElseThrow(NoSuchElementException::new);
    next = Optional.empty();
    CompletableFuture<Page<T>> current = reading == null ? read.apply(token) : reading;
    reading = null;
    Page<T> page = Dispatch.await(current, Dispatch::interrupted);
    next = page.nextPageToken();
    next.ifPresent(following -> reading = read.apply(following));
    return page;
  }

  /** Ends the reading. */
  @Override
  public void close() {
    next = Optional.empty();
    if (reading != null) {
      reading.cancel(true);
    }
  }
}
