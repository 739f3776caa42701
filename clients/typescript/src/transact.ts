import { requestIdOf } from "./call.js";
import type { Context } from "./context.js";
import { duration } from "./duration.js";
import { Entry, entryFromWire, expectedToWire, type Expected } from "./entry.js";
import { UnreadableAnswer } from "./failure.js";
import { KeyValueServiceService as Rpc } from "./gen/dynakv/v1/kv.js";
import {
  TransactWriteResponse_Outcome as Case,
  TransactWriteResult_Reason as Reason,
  type TransactGetOperation,
  type TransactGetResult,
  type TransactWriteOperation,
  type TransactWriteResult,
} from "./gen/dynakv/v1/transact.js";
import { conditionToWire, updateToWire, type ConditionOptions } from "./items.js";
import type { TableOptions, WriteOptions } from "./options.js";
import { buffer, text, type Bytes } from "./text.js";
import type { Update } from "./update.js";
import { fieldsToWire, itemFromWire, keyToWire, type Item, type ItemInput, type ItemKey } from "./value.js";

/** One read of a `transactGet`: the key of an entry of the client's table, or an entry or item of any table. */
export type TransactRead =
  | string
  | { readonly key: string; readonly table?: string | undefined }
  | { readonly itemKey: ItemKey; readonly table?: string | undefined };

/** What one read of a `transactGet` found. */
export type Snapshot =
  | { readonly outcome: "entry"; readonly entry: Entry }
  | { readonly outcome: "item"; readonly item: Item }
  | { readonly outcome: "absent" };

/** What every operation of a `transactWrite` may be told. */
interface Common {
  /** The table: one of the server's configuration. By default that of the call. */
  readonly table?: string | undefined;
  /** If the transaction is cancelled because of this operation's condition, answer with the entry or item as it is. */
  readonly returnCurrent?: boolean | undefined;
}

/** Writes an entry. */
export interface TransactSet extends Common {
  readonly op: "set";
  readonly key: string;
  readonly value: Bytes;
  /** The entry expires so many milliseconds from now: 1 to 100 years. By default it has no TTL. */
  readonly ttl?: number | undefined;
  /** Write only if the entry is like this. */
  readonly expected?: Expected | undefined;
}

/** Deletes an entry. */
export interface TransactDelete extends Common {
  readonly op: "delete";
  readonly key: string;
  /** Delete only if the entry is like this, which cannot be `"absent"`. */
  readonly expected?: Expected | undefined;
}

/** Writes an item in place of what was there. */
export interface TransactPutItem extends Common, ConditionOptions {
  readonly op: "putItem";
  readonly item: ItemInput;
  /** The item expires so many milliseconds from now: 1 to 100 years. */
  readonly ttl?: number | undefined;
}

/** Changes an item, or creates it. */
export interface TransactUpdateItem extends Common, ConditionOptions {
  readonly op: "updateItem";
  readonly key: ItemKey;
  readonly update: string | Update;
}

/** Deletes an item. */
export interface TransactDeleteItem extends Common, ConditionOptions {
  readonly op: "deleteItem";
  readonly key: ItemKey;
}

/** Only checks that something is true of an item. */
export interface TransactCheck extends Common, ConditionOptions {
  readonly op: "check";
  readonly key: ItemKey;
  readonly condition: NonNullable<ConditionOptions["condition"]>;
}

/** One operation of a `transactWrite`. */
export type TransactOperation =
  TransactSet | TransactDelete | TransactPutItem | TransactUpdateItem | TransactDeleteItem | TransactCheck;

/** What became of a `transactWrite`. */
export type Transaction =
  | {
      /** All operations happened. */
      readonly outcome: "committed";
      /** For each operation, in their order, what it wrote. */
      readonly results: readonly Committed[];
    }
  | {
      /** None happened. */
      readonly outcome: "cancelled";
      /** For each operation, in their order, whether it is why. */
      readonly results: readonly Cancellation[];
    };

/** What an operation of a transaction wrote. */
export interface Committed {
  /** The version as written. `undefined` for what deletes or checks. */
  readonly version: string | undefined;
  /** When it expires, if the operation gave a TTL. */
  readonly expireTime: Date | undefined;
}

/** What an operation had to do with the end of its transaction. */
export interface Cancellation {
  /** Why it cancelled the transaction, if it did. */
  readonly reason: CancelReason;
  /** With `returnCurrent`, for a set or delete: the entry as it is, if there is one. */
  readonly current: Entry | undefined;
  /** With `returnCurrent`, for the other kinds: the item as it is, if there is one. */
  readonly currentItem: Item | undefined;
}

