package dev.dynakv.client;

import io.grpc.Status;
import java.util.Optional;

/**
 * Why there is no result. A miss, a lost race or a condition that did not hold is a result, never
 * one of these.
 *
 * <p>Of a write, every one of these but {@link OutcomeUnknownException} means that it certainly did
 * not happen. The subclasses go by what a caller can do about it; faults of the server have none.
 * {@link #reason} says precisely why.
 */
public class DynaKvException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Failure failure;

  DynaKvException(Failure failure, Throwable cause) {
    this(failure.toString(), failure, cause);
  }

  DynaKvException(String message, Failure failure, Throwable cause) {
    super(message, cause);
    this.failure = failure;
  }

  /** The exception of a call that failed and, if it was a write, certainly did not happen. */
  static DynaKvException of(Failure failure, Throwable cause) {
    return switch (failure.code()) {
      case INVALID_ARGUMENT -> new InvalidRequestException(failure, cause);
      case FAILED_PRECONDITION, ALREADY_EXISTS, OUT_OF_RANGE ->
          new FailedPreconditionException(failure, cause);
      case UNAUTHENTICATED, PERMISSION_DENIED -> new AccessDeniedException(failure, cause);
      case RESOURCE_EXHAUSTED -> new ThrottledException(failure, cause);
      case ABORTED -> new TransactionConflictException(failure, cause);
      case UNAVAILABLE -> new UnavailableException(failure, cause);
      case DEADLINE_EXCEEDED -> new DeadlineExceededException(failure, cause);
      default -> new DynaKvException(failure, cause);
    };
  }

  /** What the status says in detail. */
  public Failure failure() {
    return failure;
  }

  /** DynaKV's reason. Empty if something else made the error: a proxy, a timer or this library. */
  public Optional<Reason> reason() {
    return failure.reason();
  }

  /** The gRPC code. */
  public Status.Code code() {
    return failure.code();
  }
}
