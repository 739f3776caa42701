package dev.dynakv.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What is read from, and written to, more than one kind of message. */
final class Wire {
  private Wire() {}

  /**
   * The same, if it can be written at all. For half of a surrogate pair, protobuf would write a
   * question mark, and say nothing.
   *
   * @throws IllegalArgumentException if it cannot
   */
  static String text(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          throw new IllegalArgumentException(
              "a string has no UTF-8: there is half of a surrogate pair at " + i);
        }
        i++;
      }
    }
    return text;
  }

  /**
   * The bytes of a text.
   *
   * @throws IllegalArgumentException if it has none, see {@link #text}
   */
  static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text(text));
  }

  static com.google.protobuf.Duration duration(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /** What a getter gives, if its field is there. */
  static Optional<Instant> instant(boolean present, Timestamp time) {
    return present ? Optional.of(instant(time)) : Optional.empty();
  }

  static Version version(boolean present, String version) {
    if (!present) {
      throw unreadable("no version");
    }
    return new Version(version);
  }

  static Optional<Entry> entry(boolean present, dev.dynakv.v1.Entry entry) {
    return present ? Optional.of(entry(entry)) : Optional.empty();
  }

  static Entry entry(dev.dynakv.v1.Entry entry) {
    Optional<ByteString> value =
        entry.hasValue() ? Optional.of(entry.getValue()) : Optional.empty();
    Optional<Version> version =
        entry.hasVersion() ? Optional.of(new Version(entry.getVersion())) : Optional.empty();
    return new Entry(
        entry.getKey(), value, version, instant(entry.hasExpireTime(), entry.getExpireTime()));
  }

  static dev.dynakv.v1.Expected expected(Expected expected) {
    dev.dynakv.v1.Expected.Builder message = dev.dynakv.v1.Expected.newBuilder();
    if (expected instanceof Expected.OfVersion of) {
      message.setVersion(of.version().text());
    } else if (expected instanceof Expected.OfValue of) {
      message.setValue(of.value());
    } else if (expected instanceof Expected.Present) {
      message.setPresent(dev.dynakv.v1.Expected.Present.getDefaultInstance());
    } else {
      message.setAbsent(dev.dynakv.v1.Expected.Absent.getDefaultInstance());
    }
    return message.build();
  }

  /** The server answered OK, but with something that it never should. */
  static StatusRuntimeException unreadable(String found) {
    return Status.INTERNAL
        .withDescription("the server's answer cannot be understood: it has " + found)
        .asRuntimeException();
  }
}
