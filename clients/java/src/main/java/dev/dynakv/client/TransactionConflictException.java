package dev.dynakv.client;

/**
 * Another transaction or a replicated write stayed in the way. The call is worth another attempt.
 * Code {@code ABORTED}.
 */
public final class TransactionConflictException extends DynaKvException {
  private static final long serialVersionUID = 1;

  TransactionConflictException(Failure failure, Throwable cause) {
    super(failure, cause);
  }
}
