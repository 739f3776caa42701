package dev.dynakv.client;

/** There was no answer in the time of the call. Code {@code DEADLINE_EXCEEDED}. */
public final class DeadlineExceededException extends DynaKvException {
  private static final long serialVersionUID = 1;

  DeadlineExceededException(Failure failure, Throwable cause) {
    super(failure, cause);
  }
}