const REASONS = {
  [Reason.NONE]: "none",
  [Reason.CONDITION_FAILED]: "conditionFailed",
  [Reason.CONFLICT]: "conflict",
  [Reason.THROTTLED]: "throttled",
  [Reason.ITEM_COLLECTION_FULL]: "itemCollectionFull",
  [Reason.NOT_APPLICABLE]: "notApplicable",
} as const;

/** Why an operation cancelled its transaction; `"none"`: it did not. */
export type CancelReason = (typeof REASONS)[keyof typeof REASONS];

export function transactGet(
  { caller, table }: Context,
  reads: readonly TransactRead[],
  options: TableOptions,
): Promise<Snapshot[]> {
  const operations = reads.map((read) => readToWire(read, options.table ?? table));
  return caller.unary(Rpc.transactGet, { operations, returnConsumedCapacity: false }, options, ({ results }) => {
    if (results.length !== operations.length) {
      throw new UnreadableAnswer("another number of results than the call has reads");
    }
    return results.map(snapshot);
  });
}

export function transactWrite(
  { caller, table }: Context,
  operations: readonly TransactOperation[],
  options: WriteOptions,
): Promise<Transaction> {
  const requestId = requestIdOf(options);
  const request = {
    operations: operations.map((operation) => operationToWire(operation, options.table ?? table)),
    requestId,
    returnConsumedCapacity: false,
  };
  // Deletes and checks leave no version behind by which a repeat could be recognised.
  const once = !operations.some(({ op }) => op === "set" || op === "putItem" || op === "updateItem");
  return caller.unary(
    Rpc.transactWrite,
    request,
    options,
    ({ outcome, results }): Transaction => {
      if (results.length !== operations.length) {
        throw new UnreadableAnswer("another number of results than the call has operations");
      }
      switch (outcome) {
        case Case.COMMITTED:
          return {
            outcome: "committed",
            results: results.map(({ version, expireTime }) => ({ version, expireTime })),
          };
        case Case.CANCELLED:
          return { outcome: "cancelled", results: results.map(cancellation) };
        default:
          throw new UnreadableAnswer("no known outcome");
      }
    },
    { requestId, once },
  );
}

function readToWire(read: TransactRead, table: string): TransactGetOperation {
  if (typeof read === "string") {
    return { table, target: { $case: "key", value: text(read) } };
  }
  const target: TransactGetOperation["target"] =
    "key" in read ? { $case: "key", value: text(read.key) } : { $case: "itemKey", value: keyToWire(read.itemKey) };
  return { table: read.table ?? table, target };
}

function snapshot({ result }: TransactGetResult): Snapshot {
  switch (result?.$case) {
    case "entry":
      return { outcome: "entry", entry: new Entry(result.value) };
    case "item":
      return { outcome: "item", item: itemFromWire(result.value) };
    case "absent":
      return { outcome: "absent" };
    case undefined:
      throw new UnreadableAnswer("a result that is none of the known ones");
  }
}

function operationToWire(operation: TransactOperation, table: string): TransactWriteOperation {
  const { returnCurrent = false } = operation;
  return { table: operation.table ?? table, kind: kindToWire(operation), returnCurrent };
}

function kindToWire(operation: TransactOperation): TransactWriteOperation["kind"] {
  switch (operation.op) {
    case "set":
    case "delete": {
      const { key, expected } = operation;
      const common = { key: text(key), expected: expected && expectedToWire(expected) };
      return operation.op === "delete"
        ? { $case: "delete", value: common }
        : { $case: "set", value: { ...common, value: buffer(operation.value), ttl: ttlOf(operation) } };
    }
    case "putItem": {
      const value = { ...conditionToWire(operation), item: fieldsToWire(operation.item), ttl: ttlOf(operation) };
      return { $case: "putItem", value };
    }
    case "updateItem": {
      const update = updateToWire(operation.update);
      return { $case: "updateItem", value: { ...conditionToWire(operation), key: keyToWire(operation.key), update } };
    }
    case "deleteItem":
    case "check":
      return { $case: operation.op, value: { ...conditionToWire(operation), key: keyToWire(operation.key) } };
  }
}

function ttlOf({ ttl }: { readonly ttl?: number | undefined }) {
  return ttl === undefined ? undefined : duration(ttl);
}

function cancellation({ reason, current, currentItem }: TransactWriteResult): Cancellation {
  if (reason === Reason.UNSPECIFIED || !(reason in REASONS)) {
    throw new UnreadableAnswer("no known reason");
  }
  return {
    reason: REASONS[reason],
    current: entryFromWire(current),
    currentItem: currentItem && itemFromWire(currentItem),
  };
}
