import type { Entry as WireEntry, Expected as WireExpected } from "./gen/dynakv/v1/types.js";
import { buffer, text, type Bytes } from "./text.js";

/** An entry as it is stored. */
export class Entry {
  /** Its key. */
  readonly key: string;
  /** The stored bytes; of a counter, its decimal text. `undefined` only on an item that another program wrote without one. */
  readonly value: Buffer | undefined;
  /**
   * Names this state of the entry: every write that changes the entry changes it. Opaque; compare it for equality only.
   * `undefined` on an item that another program wrote.
   */
  readonly version: string | undefined;
  /** When the entry ceases to exist, to the millisecond. `undefined` if it has no TTL. */
  readonly expireTime: Date | undefined;

  /** @internal */
  constructor({ key, value, version, expireTime }: WireEntry) {
    this.key = key;
    this.value = value;
    this.version = version;
    this.expireTime = expireTime;
  }

  /** The value as text, if there is one and it is UTF-8. */
  text(): string | undefined {
    try {
      return this.value && new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.value);
    } catch {
      return undefined;
    }
  }
}

/**
 * What must be true of an entry for a conditional write to happen:
 *
 * - `"absent"`: there is no such entry.
 * - `"present"`: there is one, whatever it holds.
 * - `{ version }`: there is one and it still has this version.
 * - `{ value }`: there is one and it holds exactly these bytes; of a counter, its decimal text.
 */
export type Expected = "absent" | "present" | { readonly version: string } | { readonly value: Bytes };

/** An expectation on the wire. */
export function expectedToWire(expected: Expected): WireExpected {
  if (expected === "absent") {
    return { kind: { $case: "absent", value: {} } };
  }
  if (expected === "present") {
    return { kind: { $case: "present", value: {} } };
  }
  return "version" in expected
    ? { kind: { $case: "version", value: text(expected.version) } }
    : { kind: { $case: "value", value: buffer(expected.value) } };
}

/** The entry of an answer, if there is one. */
export function entryFromWire(entry: WireEntry | undefined): Entry | undefined {
  return entry && new Entry(entry);
}
