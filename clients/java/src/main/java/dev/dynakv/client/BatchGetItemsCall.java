package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.CodedOutputStream;
import dev.dynakv.v1.BatchGetItemsOperation;
import dev.dynakv.v1.BatchGetItemsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads of any number of items, of any tables. */
public final class BatchGetItemsCall extends BatchReadCall<FoundItem, BatchGetItemsCall> {
  private final List<BatchGetItemsOperation> operations = new ArrayList<>();
  private final Expressions expressions = new Expressions();
  private Function<Expressions, String> projection = used -> "";
  private boolean consistent;

  BatchGetItemsCall(Connection connection, Iterable<BatchItemRead> reads) {
    super(connection);
    for (BatchItemRead read : reads) {
      BatchGetItemsOperation message = read.message();
      operations.add(
          message.getTable().isEmpty()
              ? message.toBuilder().setTable(connection.table).build()
              : message);
    }
  }

  /**
   * Reads strongly consistently: sees every write that was acknowledged before, at twice the cost.
   */
  @CanIgnoreReturnValue
  public BatchGetItemsCall consistent() {
    this.consistent = true;
    return this;
  }

  /** Reads only these parts of each item, by a DynamoDB projection expression. */
  @CanIgnoreReturnValue
  public BatchGetItemsCall projection(String expression) {
    this.projection = used -> expression;
    return this;
  }

  /** Reads only these parts of each item. */
  @CanIgnoreReturnValue
  public BatchGetItemsCall projection(Attr... attributes) {
    this.projection = used -> used.render(attributes);
    return this;
  }

  /**
   * Says which attribute an alias in the projection, such as {@code #state}, stands for.
   *
   * @throws IllegalArgumentException if it stands for something else already
   */
  @CanIgnoreReturnValue
  public BatchGetItemsCall name(String alias, String attribute) {
    expressions.name(alias, attribute);
    return this;
  }

  @Override
  int count() {
    return operations.size();
  }

  @Override
  Optional<Failure> failure(FoundItem found) {
    return found instanceof FoundItem.Failed failed
        ? Optional.of(failed.failure())
        : Optional.empty();
  }

  @Override
  List<BatchGetItemsPart> parts() {
    Expressions used = expressions.copy();
    BatchGetItemsRequest empty =
        BatchGetItemsRequest.newBuilder()
            .setConsistentRead(consistent)
            .setProjection(projection.apply(used))
            .putAllNames(used.names())
            .build();
    int field = BatchGetItemsRequest.OPERATIONS_FIELD_NUMBER;
    int[] sizes =
        operations.stream()
            .mapToInt(operation -> CodedOutputStream.computeMessageSize(field, operation))
            .toArray();
    return BatchPart.split(sizes, empty.getSerializedSize()).stream()
        .map(
            part ->
                new BatchGetItemsPart(
                    this,
                    part,
                    empty.toBuilder()
                        .addAllOperations(operations.subList(part.start(), part.end()))
                        .build()))
        .toList();
  }
}
