import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import * as grpc from "@grpc/grpc-js";
import { CallError, Client, DynaKVError, InvalidFieldError, OutcomeUnknownError, type BatchOperation } from "dynakv";
import * as stub from "dynakv/stub";

import { failure, startScripted, unavailable, type Handlers } from "./scripted.mjs";
import { startServer, type Server } from "./server.mjs";

/** Plays a script to a client. */
async function play(handlers: Handlers, run: (client: Client) => Promise<void>): Promise<void> {
  const server = await startScripted(handlers);
  const client = await Client.connect(server.address);
  try {
    await run(client);
  } finally {
    client.close();
    server.stop();
  }
}

type SetCall = grpc.ServerUnaryCall<stub.kv.SetRequest, stub.kv.SetResponse>;
type BatchWriteCall = grpc.ServerUnaryCall<stub.batch.BatchWriteRequest, stub.batch.BatchWriteResponse>;
type BatchGetCall = grpc.ServerWritableStream<stub.batch.BatchGetRequest, stub.batch.BatchGetResponse>;
type Answer<T> = grpc.sendUnaryData<T>;

describe("every RPC", () => {
  const services = [
    stub.kv.KeyValueServiceDefinition,
    stub.item.ItemServiceDefinition,
    stub.table.TableServiceDefinition,
  ];
  for (const { methods } of services) {
    for (const name of Object.keys(methods)) {
      test(`${name} is a method of the client`, () => assert.ok(name in Client.prototype));
    }
  }

  test("the proto says of the same ones as ever that they are not to be sent again", () => {
    const once = services.flatMap(({ methods }) =>
      Object.values(methods as Record<string, { name: string; options: { idempotencyLevel?: string } }>)
        .filter(({ options }) => options.idempotencyLevel === undefined)
        .map(({ name }) => name),
    );
    assert.deepEqual(once.sort(), [
      "CompareAndDelete",
      "CreateTable",
      "DeleteItem",
      "DeleteTable",
      "Increment",
      "UpdateItem",
    ]);
  });
});

