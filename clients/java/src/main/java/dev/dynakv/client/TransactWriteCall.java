package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dynakv.v1.KeyValueServiceGrpc;
import dev.dynakv.v1.TransactWriteOperation;
import dev.dynakv.v1.TransactWriteRequest;
import dev.dynakv.v1.TransactWriteResponse;
import dev.dynakv.v1.TransactWriteResult;
import java.util.Optional;
import java.util.UUID;

/** Up to 100 operations on distinct items, all or none. */
public final class TransactWriteCall
    extends UnaryCall<Transaction, TransactWriteCall, TransactWriteRequest, TransactWriteResponse> {
  private final TransactWriteRequest request;

  TransactWriteCall(Connection connection, Iterable<? extends TransactOperation<?>> operations) {
    super(connection, KeyValueServiceGrpc.getTransactWriteMethod());
    TransactWriteRequest.Builder builder = TransactWriteRequest.newBuilder();
    for (TransactOperation<?> operation : operations) {
      TransactWriteOperation message = operation.message();
      builder.addOperations(
          message.getTable().isEmpty()
              ? message.toBuilder().setTable(connection.table).build()
              : message);
    }
    this.request = builder.build();
  }

  /** The id of this transaction, see {@link WriteCall#requestId}. */
  @CanIgnoreReturnValue
  public TransactWriteCall requestId(UUID id) {
    useRequestId(id);
    return this;
  }

  @Override
  TransactWriteRequest request(String requestId) {
    return request.toBuilder().setRequestId(requestId).build();
  }

  /**
   * Deletes and checks leave no version behind by which a repeat could be recognised: a transaction
   * of nothing else is sent once.
   */
  @Override
  boolean repeatable(TransactWriteRequest request) {
    return request.getOperationsList().stream()
        .anyMatch(
            operation -> operation.hasSet() || operation.hasPutItem() || operation.hasUpdateItem());
  }

  @Override
  Transaction read(TransactWriteRequest sent, TransactWriteResponse response) {
    if (response.getResultsCount() != sent.getOperationsCount()) {
      throw Wire.unreadable("another number of results than the call has operations");
    }
    return switch (response.getOutcome()) {
      case OUTCOME_COMMITTED ->
          new Transaction.Committed(
              response.getResultsList().stream().map(TransactWriteCall::committed).toList());
      case OUTCOME_CANCELLED ->
          new Transaction.Cancelled(
              response.getResultsList().stream().map(TransactWriteCall::cancellation).toList());
      case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known outcome");
    };
  }

  private static CommittedOperation committed(TransactWriteResult result) {
    Optional<Version> version =
        result.hasVersion() ? Optional.of(new Version(result.getVersion())) : Optional.empty();
    return new CommittedOperation(
        version, Wire.instant(result.hasExpireTime(), result.getExpireTime()));
  }

  private static Cancellation cancellation(TransactWriteResult result) {
    CancelReason reason =
        switch (result.getReason()) {
          case REASON_NONE -> CancelReason.NONE;
          case REASON_CONDITION_FAILED -> CancelReason.CONDITION_FAILED;
          case REASON_CONFLICT -> CancelReason.CONFLICT;
          case REASON_THROTTLED -> CancelReason.THROTTLED;
          case REASON_ITEM_COLLECTION_FULL -> CancelReason.ITEM_COLLECTION_FULL;
          case REASON_NOT_APPLICABLE -> CancelReason.NOT_APPLICABLE;
          case REASON_UNSPECIFIED, UNRECOGNIZED -> throw Wire.unreadable("no known reason");
        };
    return new Cancellation(
        reason,
        Wire.entry(result.hasCurrent(), result.getCurrent()),
        WireValue.item(result.hasCurrentItem(), result.getCurrentItem()));
  }
}
