package dev.dynakv.client;

/** What became of a persist. */
public sealed interface PersistOutcome {
  /**
   * The entry had a TTL and no longer expires.
   *
   * @param version the version of the entry as written
   */
  record TtlRemoved(Version version) implements PersistOutcome {}

  /** The entry had none; nothing changed. */
  record NoTtl() implements PersistOutcome {}

  /** There is no such entry; nothing changed. */
  record NotFound() implements PersistOutcome {}
}
