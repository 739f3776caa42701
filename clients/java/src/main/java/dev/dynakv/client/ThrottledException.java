package dev.dynakv.client;

/**
 * DynamoDB or the server has no capacity left for this call. {@link Failure#retryDelay} may say how
 * long to wait. Code {@code RESOURCE_EXHAUSTED}.
 */
public final class ThrottledException extends DynaKvException {
  private static final long serialVersionUID = 1;

  ThrottledException(Failure failure, Throwable cause) {
    super(failure, cause);
  }
}
