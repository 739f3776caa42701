package dev.dynakv.client;

/** The type of a key attribute. */
public enum KeyType {
  /** A string. */
  S,
  /** A number. */
  N,
  /** Binary. */
  B
}
