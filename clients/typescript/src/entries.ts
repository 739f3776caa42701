import { requestIdOf } from "./call.js";
import type { Context } from "./context.js";
import { duration, milliseconds } from "./duration.js";
import { entryFromWire, expectedToWire, type Entry, type Expected } from "./entry.js";
import { UnreadableAnswer } from "./failure.js";
import {
  CompareAndSetResponse_Outcome as SwapCase,
  ExpireResponse_Outcome as ExpireCase,
  GetTtlResponse_Outcome as TtlCase,
  KeyValueServiceService as Rpc,
  PersistResponse_Outcome as PersistCase,
} from "./gen/dynakv/v1/kv.js";
import type { Duration } from "./gen/google/protobuf/duration.js";
import type { ExpiryOptions, ReadOptions, WriteOptions } from "./options.js";
import { buffer, text, type Bytes } from "./text.js";

/** Options of `set`. */
export interface SetOptions extends WriteOptions, ExpiryOptions {
  /** Answer with the entry that was replaced. */
  readonly returnPrevious?: boolean | undefined;
}

/** Options of `compareAndSet`. */
export interface CompareAndSetOptions extends WriteOptions, ExpiryOptions {
  /** Answer a lost race with the entry as it is. */
  readonly returnCurrent?: boolean | undefined;
}

/** Options of `compareAndDelete`. */
export interface CompareAndDeleteOptions extends WriteOptions {
  /** Answer a lost race with the entry as it is. */
  readonly returnCurrent?: boolean | undefined;
}

/** Options of `delete`. */
export interface DeleteOptions extends WriteOptions {
  /**
   * Do not ask whether there was such an entry: the result is false and says nothing. The delete may then share a call to
   * DynamoDB with other writes, and a lost answer of DynamoDB does not make its outcome unknown.
   */
  readonly omitExisted?: boolean | undefined;
}

/** Options of `increment`. */
export interface IncrementOptions extends WriteOptions {
  /** What to add: a whole number of 64 bits, perhaps negative. 1 by default. */
  readonly by?: number | bigint | undefined;
  /** What a counter that this call creates starts from: the result is this plus what is added. 0 by default. */
  readonly initial?: number | bigint | undefined;
  /** The TTL, in milliseconds, of a counter that this call creates. No effect on one that exists. */
  readonly ttl?: number | undefined;
}

/** What `set` wrote. */
export interface Written {
  /** The version of the entry as written. */
  readonly version: string;
  /** When the entry expires, if the call gave a TTL. */
  readonly expireTime: Date | undefined;
  /** With `returnPrevious`: the entry that was replaced, if there was one. */
  readonly previous: Entry | undefined;
  /** With `returnPrevious`: the write happened, but which entry it replaced is lost. */
  readonly previousLost: boolean;
}

/** What became of a `compareAndSet`. */
export type Swap =
  | {
      /** The entry was as expected and is written. */
      readonly outcome: "swapped";
      /** The version of the entry as written. */
      readonly version: string;
      /** When the entry expires, if the call gave a TTL. */
      readonly expireTime: Date | undefined;
    }
  | {
      /** The entry was not as expected and is unchanged. */
      readonly outcome: "notSwapped";
      /** With `returnCurrent`: the entry as it is, if there is one. */
      readonly current: Entry | undefined;
    };

/** What became of a `compareAndDelete`. */
export type Deletion =
  | {
      /** The entry was as expected and is deleted. */
      readonly outcome: "deleted";
    }
  | {
      /** The entry was not as expected and is unchanged. */
      readonly outcome: "notDeleted";
      /** With `returnCurrent`: the entry as it is, if there is one. */
      readonly current: Entry | undefined;
    };

/** What there is to say about a TTL. */
export type Ttl =
  | {
      /** The entry exists and has a TTL. */
      readonly outcome: "ttl";
      /** The remaining time in milliseconds, at least 1. */
      readonly ttl: number;
      /** When the entry expires. */
      readonly expireTime: Date;
    }
  | {
      /** The entry exists and has none; or there is no such entry. */
      readonly outcome: "noTtl" | "notFound";
    };

