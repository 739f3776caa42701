import { inOrder, notFound, readParts } from "./batch-read.js";
import { outcomeOf, writeParts, type BatchOutcome } from "./batch-write.js";
import { requestIdOf } from "./call.js";
import type { Context } from "./context.js";
import { duration } from "./duration.js";
import type { CallError } from "./errors.js";
import { Expressions } from "./expression.js";
import { BatchWriteResult_Outcome } from "./gen/dynakv/v1/batch.js";
import { ItemServiceService as Rpc } from "./gen/dynakv/v1/item.js";
import {
  BatchGetItemsOperation,
  BatchGetItemsRequest,
  BatchWriteItemsOperation,
  BatchWriteItemsRequest,
  BatchWriteItemsResult_Outcome,
  type BatchGetItemsResponse,
  type BatchGetItemsResult,
  type BatchWriteItemsResponse,
  type BatchWriteItemsResult,
} from "./gen/dynakv/v1/item_batch.js";
import { conditionToWire, type ConditionOptions, type GetItemOptions } from "./items.js";
import type { WriteOptions } from "./options.js";
import { fieldsToWire, itemFromWire, keyToWire, type Item, type ItemInput, type ItemKey } from "./value.js";

/** One read of a `batchGetItems`. */
export interface BatchItemRead {
  /** The primary key of the item. */
  readonly key: ItemKey;
  /** The table: one of the server's configuration. By default that of the call. */
  readonly table?: string | undefined;
}

/** What became of one read of a `batchGetItems`. */
export type FoundItem =
  | {
      /** There is such an item. */
      readonly outcome: "found";
      /** The item. */
      readonly item: Item;
    }
  | {
      /** There is no such item. */
      readonly outcome: "missing";
    }
  | {
      /** The item could not be read. */
      readonly outcome: "failed";
      /** Why. */
      readonly error: CallError;
    };

/** What became of one read of a `batchGetItems`, and which one it is. */
export type FoundItemAt = FoundItem & {
  /** The position of the read among those of the call, from 0. */
  readonly position: number;
};

/** What every operation of a `batchWriteItems` may be told. A condition costs a call of its own. */
interface Common extends ConditionOptions {
  /** The table: one of the server's configuration. By default that of the call. */
  readonly table?: string | undefined;
}

/** Writes an item in place of what was there. */
export interface BatchPutItem extends Common {
  readonly op: "putItem";
  /** All attributes, the primary key among them, but not the version. */
  readonly item: ItemInput;
  /** The item expires so many milliseconds from now: 1 to 100 years. By default it has no TTL, unless its attributes say so. */
  readonly ttl?: number | undefined;
}

/** Deletes an item. */
export interface BatchDeleteItem extends Common {
  readonly op: "deleteItem";
  /** The primary key of the item. */
  readonly key: ItemKey;
  /** Say whether there was such an item. Costs a call of its own. */
  readonly reportExisted?: boolean | undefined;
}

/** One operation of a `batchWriteItems`. */
export type BatchItemOperation = BatchPutItem | BatchDeleteItem;

export async function batchGetItems(
  context: Context,
  reads: readonly BatchItemRead[],
  options: GetItemOptions,
): Promise<FoundItem[]> {
  return inOrder<FoundItem>(batchGetItemsStream(context, reads, options));
}

export async function* batchGetItemsStream(
  context: Context,
  reads: readonly BatchItemRead[],
  options: GetItemOptions,
): AsyncGenerator<FoundItemAt, void, undefined> {
  const expressions = new Expressions(options);
  const request: BatchGetItemsRequest = {
    operations: [],
    consistentRead: options.consistent ?? false,
    returnConsumedCapacity: false,
    projection: expressions.projection(options.projection),
    names: expressions.names,
  };
  const ofCall = options.table ?? context.table;
  const operations = reads.map(({ key, table = ofCall }) => ({ table, key: keyToWire(key) }));
  yield* readParts<BatchGetItemsRequest, BatchGetItemsResponse, BatchGetItemsResult["result"], FoundItem>(
    context,
    options,
    {
      method: Rpc.batchGetItems,
      sizes: operations.map((operation) => BatchGetItemsOperation.encode(operation).finish().length),
      beside: BatchGetItemsRequest.encode(request).finish().length,
      request: ({ start, end }) => ({ ...request, operations: operations.slice(start, end) }),
      found,
    },
  );
}

function found(result: BatchGetItemsResult["result"]): FoundItem {
  return result?.$case === "found" ? { outcome: "found", item: itemFromWire(result.value) } : notFound(result);
}

const OUTCOMES: Readonly<Record<BatchWriteItemsResult_Outcome, BatchWriteResult_Outcome>> = {
  [BatchWriteItemsResult_Outcome.UNSPECIFIED]: BatchWriteResult_Outcome.UNSPECIFIED,
  [BatchWriteItemsResult_Outcome.APPLIED]: BatchWriteResult_Outcome.APPLIED,
  [BatchWriteItemsResult_Outcome.CONDITION_FAILED]: BatchWriteResult_Outcome.CONDITION_FAILED,
  [BatchWriteItemsResult_Outcome.SUPERSEDED]: BatchWriteResult_Outcome.SUPERSEDED,
  [BatchWriteItemsResult_Outcome.FAILED]: BatchWriteResult_Outcome.FAILED,
};

export async function batchWriteItems(
  context: Context,
  operations: readonly BatchItemOperation[],
  options: WriteOptions,
): Promise<BatchOutcome<Item>[]> {
  const requestId = requestIdOf(options);
  const table = options.table ?? context.table;
  const request: BatchWriteItemsRequest = { operations: [], requestId, returnConsumedCapacity: false };
  return writeParts<
    BatchWriteItemsOperation,
    BatchWriteItemsRequest,
    BatchWriteItemsResponse,
    BatchWriteItemsResult,
    Item
  >(context, options, requestId, {
    method: Rpc.batchWriteItems,
    count: operations.length,
    // All of them: which attributes of an item are its key, only the server knows.
    sent: operations.map((operation, position) => ({ position, operation: toWire(operation, table) })),
    size: (operation) => BatchWriteItemsOperation.encode(operation).finish().length,
    beside: BatchWriteItemsRequest.encode(request).finish().length,
    request: (operations, requestId) => ({ ...request, operations, requestId }),
    once: ({ kind }) => kind?.$case === "deleteItem" && (kind.value.reportExisted || kind.value.condition !== ""),
    outcome: (result, { kind }) => {
      const current = result.current && itemFromWire(result.current);
      return outcomeOf(OUTCOMES[result.outcome], result, kind?.$case === "putItem", current);
    },
  });
}

function toWire(operation: BatchItemOperation, ofCall: string): BatchWriteItemsOperation {
  const { table = ofCall, returnCurrent = false } = operation;
  return { table, returnCurrent, kind: kindToWire(operation) };
}

function kindToWire(operation: BatchItemOperation): BatchWriteItemsOperation["kind"] {
  const condition = conditionToWire(operation);
  if (operation.op === "deleteItem") {
    const { key, reportExisted = false } = operation;
    return { $case: "deleteItem", value: { ...condition, key: keyToWire(key), reportExisted } };
  }
  const { item, ttl } = operation;
  const value = { ...condition, item: fieldsToWire(item), ttl: ttl === undefined ? undefined : duration(ttl) };
  return { $case: "putItem", value };
}
