package dev.dynakv.client;

/**
 * The server, or DynamoDB behind it, did not answer or cannot be reached. Code {@code UNAVAILABLE}.
 */
public final class UnavailableException extends DynaKvException {
  private static final long serialVersionUID = 1;

  UnavailableException(Failure failure, Throwable cause) {
    super(failure, cause);
  }
}