/** What became of an `expire`. */
export type Expiration =
  | {
      /** The entry has the new TTL. */
      readonly outcome: "ttlSet";
      /** The version of the entry as written. */
      readonly version: string;
      /** When the entry expires. */
      readonly expireTime: Date;
    }
  | {
      /** There is no such entry; nothing changed. */
      readonly outcome: "notFound";
    };

/** What became of a `persist`. */
export type Persistence =
  | {
      /** The entry had a TTL and no longer expires. */
      readonly outcome: "ttlRemoved";
      /** The version of the entry as written. */
      readonly version: string;
    }
  | {
      /** The entry had none, or there is no such entry; nothing changed. */
      readonly outcome: "noTtl" | "notFound";
    };

/** A counter after an increment. */
export interface Counter {
  /** What it stands at. */
  readonly value: bigint;
  /** The version of the entry as written. */
  readonly version: string;
  /** When it expires. `undefined` if it has no TTL. */
  readonly expireTime: Date | undefined;
}

export function get({ caller, table }: Context, key: string, options: ReadOptions): Promise<Entry | undefined> {
  const request = { table: options.table ?? table, key: text(key), consistentRead: options.consistent ?? false };
  return caller.unary(Rpc.get, request, options, ({ entry }) => entryFromWire(entry));
}

export function set({ caller, table }: Context, key: string, value: Bytes, options: SetOptions): Promise<Written> {
  const requestId = requestIdOf(options);
  const request = {
    table: options.table ?? table,
    key: text(key),
    value: buffer(value),
    expiry: expiryToWire(options),
    returnPrevious: options.returnPrevious ?? false,
    requestId,
  };
  const read = ({
    previous,
    ...written
  }: Omit<Written, "previous"> & { previous?: Parameters<typeof entryFromWire>[0] }) => ({
    ...written,
    previous: entryFromWire(previous),
  });
  return caller.unary(Rpc.set, request, options, read, { requestId });
}

export function compareAndSet(
  { caller, table }: Context,
  key: string,
  value: Bytes,
  expected: Expected,
  options: CompareAndSetOptions,
): Promise<Swap> {
  const requestId = requestIdOf(options);
  const request = {
    table: options.table ?? table,
    key: text(key),
    value: buffer(value),
    expiry: expiryToWire(options),
    expected: expectedToWire(expected),
    returnCurrent: options.returnCurrent ?? false,
    requestId,
  };
  return caller.unary(
    Rpc.compareAndSet,
    request,
    options,
    ({ outcome, version, expireTime, current }): Swap => {
      switch (outcome) {
        case SwapCase.SWAPPED:
          return { outcome: "swapped", version: required(version, "version"), expireTime };
        case SwapCase.NOT_SWAPPED:
          return { outcome: "notSwapped", current: entryFromWire(current) };
        default:
          throw new UnreadableAnswer("no known outcome");
      }
    },
    { requestId },
  );
}

export function remove({ caller, table }: Context, key: string, options: DeleteOptions): Promise<boolean> {
  const requestId = requestIdOf(options);
  const omitExisted = options.omitExisted ?? false;
  const request = { table: options.table ?? table, key: text(key), requestId, omitExisted };
  return caller.unary(Rpc.delete, request, options, ({ existed }) => existed, { requestId });
}

export function compareAndDelete(
  { caller, table }: Context,
  key: string,
  expected: Expected,
  options: CompareAndDeleteOptions,
): Promise<Deletion> {
  const requestId = requestIdOf(options);
  const request = {
    table: options.table ?? table,
    key: text(key),
    expected: expectedToWire(expected),
    returnCurrent: options.returnCurrent ?? false,
    requestId,
  };
  return caller.unary(
    Rpc.compareAndDelete,
    request,
    options,
    ({ deleted, current }): Deletion =>
      deleted ? { outcome: "deleted" } : { outcome: "notDeleted", current: entryFromWire(current) },
    { requestId },
  );
}

