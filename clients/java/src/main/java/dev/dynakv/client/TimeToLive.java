package dev.dynakv.client;

import java.util.Optional;

/**
 * How far DynamoDB is with deleting expired items by itself, and by which attribute.
 *
 * @param state how far it is
 * @param attribute by which attribute; empty where there is none
 */
public record TimeToLive(State state, Optional<String> attribute) {
  /** How far it is. */
  public enum State {
    /** It cannot be told: DynamoDB did not answer, or the server's role may not ask. */
    UNKNOWN,
    /** It does not. */
    DISABLED,
    /** It will; that may take an hour. */
    ENABLING,
    /** It does so. */
    ENABLED,
    /** It will not any more. */
    DISABLING
  }

  /** The attribute by which it deletes, or soon will. */
  public Optional<String> enabledOn() {
    return state == State.ENABLED || state == State.ENABLING ? attribute : Optional.empty();
  }
}
