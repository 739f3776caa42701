package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.CodedOutputStream;
import dev.dynakv.v1.BatchGetRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Reads of any number of entries. */
public final class BatchGetCall extends BatchReadCall<Found, BatchGetCall> {
  private final List<String> keys;
  private String table;
  private boolean consistent;

  BatchGetCall(Connection connection, Iterable<String> keys) {
    super(connection);
    List<String> copy = new ArrayList<>();
    keys.forEach(key -> copy.add(Wire.text(key)));
    this.keys = copy;
    this.table = connection.table;
  }

  /** The table: one of the server's configuration. */
  @CanIgnoreReturnValue
  public BatchGetCall table(String table) {
    this.table = Objects.requireNonNull(table);
    return this;
  }

  /**
   * Reads strongly consistently: sees every write that was acknowledged before, at twice the cost.
   */
  @CanIgnoreReturnValue
  public BatchGetCall consistent() {
    this.consistent = true;
    return this;
  }

  @Override
  int count() {
    return keys.size();
  }

  @Override
  Optional<Failure> failure(Found found) {
    return found instanceof Found.Failed failed ? Optional.of(failed.failure()) : Optional.empty();
  }

  @Override
  List<BatchGetPart> parts() {
    BatchGetRequest empty =
        BatchGetRequest.newBuilder().setTable(table).setConsistentRead(consistent).build();
    int[] sizes =
        keys.stream()
            .mapToInt(
                key -> CodedOutputStream.computeStringSize(BatchGetRequest.KEYS_FIELD_NUMBER, key))
            .toArray();
    return BatchPart.split(sizes, empty.getSerializedSize()).stream()
        .map(
            part ->
                new BatchGetPart(
                    this,
                    part,
                    empty.toBuilder().addAllKeys(keys.subList(part.start(), part.end())).build()))
        .toList();
  }
}
