package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A place in an item, and the conditions on what is there. Immutable.
 *
 * <pre>{@code
 * attr("age").ge(18).and(attr("address.city").eq("Paris").or(attr("tags").contains("vip")))
 * }</pre>
 *
 * <p>Names need no aliases, and values no placeholders: reserved words work, and the client makes
 * both by itself.
 */
@CheckReturnValue
public final class Attr {
  /** A name, plain or quoted, with a dot before it unless it is the first; or a position. */
  private static final Pattern ELEMENT =
      Pattern.compile(
          "\\G(\\.?)(?:\"((?:[^\"\\\\]|\\\\[\"\\\\])+)\"|([^.\\[\\]\"]+))|\\G\\[(\\d+)]");

  private final String path;
  private final List<Element> elements;

  private Attr(String path, List<Element> elements) {
    this.path = path;
    this.elements = elements;
  }

  /**
   * A step of a path.
   *
   * @param name of an attribute; null in a list
   * @param position in a list
   * @param first whether the path begins with it
   */
  record Element(String name, String position, boolean first) {}

  /**
   * The place under a path such as {@code address.lines[0]}. A name that holds a dot, a bracket or
   * a quote is quoted, as in {@code "a.b".c}; within quotes a backslash escapes a quote or a
   * backslash.
   *
   * @throws IllegalArgumentException if the path is none
   */
  public static Attr attr(String path) {
    List<Element> elements = new ArrayList<>();
    Matcher matcher = ELEMENT.matcher(Wire.text(path));
    int end = 0;
    while (end < path.length() && matcher.find()) {
      boolean first = elements.isEmpty();
      boolean isPosition = matcher.group(4) != null;
      boolean dotted = ".".equals(matcher.group(1));
      if (isPosition ? first : dotted == first) {
        throw invalid(path);
      }
      String quoted = matcher.group(2);
      String name = quoted == null ? matcher.group(3) : quoted.replaceAll("\\\\([\"\\\\])", "$1");
      elements.add(new Element(isPosition ? null : name, matcher.group(4), first));
      end = matcher.end();
    }
    if (elements.isEmpty() || end < path.length()) {
      throw invalid(path);
    }
    return new Attr(path, List.copyOf(elements));
  }

  private static IllegalArgumentException invalid(String path) {
    return new IllegalArgumentException(
        "'"
            + path
            + "' is no path: write names with dots between them and [0] for positions in lists");
  }

  List<Element> elements() {
    return elements;
  }

  /** It equals this value. */
  public Condition eq(Object value) {
    return compare("=", value);
  }

  /** It is there and does not equal this value. */
  public Condition ne(Object value) {
    return compare("<>", value);
  }

  /** It is less than this string, number or bytes. */
  public Condition lt(Object value) {
    return compare("<", value);
  }

  /** It is at most this string, number or bytes. */
  public Condition le(Object value) {
    return compare("<=", value);
  }

  /** It is greater than this string, number or bytes. */
  public Condition gt(Object value) {
    return compare(">", value);
  }

  /** It is at least this string, number or bytes. */
  public Condition ge(Object value) {
    return compare(">=", value);
  }

  /** It lies between these two strings, numbers or bytes, both included. */
  public Condition between(Object low, Object high) {
    Value from = Value.of(low);
    Value to = Value.of(high);
    return new Condition(
        Condition.Kind.SIMPLE,
        of -> of.path(this) + " BETWEEN " + of.placeholder(from) + " AND " + of.placeholder(to));
  }

  /** It equals one of these, 1 to 100. */
  public Condition in(Object... values) {
    List<Value> members = Stream.of(values).map(Value::of).toList();
    return new Condition(
        Condition.Kind.SIMPLE, of -> of.path(this) + " IN (" + of.placeholders(members) + ")");
  }

  /** It is a string or bytes that begin with this. */
  public Condition beginsWith(Object prefix) {
    return function("begins_with", Value.of(prefix));
  }

  /** It is a string with this in it, or a set or list that has this as a member. */
  public Condition contains(Object part) {
    return function("contains", Value.of(part));
  }

  /** It is there. */
  public Condition exists() {
    return new Condition(Condition.Kind.SIMPLE, of -> "attribute_exists(" + of.path(this) + ")");
  }

  /** It is not there. */
  public Condition notExists() {
    return new Condition(
        Condition.Kind.SIMPLE, of -> "attribute_not_exists(" + of.path(this) + ")");
  }

  /** It is of this type, under DynamoDB's name: S, N, B, BOOL, NULL, M, L, SS, NS or BS. */
  public Condition isType(String type) {
    return function("attribute_type", new Value.S(type));
  }

  /** How large it is: characters of a string, bytes, or members of a set, list or map. */
  public Size size() {
    return new Size(this);
  }

  private Condition function(String name, Value argument) {
    return new Condition(
        Condition.Kind.SIMPLE,
        of -> name + "(" + of.path(this) + ", " + of.placeholder(argument) + ")");
  }

  private Condition compare(String operator, Object value) {
    Value right = Value.of(value);
    return new Condition(
        Condition.Kind.SIMPLE, of -> of.path(this) + " " + operator + " " + of.placeholder(right));
  }

  /**
   * The size of what is at a place.
   *
   * @param attribute the place
   */
  public record Size(Attr attribute) {
    /** Checks that there is one. */
    public Size {
      Objects.requireNonNull(attribute);
    }

    /** The size equals this. */
    public Condition eq(long size) {
      return compare("=", size);
    }

    /** The size does not equal this. */
    public Condition ne(long size) {
      return compare("<>", size);
    }

    /** The size is less than this. */
    public Condition lt(long size) {
      return compare("<", size);
    }

    /** The size is at most this. */
    public Condition le(long size) {
      return compare("<=", size);
    }

    /** The size is greater than this. */
    public Condition gt(long size) {
      return compare(">", size);
    }

    /** The size is at least this. */
    public Condition ge(long size) {
      return compare(">=", size);
    }

    private Condition compare(String operator, long size) {
      Value right = Value.of(size);
      return new Condition(
          Condition.Kind.SIMPLE,
          of -> "size(" + of.path(attribute) + ") " + operator + " " + of.placeholder(right));
    }
  }

  @Override
  public String toString() {
    return path;
  }
}