export function exists({ caller, table }: Context, keys: readonly string[], options: ReadOptions): Promise<boolean[]> {
  const request = { table: options.table ?? table, keys: keys.map(text), consistentRead: options.consistent ?? false };
  return caller.unary(Rpc.exists, request, options, (answer) => {
    if (answer.exists.length !== keys.length) {
      throw new UnreadableAnswer("another number of results than the call has keys");
    }
    return answer.exists;
  });
}

export function getTtl({ caller, table }: Context, key: string, options: ReadOptions): Promise<Ttl> {
  const request = { table: options.table ?? table, key: text(key), consistentRead: options.consistent ?? false };
  return caller.unary(Rpc.getTtl, request, options, ({ outcome, ttl, expireTime }): Ttl => {
    switch (outcome) {
      case TtlCase.TTL:
        return {
          outcome: "ttl",
          ttl: milliseconds(required(ttl, "ttl")),
          expireTime: required(expireTime, "expire_time"),
        };
      case TtlCase.NO_TTL:
        return { outcome: "noTtl" };
      case TtlCase.NOT_FOUND:
        return { outcome: "notFound" };
      default:
        throw new UnreadableAnswer("no known outcome");
    }
  });
}

export function expire(
  { caller, table }: Context,
  key: string,
  ttl: number,
  options: WriteOptions,
): Promise<Expiration> {
  const requestId = requestIdOf(options);
  const request = { table: options.table ?? table, key: text(key), ttl: duration(ttl), requestId };
  return caller.unary(
    Rpc.expire,
    request,
    options,
    ({ outcome, version, expireTime }): Expiration => {
      switch (outcome) {
        case ExpireCase.TTL_SET:
          return {
            outcome: "ttlSet",
            version: required(version, "version"),
            expireTime: required(expireTime, "expire_time"),
          };
        case ExpireCase.NOT_FOUND:
          return { outcome: "notFound" };
        default:
          throw new UnreadableAnswer("no known outcome");
      }
    },
    { requestId },
  );
}

export function persist({ caller, table }: Context, key: string, options: WriteOptions): Promise<Persistence> {
  const requestId = requestIdOf(options);
  const request = { table: options.table ?? table, key: text(key), requestId };
  return caller.unary(
    Rpc.persist,
    request,
    options,
    ({ outcome, version }): Persistence => {
      switch (outcome) {
        case PersistCase.TTL_REMOVED:
          return { outcome: "ttlRemoved", version: required(version, "version") };
        case PersistCase.NO_TTL:
          return { outcome: "noTtl" };
        case PersistCase.NOT_FOUND:
          return { outcome: "notFound" };
        default:
          throw new UnreadableAnswer("no known outcome");
      }
    },
    { requestId },
  );
}

export function increment({ caller, table }: Context, key: string, options: IncrementOptions): Promise<Counter> {
  const requestId = requestIdOf(options);
  const request = {
    table: options.table ?? table,
    key: text(key),
    delta: options.by === undefined ? undefined : int64("by", options.by),
    initial: int64("initial", options.initial ?? 0n),
    ttl: options.ttl === undefined ? undefined : duration(options.ttl),
    requestId,
  };
  return caller.unary(Rpc.increment, request, options, (counter): Counter => counter, { requestId });
}

/** The TTL of a write, on the wire. */
export function expiryToWire({
  ttl,
  keepTtl,
}: ExpiryOptions): { $case: "ttl"; value: Duration } | { $case: "keepTtl"; value: boolean } | undefined {
  if (ttl !== undefined && keepTtl === true) {
    throw new TypeError("a write has a ttl or keeps the one that is there; it cannot do both");
  }
  if (ttl !== undefined) {
    return { $case: "ttl", value: duration(ttl) };
  }
  return keepTtl === true ? { $case: "keepTtl", value: true } : undefined;
}

/** What an answer must have. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) {
    throw new UnreadableAnswer(`no ${name}`);
  }
  return value;
}

function int64(name: string, value: number | bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new RangeError(`${name} must be a whole number, beyond Number.MAX_SAFE_INTEGER a bigint, and is ${value}`);
  }
  const whole = BigInt(value);
  if (BigInt.asIntN(64, whole) !== whole) {
    throw new RangeError(`${name} must be a whole number of 64 bits, and is ${whole}`);
  }
  return whole;
}
