import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { startServer, type Server } from "./server.mjs";

/** From `build/test`, where this is run. */
const PACKAGE = new URL("../../", import.meta.url);

/** What each example prints. */
const PRINTS: Readonly<Record<string, string>> = {
  batch: "0 apples\n1 pears\n2 missing\n",
  "compare-and-set": "apples pears plums\n",
  counter: "bigint true\n",
  errors: "it holds no number\n",
  first: "hello\n",
  lock: "somebody else gets it: false\nwe got it: true it is free again: true\n",
  metrics: "1\n",
  query: "17.5\n3 25\n1 17.5\n2 true\n3\n",
  tls: "",
  // The first call is how the client finds out whether the server is there.
  tracing: "grpc.grpc.health.v1.Health/Check\ngrpc.dynakv.v1.KeyValueService/Get\n",
  transaction: "ordered\nentry absent\n",
  ttl: "true true\nnoTtl\n",
};

const names = readdirSync(new URL("examples", PACKAGE), "utf8").map((file) => file.replace(/\.mts$/, ""));

describe("each example runs", { concurrency: false }, () => {
  let server: Server;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  for (const name of names) {
    test(name, async () => {
      const file = fileURLToPath(new URL(`build/examples/${name}.mjs`, PACKAGE));
      const env = { ...process.env, DYNAKV_ADDRESS: server.address };
      const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
      assert.deepEqual(lines(stdout), lines(PRINTS[name] ?? ""));
    });
  }
});

test("every snippet of the README is a region of an example, and every region is in the README", () => {
  const regions = new Map<string, string>();
  for (const name of names) {
    const source = readFileSync(new URL(`examples/${name}.mts`, PACKAGE), "utf8");
    for (const [, region = "", body = ""] of source.matchAll(/^\/\/ snippet: (\S+)\n(.*?)^\/\/ end$/gms)) {
      regions.set(region, body);
    }
  }
  const readme = readFileSync(new URL("README.md", PACKAGE), "utf8");
  const blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```$/gms), ([, body]) => body);
  assert.deepEqual(new Set(blocks), new Set(regions.values()));
});

/** Answers of a batch come in no particular order. */
function lines(text: string): string[] {
  return text.split("\n").sort();
}
