import type { AttributeMap, ItemKey as WireKey, Value as Wire } from "./gen/dynakv/v1/types.js";
import { UnreadableAnswer } from "./failure.js";
import { NumberValue } from "./number.js";
import { buffer, text } from "./text.js";

/**
 * An attribute's value as it is read.
 *
 * | DynamoDB | here |
 * |---|---|
 * | S | `string` |
 * | N | {@link NumberValue} |
 * | B | `Buffer` |
 * | BOOL, NULL | `boolean`, `null` |
 * | M | object |
 * | L | array |
 * | SS, NS, BS | `Set` |
 */
export type Value =
  | string
  | NumberValue
  | Buffer
  | boolean
  | null
  | Value[]
  | { [name: string]: Value }
  | Set<string>
  | Set<NumberValue>
  | Set<Buffer>;

/** The attributes of an item as they are read, by name. */
export type Item = Record<string, Value>;

/** What a number may be written as. */
export type NumberInput = NumberValue | number | bigint;

/**
 * What may be written as an attribute's value. Sets need members of one kind, at least one. Properties that are `undefined`
 * are left out.
 */
export type ValueInput =
  | string
  | NumberInput
  | Uint8Array
  | boolean
  | null
  | readonly ValueInput[]
  | ReadonlySet<string>
  | ReadonlySet<NumberInput>
  | ReadonlySet<Uint8Array>
  | ReadonlyMap<string, ValueInput>
  | ItemInput;

/** What may be written as an item: all attributes, by name. */
export interface ItemInput {
  readonly [name: string]: ValueInput | undefined;
}

/** A key attribute: a string, number or bytes, as the table has it. */
export type KeyValue = string | NumberInput | Uint8Array;

/** The primary key of an item: its partition key, or that and the sort key where the table has one. */
export type ItemKey = KeyValue | readonly [partition: KeyValue, sort: KeyValue];

/** A value on the wire. */
export function toWire(value: ValueInput): Wire {
  if (typeof value === "string") {
    return { kind: { $case: "s", value: text(value) } };
  }
  if (typeof value === "boolean") {
    return { kind: { $case: "bool", value } };
  }
  if (value === null) {
    return { kind: { $case: "null", value: true } };
  }
  if (isNumber(value)) {
    return { kind: { $case: "n", value: numberText(value) } };
  }
  if (value instanceof Uint8Array) {
    return { kind: { $case: "b", value: buffer(value) } };
  }
  if (isArray(value)) {
    return { kind: { $case: "l", value: { values: value.map(toWire) } } };
  }
  if (value instanceof Set) {
    return setToWire([...(value as ReadonlySet<unknown>)]);
  }
  return {
    kind: { $case: "m", value: { fields: fieldsToWire(value as ItemInput | ReadonlyMap<string, ValueInput>) } },
  };
}

/** The attributes of an object or a map, on the wire. */
export function fieldsToWire(item: ItemInput | ReadonlyMap<string, ValueInput>): Map<string, Wire> {
  const fields = new Map<string, Wire>();
  for (const [name, value] of item instanceof Map ? item : Object.entries(plain(item as ItemInput))) {
    if (value !== undefined) {
      fields.set(text(name as string), toWire(value as ValueInput));
    }
  }
  return fields;
}

/** A number's text. */
export function numberText(value: NumberInput): string {
  return value instanceof NumberValue ? value.value : new NumberValue(value).value;
}

/** A primary key on the wire. */
export function keyToWire(key: ItemKey): WireKey {
  return isArray(key)
    ? { partition: toWire(key[0]), sort: toWire(key[1]) }
    : { partition: toWire(key), sort: undefined };
}

/** A value of an answer. */
export function fromWire({ kind }: Wire): Value {
  switch (kind?.$case) {
    case "s":
    case "b":
    case "bool":
      return kind.value;
    case "n":
      return new NumberValue(kind.value);
    case "null":
      return null;
    case "m":
      return itemFromWire(kind.value);
    case "l":
      return kind.value.values.map(fromWire);
    case "ss":
      return new Set(kind.value.values);
    case "ns":
      return new Set(kind.value.values.map((number) => new NumberValue(number)));
    case "bs":
      return new Set(kind.value.values);
    case undefined:
      throw new UnreadableAnswer("a value of no known type");
  }
}

/** The item of an answer. */
export function itemFromWire({ fields }: AttributeMap): Item {
  // Makes own properties of all names, `__proto__` too.
  return Object.fromEntries(Array.from(fields, ([name, value]) => [name, fromWire(value)]));
}

function setToWire(members: readonly unknown[]): Wire {
  // The server refuses a set without members, of whatever type.
  if (members.every((member) => typeof member === "string")) {
    return { kind: { $case: "ss", value: { values: members.map(text) } } };
  }
  if (members.every(isNumber)) {
    return { kind: { $case: "ns", value: { values: members.map(numberText) } } };
  }
  if (members.every((member) => member instanceof Uint8Array)) {
    return { kind: { $case: "bs", value: { values: members.map(buffer) } } };
  }
  throw new TypeError("a set must have only strings, only numbers or only bytes");
}

function isNumber(value: unknown): value is NumberInput {
  return typeof value === "number" || typeof value === "bigint" || value instanceof NumberValue;
}

/** `Array.isArray`, which does not know of arrays that are read-only. */
function isArray(value: unknown): value is readonly ValueInput[] & readonly [KeyValue, KeyValue] {
  return Array.isArray(value);
}

/** An object that is nothing but its properties. A `Date`, say, would be stored as none at all. */
function plain(value: ItemInput): ItemInput {
  const prototype: unknown = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== null && prototype !== Object.prototype && !isForeignPlain(prototype)) {
    const what = typeof value === "object" ? `an object of class ${value.constructor.name}` : `a ${typeof value}`;
    throw new TypeError(`${what} cannot be stored as an attribute`);
  }
  return value;
}

/** The prototype of plain objects of another realm, such as a `vm` context. */
function isForeignPlain(prototype: unknown): boolean {
  return typeof prototype === "object" && prototype !== null && Object.getPrototypeOf(prototype) === null;
}
