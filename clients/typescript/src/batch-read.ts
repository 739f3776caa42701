import type { MethodDefinition } from "@grpc/grpc-js";

import { commonFailure, split, type Part } from "./batch-part.js";
import type { Context } from "./context.js";
import { Entry } from "./entry.js";
import { CallError } from "./errors.js";
import { failureOfCall, failureOfStatus, UnreadableAnswer } from "./failure.js";
import { BatchGetRequest, type BatchGetResponse, type BatchGetResult } from "./gen/dynakv/v1/batch.js";
import { KeyValueServiceService as Rpc } from "./gen/dynakv/v1/kv.js";
import type { CallOptions, ReadOptions } from "./options.js";
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
  return inOrder<Found>(batchGetStream(context, keys, options));
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
  yield* readParts<BatchGetRequest, BatchGetResponse, BatchGetResult["result"], Found>(context, options, {
    method: Rpc.batchGet,
    sizes: wanted.map((key) => Buffer.byteLength(key)),
    beside: BatchGetRequest.encode(request).finish().length,
    request: ({ start, end }) => ({ ...request, keys: wanted.slice(start, end) }),
    found,
  });
}

function found(result: BatchGetResult["result"]): Found {
  return result?.$case === "found" ? { outcome: "found", entry: new Entry(result.value) } : notFound(result);
}

/** A read of a part that was not found. */
type NotFound = { readonly outcome: "missing" } | { readonly outcome: "failed"; readonly error: CallError };

/** What became of a read that found nothing. */
export function notFound(
  result: Exclude<BatchGetResult["result"], { readonly $case: "found" } | undefined> | undefined,
): NotFound {
  switch (result?.$case) {
    case "missing":
      return { outcome: "missing" };
    case "failed":
      return { outcome: "failed", error: callError(failureOfStatus(result.value)) };
    case undefined:
      return { outcome: "failed", error: failureOf(new UnreadableAnswer("a result that is none of the known ones")) };
  }
}

/** A message with results. */
interface Answer<R> {
  readonly results: readonly { readonly index: number; readonly result: R }[];
}

/** How a batch is read in requests `Q`, which are answered by messages `A` with results `R`; `F` is what became of each. */
interface Reading<Q, A extends Answer<R>, R, F> {
  readonly method: MethodDefinition<Q, A>;
  /** The size of each read in a request. */
  readonly sizes: readonly number[];
  /** What a request takes without any of them. */
  readonly beside: number;
  readonly request: (part: Part) => Q;
  readonly found: (result: R) => F;
}

/** The answers in the order of the request. Fails if all reads failed with the same code. */
export async function inOrder<F extends { readonly outcome: string }>(
  answers: AsyncIterable<F & { readonly position: number }>,
): Promise<F[]> {
  const all: F[] = [];
  for await (const { position, ...found } of answers) {
    all[position] = found as unknown as F;
  }
  const failure = commonFailure(all.map((found) => ("error" in found ? (found.error as CallError) : undefined)));
  if (failure !== undefined) {
    throw failure;
  }
  return all;
}

/** The answers of all requests, one after the other. */
export async function* readParts<Q, A extends Answer<R>, R, F>(
  context: Context,
  options: CallOptions,
  reading: Reading<Q, A, R, F>,
): AsyncGenerator<(F | NotFound) & { readonly position: number }, void, undefined> {
  for (const part of split(reading.sizes, reading.beside)) {
    yield* partOf(context, options, reading, part);
  }
}

/** The answers of one request. One that fails for good, or breaks off, leaves its reads failed. */
async function* partOf<Q, A extends Answer<R>, R, F>(
  { caller }: Context,
  options: CallOptions,
  { method, request, found }: Reading<Q, A, R, F>,
  part: Part,
): AsyncGenerator<(F | NotFound) & { readonly position: number }, void, undefined> {
  const { start, end } = part;
  const unanswered = new Set(Array.from({ length: end - start }, (_, index) => index));
  let error: CallError;
  try {
    for await (const { results } of caller.stream(method, request(part), options, {
      position: (index) => start + index,
    })) {
      for (const { index, result } of results) {
        if (!unanswered.delete(index)) {
          throw new UnreadableAnswer("a result that belongs to no key");
        }
        yield { ...found(result), position: start + index };
      }
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
