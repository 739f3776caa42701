package dev.dynakv.client;

import dev.dynakv.v1.KeyValueServiceGrpc;
import dev.dynakv.v1.TransactGetOperation;
import dev.dynakv.v1.TransactGetRequest;
import dev.dynakv.v1.TransactGetResponse;
import dev.dynakv.v1.TransactGetResult;
import java.util.List;

/**
 * Reads of up to 100 entries or items. The result says of each, in their order, what was there at
 * one and the same moment.
 */
public final class TransactGetCall
    extends UnaryCall<List<Snapshot>, TransactGetCall, TransactGetRequest, TransactGetResponse> {
  private final TransactGetRequest request;

  TransactGetCall(Connection connection, Iterable<TransactRead> reads) {
    super(connection, KeyValueServiceGrpc.getTransactGetMethod());
    TransactGetRequest.Builder builder = TransactGetRequest.newBuilder();
    for (TransactRead read : reads) {
      TransactGetOperation message = read.message();
      builder.addOperations(
          message.getTable().isEmpty()
              ? message.toBuilder().setTable(connection.table).build()
              : message);
    }
    this.request = builder.build();
  }

  @Override
  TransactGetRequest request(String requestId) {
    return request;
  }

  @Override
  List<Snapshot> read(TransactGetRequest sent, TransactGetResponse response) {
    if (response.getResultsCount() != sent.getOperationsCount()) {
      throw Wire.unreadable("another number of results than the call has reads");
    }
    return response.getResultsList().stream().map(TransactGetCall::snapshot).toList();
  }

  private static Snapshot snapshot(TransactGetResult result) {
    return switch (result.getResultCase()) {
      case ENTRY -> new Snapshot.OfEntry(Wire.entry(result.getEntry()));
      case ITEM -> new Snapshot.OfItem(WireValue.item(result.getItem()));
      case ABSENT -> new Snapshot.Absent();
      case RESULT_NOT_SET -> throw Wire.unreadable("a result that is none of the known ones");
    };
  }
}
