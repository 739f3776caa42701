package dev.dynakv.client;

import com.google.protobuf.ByteString;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The value of an attribute: one of DynamoDB's ten types, under DynamoDB's own names. Immutable.
 *
 * <p>{@link #of} makes one of whatever Java has; {@link #toObject} goes back.
 */
public sealed interface Value {
  /**
   * A string.
   *
   * @param text the string; may be empty
   */
  record S(String text) implements Value {
    /** Checks that there is one. */
    public S {
      Objects.requireNonNull(text);
    }
  }

  /**
   * A number: up to 38 significant digits, magnitude from 1E-130 to 9.99E+125, or 0. Equal to each
   * that has the same value, however it is written: {@code 1.50} is {@code 1.5}.
   *
   * @param number the number
   */
  record N(BigDecimal number) implements Value {
    /** Checks that there is one. */
    public N {
      Objects.requireNonNull(number);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof N n && number.compareTo(n.number) == 0;
    }

    @Override
    public int hashCode() {
      return number.stripTrailingZeros().hashCode();
    }
  }

  /**
   * Bytes.
   *
   * @param bytes the bytes; may be none
   */
  record B(ByteString bytes) implements Value {
    /** Checks that there are some. */
    public B {
      Objects.requireNonNull(bytes);
    }
  }

  /**
   * A truth value.
   *
   * @param truth the truth
   */
  record Bool(boolean truth) implements Value {}

  /** Null. */
  record Null() implements Value {}

  /**
   * Attributes by name.
   *
   * @param attributes the attributes; may be none
   */
  record M(Map<String, Value> attributes) implements Value {
    /** Copies them. */
    public M {
      attributes = Map.copyOf(attributes);
    }
  }

  /**
   * Values in order.
   *
   * @param values the values; may be none
   */
  record L(List<Value> values) implements Value {
    /** Copies them. */
    public L {
      values = List.copyOf(values);
    }
  }

  /**
   * Distinct strings.
   *
   * @param members the strings; not to be stored without any
   */
  record Ss(Set<String> members) implements Value {
    /** Copies them. */
    public Ss {
      members = Set.copyOf(members);
    }
  }

  /**
   * Distinct numbers; two that have the same value are one, however they are written.
   *
   * @param members the numbers; not to be stored without any
   */
  record Ns(SortedSet<BigDecimal> members) implements Value {
    /** Copies them. */
    public Ns {
      members = Collections.unmodifiableSortedSet(new TreeSet<>(members));
    }

    @Override
    public int hashCode() {
      return members.stream().mapToInt(number -> number.stripTrailingZeros().hashCode()).sum();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Ns ns && members.equals(ns.members);
    }
  }

  /**
   * Distinct byte strings.
   *
   * @param members the byte strings; not to be stored without any
   */
  record Bs(Set<ByteString> members) implements Value {
    /** Copies them. */
    public Bs {
      members = Collections.unmodifiableSet(new LinkedHashSet<>(members));
    }
  }

  /**
   * The value that stands for an object: a string, a number of any kind, {@code byte[]} or {@link
   * ByteString}, a truth value, {@code null}, a map with string keys, a set of strings, of numbers
   * or of bytes, another collection as a list, an {@link java.util.Optional}, or a {@code Value} as
   * it is.
   *
   * @throws IllegalArgumentException if there is none: for infinity, an empty set, whose type
   *     nobody knows, a mixed one, or an object of another class
   */
  static Value of(Object object) {
    return Conversion.toValue(object);
  }

  /** A set of strings. */
  static Value stringSet(Set<String> members) {
    return new Ss(members);
  }

  /** A set of numbers. */
  static Value numberSet(Set<BigDecimal> members) {
    return new Ns(new TreeSet<>(members));
  }

  /** A set of byte strings. */
  static Value binarySet(Set<ByteString> members) {
    return new Bs(members);
  }

  /**
   * The value as Java has it: {@link String}, {@link BigDecimal}, {@link ByteString}, {@link
   * Boolean}, {@code null}, {@link Map}, {@link List} or {@link Set}.
   */
  default Object toObject() {
    return Conversion.toObject(this);
  }

  /**
   * The text of a string.
   *
   * @throws IllegalStateException if this is none
   */
  default String asString() {
    return Conversion.as(S.class, this).text();
  }

  /**
   * A number.
   *
   * @throws IllegalStateException if this is none
   */
  default BigDecimal asNumber() {
    return Conversion.as(N.class, this).number();
  }

  /**
   * A whole number of 64 bits.
   *
   * @throws IllegalStateException if this is no number
   * @throws ArithmeticException if it is not whole or does not fit
   */
  default long asLong() {
    return asNumber().longValueExact();
  }

  /**
   * Bytes.
   *
   * @throws IllegalStateException if these are none
   */
  default ByteString asBytes() {
    return Conversion.as(B.class, this).bytes();
  }

  /**
   * A truth value.
   *
   * @throws IllegalStateException if this is none
   */
  default boolean asBoolean() {
    return Conversion.as(Bool.class, this).truth();
  }

  /**
   * Attributes by name.
   *
   * @throws IllegalStateException if this is no map
   */
  default Map<String, Value> asMap() {
    return Conversion.as(M.class, this).attributes();
  }

  /**
   * Values in order.
   *
   * @throws IllegalStateException if this is no list
   */
  default List<Value> asList() {
    return Conversion.as(L.class, this).values();
  }

  /**
   * The members of a set of strings.
   *
   * @throws IllegalStateException if this is none
   */
  default Set<String> asStringSet() {
    return Conversion.as(Ss.class, this).members();
  }

  /**
   * The members of a set of numbers.
   *
   * @throws IllegalStateException if this is none
   */
  default Set<BigDecimal> asNumberSet() {
    return Conversion.as(Ns.class, this).members();
  }

  /**
   * The members of a set of byte strings.
   *
   * @throws IllegalStateException if this is none
   */
  default Set<ByteString> asBinarySet() {
    return Conversion.as(Bs.class, this).members();
  }

  /** Whether this is null. */
  default boolean isNull() {
    return this instanceof Null;
  }
}
