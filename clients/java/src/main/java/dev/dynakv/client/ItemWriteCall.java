package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.grpc.MethodDescriptor;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A call that writes an item, on a condition or without one.
 *
 * @param <O> what it results in
 * @param <C> the kind of call
 * @param <Q> the generated request
 * @param <R> the generated response
 */
public abstract class ItemWriteCall<O, C extends ItemWriteCall<O, C, Q, R>, Q, R>
    extends WriteCall<O, C, Q, R> {
  final Expressions expressions = new Expressions();
  private Condition condition = Condition.expression("");
  private boolean returnCurrent;

  ItemWriteCall(Connection connection, MethodDescriptor<Q, R> method) {
    super(connection, method);
  }

  /**
   * Writes only if this holds of the item that is there. If it does not, the result is {@link
   * ItemOutcome.ConditionFailed}.
   */
  @CanIgnoreReturnValue
  public C condition(Condition condition) {
    this.condition = Objects.requireNonNull(condition);
    return self();
  }

  /** The same, as a DynamoDB condition expression such as {@code attribute_not_exists(pk)}. */
  @CanIgnoreReturnValue
  public C condition(String expression) {
    return condition(Condition.expression(expression));
  }

  /** Answers a condition that did not hold with the item as it is. */
  @CanIgnoreReturnValue
  public C returnCurrent() {
    this.returnCurrent = true;
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

  final Condition condition() {
    return condition;
  }

  final boolean returnsCurrent() {
    return returnCurrent;
  }

  static <T> ItemOutcome<T> outcome(
      dev.dynakv.v1.ItemOutcome outcome,
      Optional<Map<String, Value>> current,
      Supplier<T> applied) {
    return switch (outcome) {
      case ITEM_OUTCOME_APPLIED -> new ItemOutcome.Applied<>(applied.get());
      case ITEM_OUTCOME_CONDITION_FAILED -> new ItemOutcome.ConditionFailed<>(current);
      case ITEM_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known outcome");
    };
  }
}
