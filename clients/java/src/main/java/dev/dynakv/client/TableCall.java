package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.grpc.MethodDescriptor;
import java.util.Objects;

/**
 * A call about one table.
 *
 * @param <O> what it results in
 * @param <C> the kind of call
 * @param <Q> the generated request
 * @param <R> the generated response
 */
public abstract class TableCall<O, C extends TableCall<O, C, Q, R>, Q, R>
    extends UnaryCall<O, C, Q, R> {
  private String table;

  TableCall(Connection connection, MethodDescriptor<Q, R> method) {
    super(connection, method);
    this.table = connection.table;
  }

  /** The table: one of the server's configuration. */
  @CanIgnoreReturnValue
  public C table(String table) {
    this.table = Objects.requireNonNull(table);
    return self();
  }

  final String table() {
    return table;
  }
}
