package dev.dynakv.client;

import java.util.UUID;

/**
 * The write may or may not have happened, and the server could not find out.
 *
 * <p>Read the entry to see, or send the same call again under the same request id, see {@link
 * WriteCall#requestId}: unless somebody else has changed the entry since, a write that has happened
 * is then recognised.
 */
public final class OutcomeUnknownException extends DynaKvException {
  private static final long serialVersionUID = 1;

  private final UUID requestId;

  OutcomeUnknownException(Failure failure, UUID requestId, Throwable cause) {
    super("it is not known whether the write happened: " + failure, failure, cause);
    this.requestId = requestId;
  }

  /**
   * The id under which the write was sent. Creating and deleting tables goes without one; theirs
   * means nothing.
   */
  public UUID requestId() {
    return requestId;
  }
}
