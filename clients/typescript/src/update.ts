import type { UpdateAction, UpdateActions } from "./gen/dynakv/v1/types.js";
import { text } from "./text.js";
import { numberText, toWire, type NumberInput, type ValueInput } from "./value.js";

/** A set that is written: at least one member, all of one kind. */
export type SetInput = ReadonlySet<string> | ReadonlySet<NumberInput> | ReadonlySet<Uint8Array>;

/**
 * What an update changes: places in the item, none twice.
 *
 * A place is a path such as `address.lines[0]`. A name that holds a dot, a bracket or a quote is quoted, as in `"a.b".c`;
 * within quotes a backslash escapes a quote or a backslash. Names need no aliases: reserved words work.
 *
 * @example new Update().set("state", "paid").add("total", 5).append("log", ["paid"]).remove("cart")
 */
export class Update {
  readonly #actions: UpdateAction[] = [];

  /** Puts a value there. */
  set(path: string, value: ValueInput): this {
    return this.#action(path, { $case: "set", value: toWire(value) });
  }

  /** Puts a value there unless there is one. */
  setIfAbsent(path: string, value: ValueInput): this {
    return this.#action(path, { $case: "setIfAbsent", value: toWire(value) });
  }

  /** Adds to the number there; an absent one counts as 0. */
  add(path: string, number: NumberInput): this {
    return this.#action(path, { $case: "add", value: numberText(number) });
  }

  /** Adds values to the end of the list there; an absent one counts as empty. */
  append(path: string, values: readonly ValueInput[]): this {
    return this.#action(path, { $case: "append", value: { values: values.map(toWire) } });
  }

  /** Adds values to the beginning of the list there; an absent one counts as empty. */
  prepend(path: string, values: readonly ValueInput[]): this {
    return this.#action(path, { $case: "prepend", value: { values: values.map(toWire) } });
  }

  /** Takes away what is there. */
  remove(path: string): this {
    return this.#action(path, { $case: "remove", value: {} });
  }

  /** Adds the members of a set to the set there; an absent one counts as empty. */
  addToSet(path: string, members: SetInput): this {
    return this.#action(path, { $case: "addToSet", value: toWire(members) });
  }

  /** Takes the members of a set out of the set there. */
  removeFromSet(path: string, members: SetInput): this {
    return this.#action(path, { $case: "removeFromSet", value: toWire(members) });
  }

  /** @internal */
  toWire(): UpdateActions {
    return { actions: [...this.#actions] };
  }

  #action(path: string, kind: UpdateAction["kind"]): this {
    this.#actions.push({ path: text(path), kind });
    return this;
  }
}
