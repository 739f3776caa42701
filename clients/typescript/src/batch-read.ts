import { commonFailure, split, type Part } from "./batch-part.js";
import type { Context } from "./context.js";
import { Entry } from "./entry.js";
import { CallError } from "./errors.js";
import { failureOfCall, failureOfStatus, UnreadableAnswer } from "./failure.js";
import { BatchGetRequest, type BatchGetResponse, type BatchGetResult } from "./gen/dynakv/v1/batch.js";
import { KeyValueServiceService as Rpc } from "./gen/dynakv/v1/kv.js";
import type { ReadOptions } from "./options.js";
import { callError } from "./reason.js";
import { text } from "./text.js";

/** What became of one key of a batch. */
export type Found =
  | {
      /** There is such an entry. */
      readonly outcome: "found";
      /** The entry. */
      readonly entry: Entry;
    }
  | {
      /** There is no such entry. */
      readonly outcome: "missing";
    }
  | {
      /** The key could not be read. */
      readonly outcome: "failed";
      /** Why. */
      readonly error: CallError;
    };

/** What became of one key of a batch, and which one it is. */
export type FoundAt = Found & {
  /** The position of the key among those of the call, from 0. */
  readonly position: number;
};

export async function batchGet(context: Context, keys: readonly string[], options: ReadOptions): Promise<Found[]> {
  const all: Found[] = [];
  for await (const { position, ...found } of batchGetStream(context, keys, options)) {
    all[position] = found;
  }
  const failure = commonFailure(all.map((found) => (found.outcome === "failed" ? found.error : undefined)));
  if (failure !== undefined) {
    throw failure;
  }
  return all;
}

export async function* batchGetStream(
  context: Context,
  keys: readonly string[],
  options: ReadOptions,
): AsyncGenerator<FoundAt, void, undefined> {
  const request: BatchGetRequest = {
    table: options.table ?? context.table,
    keys: [],
    consistentRead: options.consistent ?? false,
    returnConsumedCapacity: false,
  };
  const wanted = keys.map(text);
  const beside = BatchGetRequest.encode(request).finish().length;
  for (const part of split(
    wanted.map((key) => Buffer.byteLength(key)),
    beside,
  )) {
    yield* partOf(context, { ...request, keys: wanted.slice(part.start, part.end) }, part, options);
  }
}

/** The answers of one request. One that fails for good, or breaks off, leaves its keys failed. */
async function* partOf(
  { caller }: Context,
  request: BatchGetRequest,
  { start }: Part,
  options: ReadOptions,
): AsyncGenerator<FoundAt, void, undefined> {
  const unanswered = new Set(request.keys.keys());
  let error: CallError;
  try {
    for await (const answer of caller.stream(Rpc.batchGet, request, options, { position: (index) => start + index })) {
      yield* taken(answer, unanswered, start);
    }
    if (unanswered.size === 0) {
      return;
    }
    throw new UnreadableAnswer("no result for some of the keys");
  } catch (thrown) {
    error = failureOf(thrown);
  }
  for (const index of unanswered) {
    yield { outcome: "failed", error, position: start + index };
  }
}

function* taken(answer: BatchGetResponse, unanswered: Set<number>, start: number): Generator<FoundAt, void, undefined> {
  for (const { index, result } of answer.results) {
    if (!unanswered.delete(index)) {
      throw new UnreadableAnswer("a result that belongs to no key");
    }
    yield { ...found(result), position: start + index };
  }
}

function found(result: BatchGetResult["result"]): Found {
  switch (result?.$case) {
    case "found":
      return { outcome: "found", entry: new Entry(result.value) };
    case "missing":
      return { outcome: "missing" };
    case "failed":
      return { outcome: "failed", error: callError(failureOfStatus(result.value)) };
    case undefined:
      return { outcome: "failed", error: failureOf(new UnreadableAnswer("a result that is none of the known ones")) };
  }
}

/** What failed, as the failure of a call. What is none, such as the reason of an abort, goes on. */
function failureOf(thrown: unknown): CallError {
  if (thrown instanceof UnreadableAnswer) {
    return callError(failureOfCall(thrown.status));
  }
  if (thrown instanceof CallError) {
    return thrown;
  }
  throw thrown;
}
