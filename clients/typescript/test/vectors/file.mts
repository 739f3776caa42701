import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

/** A document: what YAML or JSON can say. */

export type Doc = string | number | boolean | Doc[] | { [name: string]: Doc };

/** A map. */
export type DocMap = Record<string, Doc>;

/** A step of a vector: a call and what it must give. */
export interface Step {
  readonly call: string;
  readonly args?: DocMap;
  readonly timeout?: string;
  readonly fault?: readonly Readonly<Record<string, string | number>>[];
  readonly expect?: Doc;
  readonly error?: Doc;
  readonly capture?: Readonly<Record<string, string>>;
}

/** Steps to be carried out in their order, by a client of their own. */
export interface Vector {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** All vectors of all files of a folder. */
export function loadVectors(folder: string): Vector[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return files.sort().flatMap((file) => {
    const { vectors } = parse(readFileSync(join(folder, file), "utf8")) as { vectors: Vector[] };
    return vectors;
  });
}

/** Whether this is a map, and has this key. */
export function has<K extends string>(doc: Doc | undefined, key: K): doc is Record<K, Doc> & DocMap {
  return typeof doc === "object" && !Array.isArray(doc) && Object.hasOwn(doc, key);
}

/** A map, or the error that there is none. */
export function map(doc: Doc | undefined): DocMap {
  if (typeof doc !== "object" || Array.isArray(doc)) {
    throw new Error(`${JSON.stringify(doc)} is no map`);
  }
  return doc;
}

/** A list, or the error that there is none. */
export function list(doc: Doc | undefined): Doc[] {
  if (!Array.isArray(doc)) {
    throw new Error(`${JSON.stringify(doc)} is no list`);
  }
  return doc;
}

/** Text, or the error that there is none. */
export function text(doc: Doc | undefined): string {
  if (typeof doc !== "string") {
    throw new Error(`${JSON.stringify(doc)} is no text`);
  }
  return doc;
}

/** Puts in what was captured, what is repeated, what is nested deep and what has a long name. */
export function expand(doc: Doc, captured: ReadonlyMap<string, Doc>): Doc {
  if (Array.isArray(doc)) {
    return doc.map((element) => expand(element, captured));
  }
  if (typeof doc !== "object") {
    return doc;
  }
  const { $ref, repeat, times, deep, levels, named, name } = doc;
  if (typeof $ref === "string") {
    const value = captured.get($ref);
    if (value === undefined) {
      throw new Error(`nothing was captured as ${$ref}`);
    }
    return value;
  }
  if (typeof repeat === "string" && typeof times === "number") {
    return repeat.repeat(times);
  }
  if (deep !== undefined && typeof levels === "number") {
    let value = expand(deep, captured);
    for (let level = 0; level < levels; level += 1) {
      value = { L: [value] };
    }
    return value;
  }
  if (named !== undefined && name !== undefined) {
    return { M: { [text(expand(name, captured))]: expand(named, captured) } };
  }
  return Object.fromEntries(Object.entries(doc).map(([key, value]) => [key, expand(value, captured)]));
}
