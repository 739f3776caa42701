package dev.dynakv.client;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What became of one operation of a batch of writes. */
public sealed interface BatchOutcome {
  /**
   * The entry or item is written.
   *
   * @param version its version as written
   * @param expireTime when it expires, if the operation gave a TTL
   */
  record Written(Version version, Optional<Instant> expireTime) implements BatchOutcome {}

  /**
   * The entry or item is deleted.
   *
   * @param existed with {@code reportExisted}: whether there was one
   */
  record Deleted(Optional<Boolean> existed) implements BatchOutcome {}

  /**
   * The entry or item was not as expected and is unchanged.
   *
   * @param current with {@code returnCurrent}, in a batch of entries: the entry as it is, if there
   *     is one
   * @param currentItem with {@code returnCurrent}, in a batch of items: the item as it is, if there
   *     is one
   * @param currentOmitted {@code current} was asked for and left out, because the response would
   *     have become too large
   */
  record ConditionFailed(
      Optional<Entry> current, Optional<Map<String, Value>> currentItem, boolean currentOmitted)
      implements BatchOutcome {}

  /** A later operation of the batch names the same key; this one was not carried out. */
  record Superseded() implements BatchOutcome {}

  /**
   * It certainly did not happen.
   *
   * @param failure why
   */
  record Failed(Failure failure) implements BatchOutcome {}

  /**
   * It may or may not have happened.
   *
   * @param failure why that is not known
   */
  record OutcomeUnknown(Failure failure) implements BatchOutcome {}

  /** Whether the operation was carried out. */
  default boolean isApplied() {
    return this instanceof Written || this instanceof Deleted;
  }
}
