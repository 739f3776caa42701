import { attr, Entry, NumberValue, Update, type Condition, type Expected, type Item, type ItemInput } from "dynakv";
import type { ItemKey, KeyValue, NumberInput, Operand, SetInput, Value, ValueInput } from "dynakv";

import { has, list, map, text, type Doc, type DocMap } from "./file.mjs";

/** Text, or the bytes of `{base64}`. */
export function bytes(doc: Doc | undefined): string | Buffer {
  return has(doc, "base64") ? Buffer.from(text(doc.base64), "base64") : text(doc);
}

/** Milliseconds. */
export function duration(doc: Doc): number {
  const [, number, unit] = /^([\d.]+)(ms|s)$/.exec(text(doc)) ?? [];
  if (number === undefined) {
    throw new Error(`${JSON.stringify(doc)} is no duration`);
  }
  return Number(number) * (unit === "s" ? 1000 : 1);
}

export function expected(doc: Doc): Expected {
  if (has(doc, "version")) {
    return { version: text(doc.version) };
  }
  return has(doc, "value") ? { value: bytes(doc.value) } : has(doc, "absent") ? "absent" : "present";
}

/** A native value, as a user would write it. */
export function native(doc: Doc): ValueInput {
  const [[type, value] = []] = Object.entries(map(doc));
  switch (type) {
    case "S":
      return text(value);
    case "N":
      return number(value);
    case "B":
      return Buffer.from(text(value), "base64");
    case "BOOL":
      return value === true;
    case "NULL":
      return null;
    case "M":
      return item(map(value));
    case "L":
      return list(value).map(native);
    case "SS":
    case "NS":
    case "BS":
      return set(type, list(value));
    default:
      throw new Error(`${JSON.stringify(doc)} is no value`);
  }
}

export function item(doc: DocMap): ItemInput {
  return Object.fromEntries(Object.entries(doc).map(([name, value]) => [name, native(value)]));
}

export function itemKey(doc: Doc | undefined): ItemKey {
  const { partition, sort } = map(doc);
  const parts = [partition, sort].filter((part) => part !== undefined).map((part) => native(part) as KeyValue);
  const [first, second] = parts as [KeyValue, KeyValue?];
  return second === undefined ? first : [first, second];
}

/** What a user has at hand: a `number` where that is exactly it, a `bigint` for what is larger, and text else. */
function number(doc: Doc | undefined): NumberInput {
  const digits = text(doc);
  const double = Number(digits);
  if (String(double) === digits && (Number.isSafeInteger(double) || !Number.isInteger(double))) {
    return double;
  }
  return /^-?[1-9]\d*$/.test(digits) ? BigInt(digits) : new NumberValue(digits);
}

function set(type: "SS" | "NS" | "BS", members: readonly Doc[]): SetInput {
  switch (type) {
    case "SS":
      return new Set(members.map(text));
    case "NS":
      return new Set(members.map(number));
    case "BS":
      return new Set(members.map((member) => Buffer.from(text(member), "base64")));
  }
}

/** DynamoDB's JSON of a native value. */
export function attribute(value: Value): Doc {
  if (typeof value === "string") {
    return { S: value };
  }
  if (typeof value === "boolean") {
    return { BOOL: value };
  }
  if (value === null) {
    return { NULL: true };
  }
  if (value instanceof NumberValue) {
    return { N: value.value };
  }
  if (Buffer.isBuffer(value)) {
    return { B: value.toString("base64") };
  }
  if (Array.isArray(value)) {
    return { L: value.map(attribute) };
  }
  if (value instanceof Set) {
    const members = [...value].map((member: string | NumberValue | Buffer) => attribute(member));
    const [type = "S"] = Object.keys(map(members[0]));
    return { [`${type}S`]: members.map((member) => map(member)[type] ?? "") };
  }
  return { M: attributes(value) };
}

export function attributes(value: Item): DocMap {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, attribute(each)]));
}

/** An entry as a document. */
export function entry({ key, value, version, expireTime }: Entry): DocMap {
  const utf8 = value?.toString();
  const isText = utf8 !== undefined && value !== undefined && Buffer.from(utf8).equals(value);
  return doc({
    key,
    value: value && (isText ? utf8 : { base64: value.toString("base64") }),
    version,
    expire_time: expireTime?.getTime(),
  });
}

/** A document without the fields that are not there. */
export function doc(fields: Record<string, Doc | undefined>): DocMap {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as DocMap;
}

/** Text is an expression, a map is for the builder. */
export function condition(expression: Doc): string | Condition {
  return typeof expression === "string" ? expression : built(map(expression));
}

function built(expression: DocMap): Condition {
  const [[name, operands]] = Object.entries(expression) as [[string, Doc]];
  switch (name) {
    case "and":
    case "or": {
      const [head, ...tail] = list(operands).map((each) => built(map(each)));
      if (head === undefined) {
        throw new Error(`${name} of nothing`);
      }
      return name === "and" ? head.and(...tail) : head.or(...tail);
    }
    case "not":
      return built(map(operands)).not();
    case "exists":
      return attr(text(operands)).exists();
    case "not_exists":
      return attr(text(operands)).notExists();
    case "size": {
      const [path, operator, size] = list(operands);
      return compared(attr(text(path)).size(), text(operator), Number(size));
    }
    default:
      return ofAttribute(name, list(operands));
  }
}

function ofAttribute(name: string, operands: readonly Doc[]): Condition {
  const [path, first, second] = operands as [Doc, Doc, Doc];
  const attribute = attr(text(path));
  switch (name) {
    case "between":
      return attribute.between(native(first), native(second));
    case "in":
      return attribute.in(list(first).map(native));
    case "begins_with":
      return attribute.beginsWith(native(first) as string | Uint8Array);
    case "contains":
      return attribute.contains(native(first));
    case "is_type":
      return attribute.isType(first as "S");
    default:
      return compared(attribute, name, native(first));
  }
}

function compared(operand: Operand, operator: string, value: ValueInput): Condition {
  switch (operator) {
    case "eq":
    case "ne":
    case "lt":
    case "le":
    case "gt":
    case "ge":
      return operand[operator](value);
    default:
      throw new Error(`${operator} is no condition`);
  }
}

/** An expression, or typed changes. */
export function update(changes: Doc | undefined): string | Update {
  if (has(changes, "expression")) {
    return text(changes.expression);
  }
  return list(map(changes)["actions"]).reduce<Update>((all, action) => added(all, map(action)), new Update());
}

function added(all: Update, { path, ...action }: DocMap): Update {
  const place = text(path);
  const [[kind, value]] = Object.entries(action) as [[string, Doc]];
  switch (kind) {
    case "set":
      return all.set(place, native(value));
    case "set_if_absent":
      return all.setIfAbsent(place, native(value));
    case "add":
      return all.add(place, number(value));
    case "append":
      return all.append(place, list(value).map(native));
    case "prepend":
      return all.prepend(place, list(value).map(native));
    case "remove":
      return all.remove(place);
    case "add_to_set":
      return all.addToSet(place, native(value) as SetInput);
    case "remove_from_set":
      return all.removeFromSet(place, native(value) as SetInput);
    default:
      throw new Error(`${kind} is no update`);
  }
}
