/**
 * A number as decimal text, so that none of its up to 38 digits is lost.
 *
 * Numbers of items are read as such; where one is written, a `number` or a `bigint` will do.
 */
export class NumberValue {
  /** Its text, such as `"-12.5"` or `"1E+20"`. */
  readonly value: string;

  /**
   * A number of decimal text, of a `bigint`, or of a `number` if that stands for exactly one.
   *
   * How many digits and which magnitude are too much, the server says: 38, and 1E-130 to 9.99E+125.
   *
   * @throws {RangeError} for text that is no number, `NaN`, `Infinity`, and whole numbers beyond
   * `Number.MAX_SAFE_INTEGER`, which may have been rounded already.
   */
  constructor(value: string | number | bigint) {
    this.value = typeof value === "number" ? shortest(value) : String(value);
    if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(this.value)) {
      throw new RangeError(
        `${JSON.stringify(this.value)} is not a number as DynamoDB writes it, such as -12.5 or 1E+20`,
      );
    }
  }

  /** The nearest `number`. */
  toNumber(): number {
    return Number(this.value);
  }

  /**
   * Its value, however it is written: `100`, `100.0` and `1E+2` are the same.
   *
   * @throws {RangeError} if it is no whole number.
   */
  toBigInt(): bigint {
    const [, sign, whole = "", fraction = "", exponent = "0"] =
      /^([+-]?)(\d*)\.?(\d*?)0*(?:[eE](.*))?$/.exec(this.value) ?? [];
    const digits = whole + fraction;
    const shift = Number(exponent) - fraction.length;
    const end = digits.length + shift;
    if (/^0*$/.test(digits)) {
      return 0n;
    }
    if (/[^0]/.test(digits.slice(Math.max(end, 0))) || shift > 1000) {
      throw new RangeError(`${this.value} is not a whole number that a bigint could hold`);
    }
    const magnitude = BigInt(shift < 0 ? digits.slice(0, end) : digits + "0".repeat(shift));
    return sign === "-" ? -magnitude : magnitude;
  }

  /** Its text. */
  toString(): string {
    return this.value;
  }

  /** Its text, since a number in JSON would lose digits. */
  toJSON(): string {
    return this.value;
  }
}

function shortest(value: number): string {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new RangeError(`${value} may have been rounded; write it as a bigint or a NumberValue`);
  }
  return String(value);
}
