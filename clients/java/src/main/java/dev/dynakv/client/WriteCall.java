package dev.dynakv.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.grpc.MethodDescriptor;
import java.util.UUID;

/**
 * A call that writes.
 *
 * @param <O> what it results in
 * @param <C> the kind of call
 * @param <Q> the generated request
 * @param <R> the generated response
 */
public abstract class WriteCall<O, C extends WriteCall<O, C, Q, R>, Q, R>
    extends TableCall<O, C, Q, R> {
  WriteCall(Connection connection, MethodDescriptor<Q, R> method) {
    super(connection, method);
  }

  /**
   * The id of this write. By default each call that is sent has an id of its own; give the id of an
   * earlier one to find out, after an {@link OutcomeUnknownException}, whether that one has
   * happened.
   */
  @CanIgnoreReturnValue
  public C requestId(UUID id) {
    useRequestId(id);
    return self();
  }
}
