package dev.dynakv.client;

/** What an update answers with. */
public enum ReturnValues {
  /** Nothing. */
  NONE,
  /** All attributes as they were before. */
  ALL_OLD,
  /** The changed attributes as they were before. */
  UPDATED_OLD,
  /** All attributes as they are now. */
  ALL_NEW,
  /** The changed attributes as they are now, the version among them. */
  UPDATED_NEW
}
