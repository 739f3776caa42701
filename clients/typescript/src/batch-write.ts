import { status as Code, type MethodDefinition } from "@grpc/grpc-js";

import { commonFailure, partId, split } from "./batch-part.js";
import { requestIdOf } from "./call.js";
import type { Context } from "./context.js";
import { entryFromWire, expectedToWire, type Entry, type Expected } from "./entry.js";
import { expiryToWire, required } from "./entries.js";
import { CallError, OutcomeUnknownError } from "./errors.js";
import { failureOfStatus, UnreadableAnswer } from "./failure.js";
import {
  BatchWriteOperation,
  BatchWriteRequest,
  BatchWriteResult_Outcome as Case,
  type BatchWriteResponse,
  type BatchWriteResult,
} from "./gen/dynakv/v1/batch.js";
import { KeyValueServiceService as Rpc } from "./gen/dynakv/v1/kv.js";
import type { ExpiryOptions, WriteOptions } from "./options.js";
import { callError } from "./reason.js";
import { buffer, text, type Bytes } from "./text.js";

/** Writes an entry, whatever was there unless `expected` says otherwise. */
export interface BatchSet extends ExpiryOptions {
  readonly op: "set";
  /** 1 to 2,048 bytes. */
  readonly key: string;
  /** May be empty. */
  readonly value: Bytes;
  /** Write only if the entry is like this. Costs a call of its own, as `keepTtl` does. */
  readonly expected?: Expected | undefined;
  /** If the entry is not as expected, answer with it as it is. */
  readonly returnCurrent?: boolean | undefined;
}

/** Deletes an entry, whatever it holds unless `expected` says otherwise. */
export interface BatchDelete {
  readonly op: "delete";
  /** 1 to 2,048 bytes. */
  readonly key: string;
  /** Delete only if the entry is like this, which cannot be `"absent"`. Costs a call of its own. */
  readonly expected?: Expected | undefined;
  /** If the entry is not as expected, answer with it as it is. */
  readonly returnCurrent?: boolean | undefined;
  /** Say whether there was an entry. Costs a call of its own. */
  readonly reportExisted?: boolean | undefined;
}

/** One operation of a `batchWrite`. */
export type BatchOperation = BatchSet | BatchDelete;

/** What became of one operation of a `batchWrite` or, with items instead of entries, of a `batchWriteItems`. */
export type BatchOutcome<C = Entry> =
  | {
      /** The entry or item is written. */
      readonly outcome: "written";
      /** Its version as written. */
      readonly version: string;
      /** When it expires, if the operation gave a TTL. */
      readonly expireTime: Date | undefined;
    }
  | {
      /** The entry or item is deleted. */
      readonly outcome: "deleted";
      /** With `reportExisted`: whether there was one. */
      readonly existed: boolean | undefined;
    }
  | {
      /** The entry or item was not as expected and is unchanged. */
      readonly outcome: "conditionFailed";
      /** With `returnCurrent`: the entry or item as it is, if there is one. */
      readonly current: C | undefined;
      /** `current` was asked for and left out, because the response would have become too large. */
      readonly currentOmitted: boolean;
    }
  | {
      /** A later operation of the batch names the same key; this one was not carried out. */
      readonly outcome: "superseded";
    }
  | {
      /** It certainly did not happen; or it may or may not have happened. */
      readonly outcome: "failed" | "outcomeUnknown";
      /** Why. */
      readonly error: CallError;
    };

/** An operation that is sent, and where the caller had it. */
export interface Sent<O> {
  readonly position: number;
  readonly operation: O;
}

/** A response with results. */
interface Answer<R> {
  readonly results: readonly R[];
}

/** How operations `O` are sent in requests `Q`, which are answered by `A` with results `R`; a failed condition shows `C`. */
export interface Writing<O, Q, A extends Answer<R>, R, C> {
  readonly method: MethodDefinition<Q, A>;
  /** How many operations the caller has. */
  readonly count: number;
  /** Those to send. The others are superseded. */
  readonly sent: readonly Sent<O>[];
  readonly size: (operation: O) => number;
  /** What a request takes without any of them. */
  readonly beside: number;
  readonly request: (operations: O[], requestId: string) => Q;
  /** Whether a second attempt would find nothing. */
  readonly once: (operation: O) => boolean;
  readonly outcome: (result: R, operation: O) => BatchOutcome<C>;
}

export async function batchWrite(
  context: Context,
  operations: readonly BatchOperation[],
  options: WriteOptions,
): Promise<BatchOutcome[]> {
  const requestId = requestIdOf(options);
  // The last operation on a key wins however many requests the batch takes, so the others are not even sent.
  const last = new Map(operations.map(({ key }, position) => [key, position]));
  const sent = operations
    .map((operation, position) => ({ position, operation: { kind: toWire(operation) } }))
    .filter(({ position }) => last.get(operations[position]?.key ?? "") === position);
  const request: BatchWriteRequest = {
    table: options.table ?? context.table,
    operations: [],
    requestId,
    returnConsumedCapacity: false,
  };
  return writeParts<BatchWriteOperation, BatchWriteRequest, BatchWriteResponse, BatchWriteResult, Entry>(
    context,
    options,
    requestId,
    {
      method: Rpc.batchWrite,
      count: operations.length,
      sent,
      size: (operation) => BatchWriteOperation.encode(operation).finish().length,
      beside: BatchWriteRequest.encode(request).finish().length,
      request: (operations, requestId) => ({ ...request, operations, requestId }),
      once: ({ kind }) => kind?.$case === "delete" && kind.value.expected !== undefined,
      outcome: (result, { kind }) =>
        outcomeOf(result.outcome, result, kind?.$case === "set", entryFromWire(result.current)),
    },
  );
}

