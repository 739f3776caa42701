import { createHash } from "node:crypto";

import type { CallError } from "./errors.js";

/** The most keys or operations of one request. */
const MAX_COUNT = 10_000;

/** The largest request that the server reads. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The tag of a repeated field below 16, and the longest length that fits a request. */
const BESIDE_BYTES = 1 + 4;

/** A part of a list, from one position to before another. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/**
 * Splits what has these sizes into parts of one request each. `beside` is what a request takes without any of them.
 *
 * What is too large for any request has one of its own: the server's refusal names the limit.
 */
export function split(sizes: readonly number[], beside: number): Part[] {
  const parts: Part[] = [];
  let start = 0;
  let bytes = beside;
  for (const [position, size] of sizes.entries()) {
    const taken = size + BESIDE_BYTES;
    if (position > start && (position - start === MAX_COUNT || bytes + taken > MAX_BYTES)) {
      parts.push({ start, end: position });
      start = position;
      bytes = beside;
    }
    bytes += taken;
  }
  return sizes.length > start ? [...parts, { start, end: sizes.length }] : parts;
}

/** The same for every attempt at the same batch. The first part has the id of the whole, the others a UUID of version 5. */
export function partId(requestId: string, number: number): string {
  if (number === 0) {
    return requestId;
  }
  const namespace = Buffer.from(requestId.replaceAll("-", ""), "hex");
  const hash = createHash("sha1").update(namespace).update(String(number)).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The failure of all, if all failed with the same code: what a single request would have failed with. */
export function commonFailure(failures: readonly (CallError | undefined)[]): CallError | undefined {
  const [first] = failures;
  return failures.every((failure) => failure?.code === first?.code) ? first : undefined;
}