describe("attempts", () => {
  test("a write has the same id in each, and another one in the next call", async () => {
    const ids: string[] = [];
    const set = ({ request }: SetCall, answer: Answer<stub.kv.SetResponse>): void => {
      ids.push(request.requestId);
      if (ids.length < 3) {
        answer(unavailable());
      } else {
        answer(null, { version: "1", expireTime: undefined, previousLost: false });
      }
    };
    await play({ set }, async (client) => {
      await client.set("k", "v");
      await client.set("k", "v");
      assert.equal(ids.length, 4);
      assert.match(ids[0] ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
      assert.equal(new Set(ids.slice(0, 3)).size, 1);
      assert.notEqual(ids[2], ids[3]);
    });
  });

  test("a large batch is sent again like a small one, each request under its own id", async () => {
    const sent: { count: number; id: string }[] = [];
    const batchWrite = ({ request }: BatchWriteCall, answer: Answer<stub.batch.BatchWriteResponse>): void => {
      const { operations, requestId } = request;
      sent.push({ count: operations.length, id: requestId });
      const result = stub.batch.BatchWriteResult.create({
        outcome: stub.batch.BatchWriteResult_Outcome.APPLIED,
        version: "1",
      });
      answer(sent.length === 1 ? unavailable() : null, {
        results: operations.map(() => result),
        consumedCapacity: undefined,
      });
    };
    await play({ batchWrite }, async (client) => {
      const value = Buffer.alloc(1000);
      const operations = Array.from({ length: 10_001 }, (_, index) => ({ op: "set", key: `${index}`, value }) as const);
      const requestId = "00000000-0000-4000-8000-000000000007";
      const outcomes = await client.batchWrite(operations, { requestId });
      assert.ok(outcomes.length === 10_001 && outcomes.every(({ outcome }) => outcome === "written"));
      assert.deepEqual(
        sent.map(({ count }) => count),
        [10_000, 10_000, 1],
      );
      const [first, again, other] = sent.map(({ id }) => id);
      assert.deepEqual([first, again], [requestId, requestId]);
      assert.match(other ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    });
  });

  test("a large batch under an id that is no UUID is refused, and nothing of it is sent", async () => {
    let sent = 0;
    const batchWrite = ({ request }: BatchWriteCall, answer: Answer<stub.batch.BatchWriteResponse>): void => {
      sent += 1;
      const result = stub.batch.BatchWriteResult.create({
        outcome: stub.batch.BatchWriteResult_Outcome.APPLIED,
        version: "1",
      });
      answer(null, { results: request.operations.map(() => result), consumedCapacity: undefined });
    };
    await play({ batchWrite }, async (client) => {
      const operations = Array.from({ length: 10_001 }, (_, key) => ({ op: "set", key: `${key}`, value: "" }) as const);
      for (const requestId of ["", "order-7", "00000000-0000-4000-8000-00000000000g"]) {
        await assert.rejects(client.batchWrite(operations, { requestId }), TypeError);
      }
      assert.equal(sent, 0);
      await client.batchWrite(operations, { requestId: "00000000000040008000000000000007" });
      assert.equal(sent, 2);
    });
  });

  test("a batch with a conditional delete is sent once, and so is a transaction of deletes", async () => {
    let attempts = 0;
    const fail = (_: unknown, answer: Answer<unknown>): void => {
      attempts += 1;
      answer(unavailable());
    };
    await play({ batchWrite: fail, transactWrite: fail }, async (client) => {
      const requestId = "00000000-0000-4000-8000-000000000008";
      const unknown = (error: unknown): boolean =>
        error instanceof OutcomeUnknownError && error.requestId === requestId;
      await assert.rejects(
        client.batchWrite([{ op: "delete", key: "k", expected: "present" }], { requestId }),
        unknown,
      );
      assert.equal(attempts, 1);
      await assert.rejects(client.transactWrite([{ op: "delete", key: "k" }], { requestId }), unknown);
      assert.equal(attempts, 2);
    });
  });

  test("none is made again with retry: false", async () => {
    let attempts = 0;
    const server = await startScripted({
      get: (_: unknown, answer: Answer<unknown>) => {
        attempts += 1;
        answer(unavailable());
      },
    });
    const client = new Client({ address: server.address, retry: false });
    await assert.rejects(client.get("k"), CallError);
    assert.equal(attempts, 1);
    client.close();
    server.stop();
  });
});

describe("a stream of answers", () => {
  const missing = (...indexes: number[]): stub.batch.BatchGetResponse => ({
    results: indexes.map((index) => ({ index, result: { $case: "missing", value: {} } })),
    consumedCapacity: undefined,
  });
  const of =
    (...answers: stub.batch.BatchGetResponse[]) =>
    (call: BatchGetCall): void => {
      answers.forEach((answer) => call.write(answer));
      call.end();
    };
  const outcomes = async (client: Client): Promise<string[]> => {
    const all: string[] = [];
    for await (const found of client.batchGetStream(["a", "b", "c"])) {
      assert.equal(all[found.position], undefined, "answered twice");
      all[found.position] = found.outcome === "failed" ? found.error.code : found.outcome;
    }
    return all;
  };

  test("may come in any order", async () => {
    await play({ batchGet: of(missing(2), missing(0, 1)) }, async (client) => {
      assert.deepEqual(await outcomes(client), ["missing", "missing", "missing"]);
    });
  });

  test("that breaks off leaves no key out", async () => {
    const batchGet = (call: BatchGetCall): void => {
      call.write(missing(1));
      call.emit("error", failure(grpc.status.UNAVAILABLE));
    };
    await play({ batchGet }, async (client) => {
      assert.deepEqual(await outcomes(client), ["UNAVAILABLE", "missing", "UNAVAILABLE"]);
    });
  });

  test("with too few answers, or one twice, is not understood", async () => {
    await play({ batchGet: of(missing(1)) }, async (client) => {
      assert.deepEqual(await outcomes(client), ["INTERNAL", "missing", "INTERNAL"]);
    });
    await play({ batchGet: of(missing(1), missing(1)) }, async (client) => {
      assert.deepEqual(await outcomes(client), ["INTERNAL", "missing", "INTERNAL"]);
    });
  });

  test("is cancelled when the loop is left", async () => {
    let cancelled: () => void = () => undefined;
    const heard = new Promise<void>((resolve) => (cancelled = resolve));
    const batchGet = (call: BatchGetCall): void => {
      call.on("cancelled", cancelled);
      call.write(missing(0));
    };
    await play({ batchGet }, async (client) => {
      for await (const found of client.batchGetStream(["a", "b"])) {
        assert.equal(found.outcome, "missing");
        break;
      }
      await heard;
    });
  });
});

describe("pages", () => {
  /** Answers page `n` with the key `n` while `n` is below 3; page 1 is empty. */
  const pages =
    (asked: string[]) => (call: { request: stub.kv.ListKeysRequest }, answer: Answer<stub.kv.ListKeysResponse>) => {
      const token = call.request.pageToken;
      asked.push(token);
      const page = Number(token);
      const nextPageToken = page < 3 ? String(page + 1) : "";
      answer(null, { keys: page === 1 ? [] : [String(page)], nextPageToken, consumedCapacity: undefined });
    };

  test("are all read, and the empty one is passed over", async () => {
    const asked: string[] = [];
    await play({ listKeys: pages(asked) }, async (client) => {
      assert.deepEqual(await client.listKeys().toArray(), ["0", "2", "3"]);
      assert.deepEqual(asked, ["", "1", "2", "3"]);
    });
  });

  test("are read one ahead, and no further", async () => {
    const asked: string[] = [];
    let second: () => void = () => undefined;
    const readAhead = new Promise<void>((resolve) => (second = resolve));
    const listKeys = (call: { request: stub.kv.ListKeysRequest }, answer: Answer<stub.kv.ListKeysResponse>): void => {
      pages(asked)(call, answer);
      if (asked.length === 2) {
        second();
      }
    };
    await play({ listKeys }, async (client) => {
      const reading = client.listKeys().pages();
      assert.deepEqual(asked, [], "nothing is read before it is asked for");
      await reading.next();
      await readAhead;
      assert.deepEqual(asked, ["", "1"]);
      await reading.return();
    });
  });

  test("go on from a token, and end after an error", async () => {
    const listKeys = (
      { request }: { request: stub.kv.ListKeysRequest },
      answer: Answer<stub.kv.ListKeysResponse>,
    ): void =>
      request.pageToken === "forged" ? answer(failure(grpc.status.INVALID_ARGUMENT)) : pages([])({ request }, answer);
    await play({ listKeys }, async (client) => {
      const page = await client.listKeys({ pageToken: "2" }).page();
      assert.deepEqual(page, { rows: ["2"], count: 1, nextPageToken: "3" });
      await assert.rejects(client.listKeys({ pageToken: "forged" }).toArray(), CallError);
    });
  });
});

describe("the end of a call", () => {
  let server: Server;
  let client: Client;
  before(async () => {
    server = await startServer();
    client = await Client.connect(server.address);
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  test("by a signal, before it is sent", async () => {
    const signal = AbortSignal.abort(new Error("no more"));
    await assert.rejects(client.get("k", { signal }), /no more/);
    await assert.rejects(client.set("k", "v", { signal }), /no more/);
    await assert.rejects(client.batchGet(["k"], { signal }), /no more/);
    await assert.rejects(client.listKeys({ signal }).toArray(), /no more/);
  });

  test("by a signal, on its way", async () => {
    let arrived: () => void = () => undefined;
    const silent = (): void => arrived();
    await play({ get: silent, set: silent }, async (client) => {
      const aborted = (): { signal: AbortSignal } => {
        const controller = new AbortController();
        arrived = () => controller.abort(new Error("no more"));
        return { signal: controller.signal };
      };
      await assert.rejects(client.get("k", aborted()), /no more/);
      await assert.rejects(client.set("k", "v", aborted()), OutcomeUnknownError);
    });
  });

  describe("by a signal, in a batch of several requests", () => {
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

    test("tells the id if nothing is known to be written", async () => {
      const { ids, signal, handlers } = abortedAfter(0);
      await play(handlers, async (client) => {
        await assert.rejects(client.batchWrite(sets(10_001), { signal }), (error) => {
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

  test("by its deadline", async () => {
    const silent = (): void => undefined;
    await play({ get: silent, set: silent }, async (client) => {
      const code = (error: unknown): boolean => error instanceof CallError && error.code === "DEADLINE_EXCEEDED";
      await assert.rejects(client.get("k", { timeout: 200 }), code);
      await assert.rejects(client.set("k", "v", { timeout: 200 }), OutcomeUnknownError);
    });
  });

  test("without ever finding a connection: nothing was written", async () => {
    const nowhere = new Client({ address: "127.0.0.1:1", retry: false });
    await assert.rejects(nowhere.set("k", "v"), (error) => error instanceof CallError && error.code === "UNAVAILABLE");
    nowhere.close();
  });

  test("by an error that says all that is known of it", async () => {
    await assert.rejects(client.set("", "v"), (error) => {
      assert.ok(error instanceof InvalidFieldError && error instanceof CallError && error instanceof DynaKVError);
      assert.deepEqual(
        [error.name, error.code, error.reason],
        ["InvalidFieldError", "INVALID_ARGUMENT", "INVALID_FIELD"],
      );
      assert.deepEqual(error.fieldViolations, [{ field: "key", description: "must not be empty" }]);
      assert.equal(error.metadata["outcome"], "NOT_APPLIED");
      assert.match(error.stack ?? "", /calls\.test/);
      return true;
    });
  });

  test("by the refusal of what cannot be sent", async () => {
    await assert.rejects(client.get("k", { timeout: NaN }), RangeError);
    await assert.rejects(client.increment("k", { by: 2n ** 63n }), RangeError);
    await assert.rejects(client.increment("k", { by: 0.5 }), RangeError);
    await assert.rejects(client.set("k", "v", { ttl: NaN }), RangeError);
    await assert.rejects(client.set("k", "v", { ttl: 1, keepTtl: true }), TypeError);
    await assert.rejects(client.set("\ud800", "v"), TypeError);
    assert.throws(() => client.listKeys({ prefix: "a", glob: "b" }), TypeError);
  });
});
