package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.grpc.MethodDescriptor;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * A call that reads items in pages.
 *
 * @param <C> the kind of call
 * @param <Q> the generated request
 * @param <R> the generated response
 */
public abstract class ItemsCall<C extends ItemsCall<C, Q, R>, Q, R>
    extends PagedCall<Map<String, Value>, C, Q, R> {
  final Expressions expressions = new Expressions();
  private boolean consistent;
  private String index = "";
  private Condition filter = Condition.expression("");
  private Function<Expressions, String> projection = used -> "";
  private boolean countOnly;

  ItemsCall(Connection connection, MethodDescriptor<Q, R> method) {
    super(connection, method);
  }

  /** Reads strongly consistently, at twice the cost. Global secondary indexes do not offer it. */
  @CanIgnoreReturnValue
  public C consistent() {
    this.consistent = true;
    return self();
  }

  /** Reads this secondary index of the table. */
  @CanIgnoreReturnValue
  public C index(String name) {
    this.index = Objects.requireNonNull(name);
    return self();
  }

  /** Gives only the items that match. What it drops is read, and costs, all the same. */
  @CanIgnoreReturnValue
  public C filter(Condition condition) {
    this.filter = Objects.requireNonNull(condition);
    return self();
  }

  /** The same, as a DynamoDB filter expression. */
  @CanIgnoreReturnValue
  public C filter(String expression) {
    return filter(Condition.expression(expression));
  }

  /** Gives only these parts of the items. */
  @CanIgnoreReturnValue
  public C projection(Attr... attributes) {
    this.projection = used -> used.render(attributes);
    return self();
  }

  /** The same, as a DynamoDB projection expression. */
  @CanIgnoreReturnValue
  public C projection(String expression) {
    Objects.requireNonNull(expression);
    this.projection = used -> expression;
    return self();
  }

  /**
   * Says which attribute an alias in the expressions, such as {@code #state}, stands for.
   *
   * @throws IllegalArgumentException if it stands for something else already
   */
  @CanIgnoreReturnValue
  public C name(String alias, String attribute) {
    expressions.name(alias, attribute);
    return self();
  }

  /**
   * Says which value a placeholder in the expressions, such as {@code :total}, stands for.
   *
   * @throws IllegalArgumentException if it stands for something else already
   */
  @CanIgnoreReturnValue
  public C value(String placeholder, Object value) {
    expressions.value(placeholder, value);
    return self();
  }

  /**
   * Counts the items of all pages, and reads none.
   *
   * @throws DynaKvException if a page cannot be counted
   */
  public long count() {
    countOnly = true;
    try (Pages<Map<String, Value>> pages = pages()) {
      long count = 0;
      while (pages.hasNext()) {
        count += pages.next().count();
      }
      return count;
    } finally {
      countOnly = false;
    }
  }

  final boolean isConsistent() {
    return consistent;
  }

  final String index() {
    return index;
  }

  final Condition filter() {
    return filter;
  }

  final String projection(Expressions used) {
    return projection.apply(used);
  }

  final boolean countsOnly() {
    return countOnly;
  }
}
