package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dynakv.v1.TransactWriteOperation;
import java.time.Duration;

/**
 * An operation of a transaction on an item, with a condition or without one. Immutable.
 *
 * @param <T> the kind of operation
 */
@CheckReturnValue
public abstract sealed class TransactItem<T extends TransactItem<T>> extends TransactOperation<T> {
  static final Conditional NO_CONDITION =
      new Conditional(Condition.expression(""), new Expressions());

  private final Conditional condition;

  TransactItem(TransactWriteOperation message, Conditional condition) {
    super(message);
    this.condition = condition;
  }

  /**
   * A condition and what its expressions stand for. What is here is never changed.
   *
   * @param condition the condition
   * @param expressions the names and values that the caller gave
   */
  record Conditional(Condition condition, Expressions expressions) {
    Conditional condition(Condition other) {
      return new Conditional(other, expressions);
    }
  }

  /** Happens only if this holds of the item that is there. */
  public T condition(Condition condition) {
    return with(this.condition.condition(condition));
  }

  /** The same, as a DynamoDB condition expression such as {@code attribute_not_exists(pk)}. */
  public T condition(String expression) {
    return condition(Condition.expression(expression));
  }

  /**
   * Says which attribute an alias in the expressions, such as {@code #state}, stands for.
   *
   * @throws IllegalArgumentException if it stands for something else already
   */
  public T name(String alias, String attribute) {
    Expressions expressions = condition.expressions().copy();
    expressions.name(alias, attribute);
    return with(new Conditional(condition.condition(), expressions));
  }

  /**
   * Says which value a placeholder in the expressions, such as {@code :total}, stands for.
   *
   * @throws IllegalArgumentException if it stands for something else already
   */
  public T value(String placeholder, Object value) {
    Expressions expressions = condition.expressions().copy();
    expressions.value(placeholder, value);
    return with(new Conditional(condition.condition(), expressions));
  }

  abstract T with(Conditional condition);

  final Conditional condition() {
    return condition;
  }

  /** Writes an item. Immutable. */
  public static final class Put extends TransactItem<Put> {
    private final dev.dynakv.v1.TransactPutItem operation;

    Put(
        TransactWriteOperation message,
        dev.dynakv.v1.TransactPutItem operation,
        Conditional condition) {
      super(message.toBuilder().setPutItem(rendered(operation, condition)).build(), condition);
      this.operation = operation;
    }

    private static dev.dynakv.v1.TransactPutItem rendered(
        dev.dynakv.v1.TransactPutItem operation, Conditional condition) {
      Expressions used = condition.expressions().copy();
      return operation.toBuilder()
          .setCondition(used.render(condition.condition()))
          .putAllNames(used.names())
          .putAllValues(used.values())
          .build();
    }

    /**
     * The item expires this long from now: 1 millisecond to 100 years. Without it, no TTL, unless
     * its own attributes say so.
     */
    public Put ttl(Duration ttl) {
      return new Put(
          message(), operation.toBuilder().setTtl(Wire.duration(ttl)).build(), condition());
    }

    @Override
    Put with(TransactWriteOperation message) {
      return new Put(message, operation, condition());
    }

    @Override
    Put with(Conditional condition) {
      return new Put(message(), operation, condition);
    }
  }

  /** Changes an item, or creates it. Immutable. */
  public static final class Change extends TransactItem<Change> {
    private final dev.dynakv.v1.TransactUpdateItem operation;

    Change(
        TransactWriteOperation message,
        dev.dynakv.v1.TransactUpdateItem operation,
        Conditional condition) {
      super(message.toBuilder().setUpdateItem(rendered(operation, condition)).build(), condition);
      this.operation = operation;
    }

    private static dev.dynakv.v1.TransactUpdateItem rendered(
        dev.dynakv.v1.TransactUpdateItem operation, Conditional condition) {
      Expressions used = condition.expressions().copy();
      return operation.toBuilder()
          .setCondition(used.render(condition.condition()))
          .putAllNames(used.names())
          .putAllValues(used.values())
          .build();
    }

    @Override
    Change with(TransactWriteOperation message) {
      return new Change(message, operation, condition());
    }

    @Override
    Change with(Conditional condition) {
      return new Change(message(), operation, condition);
    }
  }

  /** Deletes an item. Immutable. */
  public static final class Deletion extends TransactItem<Deletion> {
    private final dev.dynakv.v1.TransactDeleteItem operation;

    Deletion(
        TransactWriteOperation message,
        dev.dynakv.v1.TransactDeleteItem operation,
        Conditional condition) {
      super(message.toBuilder().setDeleteItem(rendered(operation, condition)).build(), condition);
      this.operation = operation;
    }

    private static dev.dynakv.v1.TransactDeleteItem rendered(
        dev.dynakv.v1.TransactDeleteItem operation, Conditional condition) {
      Expressions used = condition.expressions().copy();
      return operation.toBuilder()
          .setCondition(used.render(condition.condition()))
          .putAllNames(used.names())
          .putAllValues(used.values())
          .build();
    }

    @Override
    Deletion with(TransactWriteOperation message) {
      return new Deletion(message, operation, condition());
    }

    @Override
    Deletion with(Conditional condition) {
      return new Deletion(message(), operation, condition);
    }
  }

  /** Checks an item. Immutable. */
  public static final class Check extends TransactItem<Check> {
    private final dev.dynakv.v1.TransactCheck operation;

    Check(
        TransactWriteOperation message,
        dev.dynakv.v1.TransactCheck operation,
        Conditional condition) {
      super(message.toBuilder().setCheck(rendered(operation, condition)).build(), condition);
      this.operation = operation;
    }

    private static dev.dynakv.v1.TransactCheck rendered(
        dev.dynakv.v1.TransactCheck operation, Conditional condition) {
      Expressions used = condition.expressions().copy();
      return operation.toBuilder()
          .setCondition(used.render(condition.condition()))
          .putAllNames(used.names())
          .putAllValues(used.values())
          .build();
    }

    @Override
    Check with(TransactWriteOperation message) {
      return new Check(message, operation, condition());
    }

    @Override
    Check with(Conditional condition) {
      return new Check(message(), operation, condition);
    }
  }
}
