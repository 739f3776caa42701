import type { Value as Wire } from "./gen/dynakv/v1/types.js";
import { parsePath } from "./path.js";
import { toWire, type ValueInput } from "./value.js";

/** What expressions of a call that are written as text refer to. */
export interface ExpressionOptions {
  /** Which attribute an alias in the expressions, such as `#state`, stands for. */
  readonly names?: Readonly<Record<string, string>> | undefined;
  /** Which value a placeholder in the expressions, such as `:total`, stands for. */
  readonly values?: Readonly<Record<string, ValueInput>> | undefined;
}

/** A part of an expression that finds names and placeholders by itself. */
export interface Rendered {
  /** @internal */
  render(into: Expressions): string;
}

/** The expressions of one request: the caller's names and values, and those that rendering adds. */
export class Expressions {
  readonly names: Map<string, string>;
  readonly values: Map<string, Wire>;

  constructor({ names = {}, values = {} }: ExpressionOptions = {}) {
    this.names = new Map(Object.entries(names));
    this.values = new Map(Object.entries(values).map(([placeholder, value]) => [placeholder, toWire(value)]));
  }

  /** Text as it is, and anything else as it renders itself. None is the empty text. */
  render(expression: string | Rendered | undefined): string {
    return typeof expression === "object" ? expression.render(this) : (expression ?? "");
  }

  /** A projection expression, or one that names these paths. */
  projection(projection: string | readonly string[] | undefined): string {
    return typeof projection === "object" ? projection.map((path) => this.path(path)).join(", ") : (projection ?? "");
  }

  /** A path with an alias for each name in it, so that reserved words just work. */
  path(path: string): string {
    const steps = parsePath(path).map((step) => (typeof step === "number" ? `[${step}]` : `.${this.#alias(step)}`));
    return steps.join("").slice(1);
  }

  /** A placeholder for a value. */
  value(value: ValueInput): string {
    const placeholder = free(":v", this.values);
    this.values.set(placeholder, toWire(value));
    return placeholder;
  }

  #alias(attribute: string): string {
    const known = [...this.names].find(([, name]) => name === attribute);
    if (known !== undefined) {
      return known[0];
    }
    const alias = free("#n", this.names);
    this.names.set(alias, attribute);
    return alias;
  }
}

/** A key that is not taken. */
function free(prefix: string, taken: ReadonlyMap<string, unknown>): string {
  let number = taken.size;
  while (taken.has(`${prefix}${number}`)) {
    number += 1;
  }
  return `${prefix}${number}`;
}
