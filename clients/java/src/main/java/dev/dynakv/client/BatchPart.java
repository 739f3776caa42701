package dev.dynakv.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What goes into one request of a batch.
 *
 * @param start the first position
 * @param end the one after the last
 */
record BatchPart(int start, int end) {
  /** The most keys or operations of one request. */
  private static final int MAX_COUNT = 10_000;

  /** The largest request that the server reads. */
  private static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final Pattern LIST_FIELD =
      Pattern.compile("([^\\[]+)\\[(\\d+)](.*)", Pattern.DOTALL);

  /**
   * Splits what has these sizes into parts of one request each. What is too large for any request
   * has one of its own: the server's refusal names the limit.
   *
   * @param sizes with the tag and length of each
   * @param beside what a request takes without any of them
   */
  static List<BatchPart> split(int[] sizes, int beside) {
    List<BatchPart> parts = new ArrayList<>();
    int start = 0;
    long bytes = beside;
    for (int end = 0; end < sizes.length; end++) {
      if (end > start && (end - start == MAX_COUNT || bytes + sizes[end] > MAX_BYTES)) {
        parts.add(new BatchPart(start, end));
        start = end;
        bytes = beside;
      }
      bytes += sizes[end];
    }
    if (sizes.length > start) {
      parts.add(new BatchPart(start, sizes.length));
    }
    return parts;
  }

  int size() {
    return end - start;
  }

  /**
   * Lets a refusal speak of the caller's {@code keys[10003]} instead of the request's {@code
   * keys[3]}.
   *
   * @param position where the caller had what stands there in the request
   */
  static Failure inCallersWords(Failure failure, IntUnaryOperator position) {
    return failure.withFields(
        field -> {
          Matcher matcher = LIST_FIELD.matcher(field);
          return matcher.matches()
              ? matcher.group(1)
                  + "["
                  + position.applyAsInt(Integer.parseInt(matcher.group(2)))
                  + "]"
                  + matcher.group(3)
              : field;
        });
  }

  /**
   * The first of all, if all failed with the same code: what a single request would have failed
   * with.
   */
  static <T> Optional<T> commonFailure(List<T> all, Function<T, Optional<Failure>> failure) {
    boolean common =
        !all.isEmpty()
            && all.stream().map(one -> failure.apply(one).map(Failure::code)).distinct().count()
                == 1
            && failure.apply(all.get(0)).isPresent();
    return common ? Optional.of(all.get(0)) : Optional.empty();
  }
}
