package dev.dynakv.client;

/**
 * The request is at fault: a field, an expression, a page token or a table that the server does not
 * know.
 *
 * <p>{@link Failure#fields} says which field. The same request will fail again. Code {@code
 * INVALID_ARGUMENT}.
 */
public final class InvalidRequestException extends DynaKvException {
  private static final long serialVersionUID = 1;

  InvalidRequestException(Failure failure, Throwable cause) {
    super(failure, cause);
  }
}
