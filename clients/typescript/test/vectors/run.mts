// Carries out the vectors that all clients share, through the public API. There is no way to skip one.

import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";

import { Client, type CallOptions } from "dynakv";

import { startServer } from "../server.mjs";
import { call } from "./calls.mjs";
import { expand, has, loadVectors, map, type Doc, type Step, type Vector } from "./file.mjs";
import { mismatch } from "./match.mjs";
import { error as errorDoc } from "./results.mjs";
import { duration } from "./values.mjs";

/** From `build/test/vectors`, where this is run. */
const FOLDER = process.env["DYNAKV_VECTORS"] ?? fileURLToPath(new URL("../../../../vectors", import.meta.url));

function hasFault({ steps }: Pick<Vector, "steps">): boolean {
  return steps.some(({ fault }) => fault !== undefined);
}

async function run(address: string, { steps }: Vector): Promise<string | undefined> {
  const client = await Client.connect(address);
  try {
    if (hasFault({ steps })) {
      await fillThrottle(client);
    }
    const captured = new Map<string, Doc>();
    for (const [number, step] of steps.entries()) {
      const wrong = await carryOut(client, step, captured);
      if (wrong !== undefined) {
        return `step ${number + 1}, ${step.call}: ${wrong}`;
      }
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.stack : String(error);
  } finally {
    client.close();
  }
}

/** gRPC keeps the throttle of retries for each server, not for each client: a hundred calls that succeed fill it up. */
async function fillThrottle({ stub }: Client): Promise<void> {
  const bytes = (message: Buffer): Buffer => message;
  const check = (): Promise<void> =>
    new Promise((resolve, reject) => {
      stub.makeUnaryRequest("/grpc.health.v1.Health/Check", bytes, bytes, Buffer.alloc(0), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  await Promise.all(Array.from({ length: 100 }, check));
}

async function carryOut(client: Client, step: Step, captured: Map<string, Doc>): Promise<string | undefined> {
  const args = map(expand(step.args ?? {}, captured));
  const outcome = await call(client, step.call, args, options(step)).then(
    (result) => ({ result }),
    (error: unknown) => ({ error: errorDoc(error) }),
  );
  for (const [name, path] of Object.entries(step.capture ?? {})) {
    captured.set(name, at("result" in outcome ? outcome.result : outcome.error, path));
  }
  const expected = step.error === undefined ? "result" : "error";
  const other = expected === "result" ? "error" : "result";
  const found = (outcome as Partial<Record<string, Doc>>)[expected];
  if (found === undefined) {
    return `expected ${expected}, found ${JSON.stringify((outcome as Partial<Record<string, Doc>>)[other])}`;
  }
  return mismatch(expand(step[expected === "error" ? "error" : "expect"] ?? {}, captured), found, expected);
}

function options({ timeout, fault }: Step): CallOptions {
  const faults = (fault ?? []).map((each) =>
    Object.entries(each)
      .map(([name, value]) => `${name}=${value}`)
      .join(";"),
  );
  return {
    ...(timeout !== undefined && { timeout: duration(timeout) }),
    ...(fault !== undefined && { metadata: { "dynakv-test-fault": [`id=${randomUUID()}`, ...faults].join("|") } }),
  };
}

function at(doc: Doc, path: string): Doc {
  return path.split(".").reduce<Doc>((within, step) => {
    const next = Array.isArray(within) ? within[Number(step)] : has(within, step) ? within[step] : undefined;
    if (next === undefined) {
      throw new Error(`there is no ${path} to capture in ${JSON.stringify(doc)}`);
    }
    return next;
  }, doc);
}

/** How many vectors without faults run at the same time. */
const WORKERS = 8;

const vectors = loadVectors(FOLDER);
const server = await startServer();
const failed: string[] = [];

async function runAll(queue: Iterator<Vector>): Promise<void> {
  for (let next = queue.next(); next.done !== true; next = queue.next()) {
    const wrong = await run(server.address, next.value);
    if (wrong !== undefined) {
      failed.push(next.value.name);
      console.error(`FAILED ${next.value.name}: ${wrong}`);
    }
  }
}

// Those with faults one by one: they share the throttle of retries.
await runAll(vectors.filter(hasFault).values());
const queue = vectors.filter((vector) => !hasFault(vector)).values();
await Promise.all(Array.from({ length: WORKERS }, () => runAll(queue)));

await server.stop();
if (failed.length > 0 || vectors.length === 0) {
  console.error(`vectors: ${failed.length} of ${vectors.length} failed`);
  process.exitCode = 1;
} else {
  console.log(`vectors: ${vectors.length} passed`);
}
