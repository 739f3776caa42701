package dev.dynakv.client;

/**
 * The request does not fit what is there: no counter, no such table, an update of the wrong type,
 * an operation that is switched off.
 *
 * <p>Codes {@code FAILED_PRECONDITION}, {@code ALREADY_EXISTS} and {@code OUT_OF_RANGE}; {@link
 * #reason} says which it is.
 */
public final class FailedPreconditionException extends DynaKvException {
  private static final long serialVersionUID = 1;

  FailedPreconditionException(Failure failure, Throwable cause) {
    super(failure, cause);
  }
}
