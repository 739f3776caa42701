import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as grpc from "@grpc/grpc-js";
import { CallError, OutcomeUnknownError, type BatchOperation } from "dynakv";
import * as stub from "dynakv/stub";

import { play, type Handlers } from "./scripted.mjs";

type BatchWriteCall = grpc.ServerUnaryCall<stub.batch.BatchWriteRequest, stub.batch.BatchWriteResponse>;
type Answer<T> = grpc.sendUnaryData<T>;

describe("a signal, in a batch", () => {
  const sets = (count: number): BatchOperation[] =>
    Array.from({ length: count }, (_, index) => ({ op: "set", key: `${index}`, value: "" }));

  /** Writes the first requests, and aborts while another one is under way. */
  const abortedAfter = (written: number): { ids: string[]; signal: AbortSignal; handlers: Handlers } => {
    const ids: string[] = [];
    const controller = new AbortController();
    const result = stub.batch.BatchWriteResult.create({
      outcome: stub.batch.BatchWriteResult_Outcome.APPLIED,
      version: "1",
    });
    const batchWrite = ({ request }: BatchWriteCall, answer: Answer<stub.batch.BatchWriteResponse>): void => {
      ids.push(request.requestId);
      if (ids.length > written) {
        controller.abort(new Error("no more"));
      } else {
        answer(null, { results: request.operations.map(() => result), consumedCapacity: undefined });
      }
    };
    return { ids, signal: controller.signal, handlers: { batchWrite } };
  };

  test("says of each operation what became of it", async () => {
    const { ids, signal, handlers } = abortedAfter(1);
    await play(handlers, async (client) => {
      const outcomes = await client.batchWrite(sets(20_001), { signal });
      assert.equal(ids.length, 2);
      assert.ok(outcomes.slice(0, 10_000).every(({ outcome }) => outcome === "written"));
      assert.ok(outcomes.slice(10_000, 20_000).every(({ outcome }) => outcome === "outcomeUnknown"));
      const last = outcomes[20_000];
      assert.ok(last?.outcome === "failed" && last.error instanceof CallError);
      assert.deepEqual([last.error.code, last.error.cause], ["CANCELLED", signal.reason]);
    });
  });

  test("says so too if the first request is under way", async () => {
    const { ids, signal, handlers } = abortedAfter(0);
    await play(handlers, async (client) => {
      const outcomes = await client.batchWrite(sets(10_001), { signal });
      assert.equal(ids.length, 1);
      assert.ok(outcomes.slice(0, 10_000).every(({ outcome }) => outcome === "outcomeUnknown"));
      const last = outcomes[10_000];
      assert.ok(last?.outcome === "failed" && last.error instanceof CallError);
      assert.deepEqual([last.error.code, last.error.cause], ["CANCELLED", signal.reason]);
    });
  });

  test("tells the id if there is but one request", async () => {
    const { ids, signal, handlers } = abortedAfter(0);
    await play(handlers, async (client) => {
      await assert.rejects(client.batchWrite(sets(2), { signal }), (error) => {
        assert.ok(error instanceof OutcomeUnknownError);
        assert.deepEqual([error.code, [error.requestId]], ["CANCELLED", ids]);
        return true;
      });
    });
  });

  test("has its reason if nothing was sent", async () => {
    const { ids, handlers } = abortedAfter(2);
    await play(handlers, async (client) => {
      const signal = AbortSignal.abort(new Error("no more"));
      await assert.rejects(client.batchWrite(sets(10_001), { signal }), /no more/);
      assert.deepEqual(ids, []);
    });
  });
});
