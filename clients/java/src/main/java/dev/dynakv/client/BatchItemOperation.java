package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dynakv.client.TransactItem.Conditional;
import dev.dynakv.v1.BatchWriteItemsOperation;
import java.time.Duration;
import java.util.Map;

/**
 * One operation of a {@link DynaKvClient#batchWriteItems batchWriteItems}. Immutable.
 *
 * @param <T> the kind of operation
 */
@CheckReturnValue
public abstract sealed class BatchItemOperation<T extends BatchItemOperation<T>> {
  /** Without the condition. */
  private final BatchWriteItemsOperation plain;

  private final BatchWriteItemsOperation message;
  private final Conditional condition;

  BatchItemOperation(
      BatchWriteItemsOperation plain, BatchWriteItemsOperation message, Conditional condition) {
    this.plain = plain;
    this.message = message;
    this.condition = condition;
  }

  /**
   * Writes an item in place of what was there: all its attributes, the primary key among them, but
   * not the version.
   */
  public static Put putItem(Map<String, ?> item) {
    BatchWriteItemsOperation.Builder operation = BatchWriteItemsOperation.newBuilder();
    operation.getPutItemBuilder().putAllItem(WireValue.messages(Conversion.attributes(item)));
    return new Put(operation.build(), TransactItem.NO_CONDITION);
  }

  /** Deletes an item. */
  public static Deletion deleteItem(ItemKey key) {
    BatchWriteItemsOperation.Builder operation = BatchWriteItemsOperation.newBuilder();
    operation.getDeleteItemBuilder().setKey(WireValue.key(key));
    return new Deletion(operation.build(), TransactItem.NO_CONDITION);
  }

  /** The table: one of the server's configuration. By default that of the client. */
  public T table(String table) {
    return with(plain.toBuilder().setTable(table).build(), condition);
  }

  /** If the condition does not hold, answers with the item as it is. */
  public T returnCurrent() {
    return with(plain.toBuilder().setReturnCurrent(true).build(), condition);
  }

  /** Happens only if this holds of the item that is there. Costs a call of its own. */
  public T condition(Condition condition) {
    return with(plain, this.condition.condition(condition));
  }

  /** The same, as a DynamoDB condition expression such as {@code attribute_not_exists(pk)}. */
  public T condition(String expression) {
    return condition(Condition.expression(expression));
  }

  /**
   * Says which attribute an alias in the condition, such as {@code #state}, stands for.
   *
   * @throws IllegalArgumentException if it stands for something else already
   */
  public T name(String alias, String attribute) {
    Expressions expressions = condition.expressions().copy();
    expressions.name(alias, attribute);
    return with(plain, new Conditional(condition.condition(), expressions));
  }

  /**
   * Says which value a placeholder in the condition, such as {@code :total}, stands for.
   *
   * @throws IllegalArgumentException if it stands for something else already
   */
  public T value(String placeholder, Object value) {
    Expressions expressions = condition.expressions().copy();
    expressions.value(placeholder, value);
    return with(plain, new Conditional(condition.condition(), expressions));
  }

  abstract T with(BatchWriteItemsOperation plain, Conditional condition);

  final BatchWriteItemsOperation plain() {
    return plain;
  }

  final Conditional condition() {
    return condition;
  }

  final BatchWriteItemsOperation message() {
    return message;
  }

  /** Writes an item. Immutable. */
  public static final class Put extends BatchItemOperation<Put> {
    Put(BatchWriteItemsOperation plain, Conditional condition) {
      super(plain, rendered(plain, condition), condition);
    }

    private static BatchWriteItemsOperation rendered(
        BatchWriteItemsOperation plain, Conditional condition) {
      Expressions used = condition.expressions().copy();
      BatchWriteItemsOperation.Builder message = plain.toBuilder();
      message
          .getPutItemBuilder()
          .setCondition(used.render(condition.condition()))
          .putAllNames(used.names())
          .putAllValues(used.values());
      return message.build();
    }

    /**
     * The item expires this long from now: 1 millisecond to 100 years. Without it, no TTL, unless
     * its own attributes say so.
     */
    public Put ttl(Duration ttl) {
      BatchWriteItemsOperation.Builder operation = plain().toBuilder();
      operation.getPutItemBuilder().setTtl(Wire.duration(ttl));
      return with(operation.build(), condition());
    }

    @Override
    Put with(BatchWriteItemsOperation plain, Conditional condition) {
      return new Put(plain, condition);
    }
  }

  /** Deletes an item. Immutable. */
  public static final class Deletion extends BatchItemOperation<Deletion> {
    Deletion(BatchWriteItemsOperation plain, Conditional condition) {
      super(plain, rendered(plain, condition), condition);
    }

    private static BatchWriteItemsOperation rendered(
        BatchWriteItemsOperation plain, Conditional condition) {
      Expressions used = condition.expressions().copy();
      BatchWriteItemsOperation.Builder message = plain.toBuilder();
      message
          .getDeleteItemBuilder()
          .setCondition(used.render(condition.condition()))
          .putAllNames(used.names())
          .putAllValues(used.values());
      return message.build();
    }

    /** Says whether there was such an item. Costs a call of its own. */
    public Deletion reportExisted() {
      BatchWriteItemsOperation.Builder operation = plain().toBuilder();
      operation.getDeleteItemBuilder().setReportExisted(true);
      return with(operation.build(), condition());
    }

    @Override
    Deletion with(BatchWriteItemsOperation plain, Conditional condition) {
      return new Deletion(plain, condition);
    }
  }
}