/** Sends operations in requests, one after the other. Fails if all that were sent failed with the same code. */
export async function writeParts<O, Q, A extends Answer<R>, R, C>(
  context: Context,
  options: WriteOptions,
  requestId: string,
  writing: Writing<O, Q, A, R, C>,
): Promise<BatchOutcome<C>[]> {
  const { sent } = writing;
  const sizes = sent.map(({ operation }) => writing.size(operation));
  const outcomes = Array.from({ length: writing.count }, (): BatchOutcome<C> => ({ outcome: "superseded" }));
  // All ids before the first request: one that cannot be made is to refuse the whole.
  const parts = split(sizes, writing.beside).map((part, number) => ({
    number,
    id: partId(requestId, number),
    ofPart: sent.slice(part.start, part.end),
  }));
  for (const { number, id, ofPart } of parts) {
    const answers = await partOf(context, options, writing, ofPart, id, number);
    ofPart.forEach(({ position }, index) => {
      outcomes[position] = required(answers[index], "result for an operation");
    });
  }
  return asOne(outcomes, requestId);
}

/** The outcomes of one request, one for each of its operations. */
async function partOf<O, Q, A extends Answer<R>, R, C>(
  { caller }: Context,
  options: WriteOptions,
  writing: Writing<O, Q, A, R, C>,
  sent: readonly Sent<O>[],
  requestId: string,
  number: number,
): Promise<BatchOutcome<C>[]> {
  const operations = sent.map(({ operation }) => operation);
  try {
    return await caller.unary(
      writing.method,
      writing.request(operations, requestId),
      options,
      ({ results }) => {
        if (results.length !== operations.length) {
          throw new UnreadableAnswer("another number of results than the call has operations");
        }
        return operations.map((operation, index) =>
          writing.outcome(required(results[index], "result for an operation"), operation),
        );
      },
      {
        requestId,
        // What holds for a single delete that is sent once holds for a request with one.
        once: operations.some(writing.once),
        position: (index) => sent[index]?.position,
      },
    );
  } catch (error) {
    // Asked first, since the caller may have aborted with an error of this library.
    const unsent = options.signal?.aborted === true && error === options.signal.reason;
    if (unsent && number === 0) {
      throw error;
    }
    const outcome = unsent ? outcomeOfAbort(error) : outcomeOfError(error);
    return operations.map(() => outcome);
  }
}

/** Of what was not sent any more; what was sent before it is not to be lost by a rejection of the whole. */
function outcomeOfAbort(reason: unknown): BatchOutcome<never> {
  const status = { code: Code.CANCELLED, message: "the call was aborted before this was sent", details: [] };
  return { outcome: "failed", error: callError(failureOfStatus(status), { cause: reason }) };
}

function outcomeOfError(error: unknown): BatchOutcome<never> {
  if (error instanceof OutcomeUnknownError) {
    return { outcome: "outcomeUnknown", error: error.cause };
  }
  if (error instanceof CallError) {
    return { outcome: "failed", error };
  }
  throw error;
}

/** What the results of all batches have in common, beside their outcomes. */
type AnyResult = Pick<BatchWriteResult, "version" | "expireTime" | "currentOmitted" | "existed" | "failed">;

/** What became of an operation, which writes or deletes. */
export function outcomeOf<C>(
  outcome: Case,
  result: AnyResult,
  writes: boolean,
  current: C | undefined,
): BatchOutcome<C> {
  switch (outcome) {
    case Case.APPLIED:
      return writes
        ? { outcome: "written", version: required(result.version, "version"), expireTime: result.expireTime }
        : { outcome: "deleted", existed: result.existed };
    case Case.CONDITION_FAILED:
      return { outcome: "conditionFailed", current, currentOmitted: result.currentOmitted };
    case Case.SUPERSEDED:
      return { outcome: "superseded" };
    case Case.FAILED: {
      const error = callError(failureOfStatus(required(result.failed, "status of what failed")));
      return { outcome: error.metadata["outcome"] === "NOT_APPLIED" ? "failed" : "outcomeUnknown", error };
    }
    default:
      throw new UnreadableAnswer("no known outcome");
  }
}

function asOne<C>(outcomes: BatchOutcome<C>[], requestId: string): BatchOutcome<C>[] {
  const carriedOut = outcomes.filter(({ outcome }) => outcome !== "superseded");
  const failure = commonFailure(carriedOut.map((outcome) => ("error" in outcome ? outcome.error : undefined)));
  if (failure === undefined) {
    return outcomes;
  }
  throw carriedOut.every(({ outcome }) => outcome === "failed") ? failure : new OutcomeUnknownError(requestId, failure);
}

function toWire(operation: BatchOperation): BatchWriteOperation["kind"] {
  const { key, expected, returnCurrent = false } = operation;
  const common = { key: text(key), expected: expected && expectedToWire(expected), returnCurrent };
  if (operation.op === "delete") {
    return { $case: "delete", value: { ...common, reportExisted: operation.reportExisted ?? false } };
  }
  return { $case: "set", value: { ...common, value: buffer(operation.value), expiry: expiryToWire(operation) } };
}
