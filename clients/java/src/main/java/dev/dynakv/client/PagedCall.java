package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.grpc.MethodDescriptor;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A call that is answered in pages. {@link #send} and {@link #sendAsync} read one page, {@link
 * #pages} and {@link #stream} all of them.
 *
 * @param <T> what a page holds
 * @param <C> the kind of call
 * @param <Q> the generated request
 * @param <R> the generated response
 */
public abstract class PagedCall<T, C extends PagedCall<T, C, Q, R>, Q, R>
    extends TableCall<Page<T>, C, Q, R> {
  private int pageSize;
  private String pageToken = "";

  PagedCall(Connection connection, MethodDescriptor<Q, R> method) {
    super(connection, method);
  }

  /** At most this many in a page: 1 to 10,000. */
  @CanIgnoreReturnValue
  public C pageSize(int size) {
    this.pageSize = size;
    return self();
  }

  /**
   * Begins with the page that this token is of, see {@link Page#nextPageToken}: by default with the
   * first.
   */
  @CanIgnoreReturnValue
  public C pageToken(String token) {
    this.pageToken = Objects.requireNonNull(token);
    return self();
  }

  /**
   * Reads all pages, each as a call of its own with its own time and its own retries. While one is
   * used, the next is already read. Close it to end the reading early.
   */
  public Pages<T> pages() {
    Q first = request("");
    return new Pages<>(pageToken, token -> sendAsync(at(first, token), nextRequestId()));
  }

  /**
   * Reads all pages and gives one by one what they hold, as {@link #pages} does. Close the stream
   * to end the reading early. If a page cannot be read, the stream throws the {@link
   * DynaKvException}.
   */
  public Stream<T> stream() {
    Pages<T> pages = pages();
    Iterator<T> rows =
        new Iterator<>() {
          private Iterator<T> page = List.<T>of().iterator();

          @Override
          public boolean hasNext() {
            while (!page.hasNext() && pages.hasNext()) {
              page = pages.next().rows().iterator();
            }
            return page.hasNext();
          }

          @Override
          public T next() {
            if (!hasNext()) {
              throw new NoSuchElementException();
            }
            return page.next();
          }
        };
    int characteristics = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(rows, characteristics), false)
        .onClose(pages::close);
  }

  final int pageSize() {
    return pageSize;
  }

  final String pageToken() {
    return pageToken;
  }

  /** The same request for the page of this token. */
  abstract Q at(Q request, String pageToken);

  final Page<T> page(List<T> rows, int count, String nextPageToken) {
    return new Page<>(rows, count, Optional.of(nextPageToken).filter(token -> !token.isEmpty()));
  }
}
