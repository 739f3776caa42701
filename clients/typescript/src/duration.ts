import type { Duration } from "./gen/google/protobuf/duration.js";

/** A duration on the wire. What the server would round up is rounded up; what is far too long is for it to refuse. */
export function duration(milliseconds: number): Duration {
  if (Number.isNaN(milliseconds)) {
    throw new RangeError("a TTL must be a number of milliseconds, and is NaN");
  }
  const limit = Number.MAX_SAFE_INTEGER;
  const whole = Math.ceil(Math.min(Math.max(milliseconds, -limit), limit));
  return { seconds: BigInt(Math.trunc(whole / 1000)), nanos: (whole % 1000) * 1_000_000 };
}

/** Milliseconds, and fractions of them. */
export function milliseconds({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1_000_000;
}
