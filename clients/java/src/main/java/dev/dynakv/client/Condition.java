package dev.dynakv.client;

import com.google.errorprone.annotations.CheckReturnValue;
import java.util.Objects;
import java.util.function.Function;

/**
 * What must hold of an item: a condition, a filter or a key condition, made of {@link Attr}s.
 * Immutable, and good for any number of calls.
 */
@CheckReturnValue
public final class Condition {
  /** How tightly its parts hold together, loosest first. */
  enum Kind {
    OR,
    AND,
    NOT,
    SIMPLE
  }

  private final Kind kind;
  private final Function<Expressions, String> rendering;

  Condition(Kind kind, Function<Expressions, String> rendering) {
    this.kind = kind;
    this.rendering = rendering;
  }

  /**
   * As a DynamoDB expression, such as {@code attribute_exists(#state)}. Its aliases and
   * placeholders are those of the call.
   */
  public static Condition expression(String expression) {
    Objects.requireNonNull(expression);
    // In another condition it stands in parentheses, since nobody knows how tightly it holds
    // together.
    return new Condition(Kind.OR, of -> expression);
  }

  /** Both hold. */
  public Condition and(Condition other) {
    return new Condition(
        Kind.AND, of -> within(Kind.AND, of) + " AND " + other.within(Kind.AND, of));
  }

  /** One of the two holds, or both. */
  public Condition or(Condition other) {
    return new Condition(Kind.OR, of -> within(Kind.OR, of) + " OR " + other.within(Kind.OR, of));
  }

  /** It does not hold. */
  public Condition not() {
    return new Condition(Kind.NOT, of -> "NOT " + within(Kind.SIMPLE, of));
  }

  String render(Expressions expressions) {
    return rendering.apply(expressions);
  }

  /** As a part of another, in parentheses if it needs them there. */
  private String within(Kind outer, Expressions expressions) {
    String rendered = render(expressions);
    return kind.compareTo(outer) < 0 ? "(" + rendered + ")" : rendered;
  }
}
