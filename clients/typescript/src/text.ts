/** Bytes, or text that stands for its UTF-8. */
export type Bytes = string | Uint8Array;

/**
 * Text as it is.
 *
 * @throws {TypeError} if it has half of a surrogate pair, which UTF-8 has no bytes for: it would be stored as another text.
 */
export function text(value: string): string {
  if (/\p{Surrogate}/u.test(value)) {
    throw new TypeError("a text has half of a surrogate pair, which cannot be stored");
  }
  return value;
}

/** Bytes as they are sent; those of the caller are not copied. */
export function buffer(value: Bytes): Buffer {
  if (typeof value === "string") {
    return Buffer.from(text(value));
  }
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
