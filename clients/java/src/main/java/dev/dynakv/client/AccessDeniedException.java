package dev.dynakv.client;

/**
 * The server does not know the caller, or does not let it do this. Codes {@code UNAUTHENTICATED}
 * and {@code PERMISSION_DENIED}.
 */
public final class AccessDeniedException extends DynaKvException {
  private static final long serialVersionUID = 1;

  AccessDeniedException(Failure failure, Throwable cause) {
    super(failure, cause);
  }
}
