package dev.dynakv.client;

import com.google.protobuf.ByteString;
import java.util.Objects;

/** What must be true of an entry for a conditional write to happen. An expired entry is absent. */
public sealed interface Expected {
  /** There is no such entry. */
  record Absent() implements Expected {}

  /** There is one, whatever it holds. */
  record Present() implements Expected {}

  /**
   * There is one and it still has this version.
   *
   * @param version the version
   */
  record OfVersion(Version version) implements Expected {
    /** Checks that there is one. */
    public OfVersion {
      Objects.requireNonNull(version);
    }
  }

  /**
   * There is one and it holds exactly these bytes.
   *
   * @param value the bytes; of a counter, its decimal text
   */
  record OfValue(ByteString value) implements Expected {
    /** Checks that there are some. */
    public OfValue {
      Objects.requireNonNull(value);
    }
  }

  /** There is no such entry. */
  static Expected absent() {
    return new Absent();
  }

  /** There is one, whatever it holds. */
  static Expected present() {
    return new Present();
  }

  /** There is one and it still has this version. */
  static Expected version(Version version) {
    return new OfVersion(version);
  }

  /** There is one and it holds exactly these bytes. */
  static Expected value(ByteString value) {
    return new OfValue(value);
  }

  /** There is one and it holds exactly these bytes. */
  static Expected value(byte[] value) {
    return new OfValue(ByteString.copyFrom(value));
  }

  /** There is one and it holds exactly this text. */
  static Expected value(String value) {
    return new OfValue(Wire.utf8(value));
  }
}
