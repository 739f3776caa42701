import { status as Code } from "@grpc/grpc-js";

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

/** What became of one operation of a `batchWrite`. */
export type BatchOutcome =
  | {
      /** The entry is written. */
      readonly outcome: "written";
      /** Its version as written. */
      readonly version: string;
      /** When it expires, if the operation gave a TTL. */
      readonly expireTime: Date | undefined;
    }
  | {
      /** The entry is deleted. */
      readonly outcome: "deleted";
      /** With `reportExisted`: whether there was one. */
      readonly existed: boolean | undefined;
    }
  | {
      /** The entry was not as expected and is unchanged. */
      readonly outcome: "conditionFailed";
      /** With `returnCurrent`: the entry as it is, if there is one. */
      readonly current: Entry | undefined;
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
interface Sent {
  readonly position: number;
  readonly operation: BatchWriteOperation;
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
    .map((operation, position): Sent => ({ position, operation: { kind: toWire(operation) } }))
    .filter(({ position }) => last.get(operations[position]?.key ?? "") === position);
  const request: BatchWriteRequest = {
    table: options.table ?? context.table,
    operations: [],
    requestId,
    returnConsumedCapacity: false,
  };
  const sizes = sent.map(({ operation }) => BatchWriteOperation.encode(operation).finish().length);
  const outcomes = operations.map((): BatchOutcome => ({ outcome: "superseded" }));
  // All ids before the first request: one that cannot be made is to refuse the whole.
  const parts = split(sizes, BatchWriteRequest.encode(request).finish().length).map((part, number) => ({
    number,
    id: partId(requestId, number),
    ofPart: sent.slice(part.start, part.end),
  }));
  for (const { number, id, ofPart } of parts) {
    const answers = await partOf(context, { ...request, requestId: id }, ofPart, options, number);
    ofPart.forEach(({ position }, index) => {
      outcomes[position] = required(answers[index], "result for an operation");
    });
  }
  return asOne(outcomes, requestId);
}

/** The outcomes of one request, one for each of its operations. */
async function partOf(
  { caller }: Context,
  request: BatchWriteRequest,
  sent: readonly Sent[],
  options: WriteOptions,
  number: number,
): Promise<BatchOutcome[]> {
  const operations = sent.map(({ operation }) => operation);
  try {
    return await caller.unary(
      Rpc.batchWrite,
      { ...request, operations },
      options,
      ({ results }) => {
        if (results.length !== operations.length) {
          throw new UnreadableAnswer("another number of results than the call has operations");
        }
        return results.map((result, index) => outcomeOf(result, operations[index]?.kind));
      },
      {
        requestId: request.requestId,
        // What holds for a single conditional delete holds for a request with one: a second attempt would find nothing.
        once: operations.some(({ kind }) => kind?.$case === "delete" && kind.value.expected !== undefined),
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
function outcomeOfAbort(reason: unknown): BatchOutcome {
  const status = { code: Code.CANCELLED, message: "the call was aborted before this was sent", details: [] };
  return { outcome: "failed", error: callError(failureOfStatus(status), { cause: reason }) };
}

function outcomeOfError(error: unknown): BatchOutcome {
  if (error instanceof OutcomeUnknownError) {
    return { outcome: "outcomeUnknown", error: error.cause };
  }
  if (error instanceof CallError) {
    return { outcome: "failed", error };
  }
  throw error;
}

function outcomeOf(result: BatchWriteResult, kind: BatchWriteOperation["kind"]): BatchOutcome {
  switch (result.outcome) {
    case Case.APPLIED:
      return kind?.$case === "set"
        ? { outcome: "written", version: required(result.version, "version"), expireTime: result.expireTime }
        : { outcome: "deleted", existed: result.existed };
    case Case.CONDITION_FAILED: {
      const { current, currentOmitted } = result;
      return { outcome: "conditionFailed", current: entryFromWire(current), currentOmitted };
    }
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

function asOne(outcomes: BatchOutcome[], requestId: string): BatchOutcome[] {
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
