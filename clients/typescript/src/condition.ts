import type { Expressions, Rendered } from "./expression.js";
import type { ValueInput } from "./value.js";

/** DynamoDB's names of the types of attributes. */
export type AttributeType = "S" | "N" | "B" | "BOOL" | "NULL" | "M" | "L" | "SS" | "NS" | "BS";

/**
 * Something that is true of an item or not. {@link attr} begins one.
 *
 * It stands wherever a condition, a filter or a key condition may be written as text.
 */
export class Condition implements Rendered {
  readonly #render: (into: Expressions) => string;
  readonly #isOr: boolean;

  /** @internal */
  constructor(render: (into: Expressions) => string, isOr = false) {
    this.#render = render;
    this.#isOr = isOr;
  }

  /** True if this and all of these are. */
  and(...others: readonly Condition[]): Condition {
    const all = [this, ...others];
    return new Condition(
      (into) => all.map((each) => each.#within(into)).join(" AND "),
      this.#isOr && others.length === 0,
    );
  }

  /** True if this or one of these is. */
  or(...others: readonly Condition[]): Condition {
    const all = [this, ...others];
    return new Condition((into) => all.map((each) => each.render(into)).join(" OR "), this.#isOr || others.length > 0);
  }

  /** True if this is not. */
  not(): Condition {
    return new Condition((into) => `NOT (${this.render(into)})`);
  }

  /** @internal */
  render(into: Expressions): string {
    return this.#render(into);
  }

  #within(into: Expressions): string {
    return this.#isOr ? `(${this.render(into)})` : this.render(into);
  }
}

/** What can be compared: an attribute, or its size. */
export class Operand implements Rendered {
  readonly #render: (into: Expressions) => string;

  /** @internal */
  constructor(render: (into: Expressions) => string) {
    this.#render = render;
  }

  /** Equal to this. */
  eq(other: ValueInput | Operand): Condition {
    return this.#compared("=", other);
  }

  /** Not equal to this, or of another type, or not there. */
  ne(other: ValueInput | Operand): Condition {
    return this.#compared("<>", other);
  }

  /** Less than this. */
  lt(other: ValueInput | Operand): Condition {
    return this.#compared("<", other);
  }

  /** Less than or equal to this. */
  le(other: ValueInput | Operand): Condition {
    return this.#compared("<=", other);
  }

  /** Greater than this. */
  gt(other: ValueInput | Operand): Condition {
    return this.#compared(">", other);
  }

  /** Greater than or equal to this. */
  ge(other: ValueInput | Operand): Condition {
    return this.#compared(">=", other);
  }

  /** Between these, both included. */
  between(low: ValueInput | Operand, high: ValueInput | Operand): Condition {
    return new Condition((into) => `${this.render(into)} BETWEEN ${operand(low, into)} AND ${operand(high, into)}`);
  }

  /** One of these, up to 100. */
  in(others: readonly (ValueInput | Operand)[]): Condition {
    return new Condition(
      (into) => `${this.render(into)} IN (${others.map((other) => operand(other, into)).join(", ")})`,
    );
  }

  /** @internal */
  render(into: Expressions): string {
    return this.#render(into);
  }

  #compared(operator: string, other: ValueInput | Operand): Condition {
    return new Condition((into) => `${this.render(into)} ${operator} ${operand(other, into)}`);
  }
}

/** An attribute of the item that a condition is about. */
export class Attribute extends Operand {
  /** It is there. */
  exists(): Condition {
    return new Condition((into) => `attribute_exists(${this.render(into)})`);
  }

  /** It is not there. */
  notExists(): Condition {
    return new Condition((into) => `attribute_not_exists(${this.render(into)})`);
  }

  /** It is of this type. */
  isType(type: AttributeType): Condition {
    return new Condition((into) => `attribute_type(${this.render(into)}, ${into.value(type)})`);
  }

  /** It is a string or bytes that begin with this. */
  beginsWith(prefix: string | Uint8Array | Operand): Condition {
    return new Condition((into) => `begins_with(${this.render(into)}, ${operand(prefix, into)})`);
  }

  /** It is a string with this part, or a set or list with this member. */
  contains(part: ValueInput | Operand): Condition {
    return new Condition((into) => `contains(${this.render(into)}, ${operand(part, into)})`);
  }

  /** Its size: the length of a string or of bytes, the number of members of a set, list or map. */
  size(): Operand {
    return new Operand((into) => `size(${this.render(into)})`);
  }
}

/**
 * An attribute, by its path: `age`, `address.lines[0]`, and `"a.b".c` for names with dots. Reserved words just work.
 *
 * @example attr("age").ge(18).and(attr("address.city").eq("Paris"))
 */
export function attr(path: string): Attribute {
  return new Attribute((into) => into.path(path));
}

function operand(value: ValueInput | Operand, into: Expressions): string {
  return value instanceof Operand ? value.render(into) : into.value(value);
}
