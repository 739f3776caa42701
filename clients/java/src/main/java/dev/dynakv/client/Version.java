package dev.dynakv.client;

import java.util.Objects;

/**
 * Names one state of an entry: every write that changes the entry changes it. Opaque; compare it
 * for equality only.
 *
 * @param text the version as it is on the wire
 */
public record Version(String text) {
  /** A version that was kept as text. */
  public Version {
    Objects.requireNonNull(text);
  }

  @Override
  public String toString() {
    return text;
  }
}
