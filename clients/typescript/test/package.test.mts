import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as esm from "dynakv";
import * as esmStub from "dynakv/stub";

const require = createRequire(import.meta.url);

test("require and import give the same", () => {
  for (const [imported, path] of [
    [esm, "dynakv"],
    [esmStub, "dynakv/stub"],
  ] as const) {
    const required = require(path) as Record<string, unknown>;
    assert.deepEqual(names(required), names(imported));
    for (const name of names(imported)) {
      assert.equal(required[name], (imported as Record<string, unknown>)[name]);
    }
  }
});

/** What is exported, beside the marks of compilers and loaders. */
function names(exported: object): string[] {
  return Object.keys(exported)
    .filter((name) => name !== "__esModule" && name !== "module.exports")
    .sort();
}

test("the version that servers see is that of the package", () => {
  const { version } = JSON.parse(readFileSync(require.resolve("dynakv/package.json"), "utf8")) as { version: string };
  const { VERSION } = require(require.resolve("dynakv").replace(/index\.js$/, "version.js")) as { VERSION: string };
  assert.equal(VERSION, version);
});

test("there is an error for every reason of the proto", () => {
  const reasons = Object.keys(esmStub.errors.ErrorReason).filter((name) => !/^\d|UNSPECIFIED/.test(name));
  const named = new Set(Object.keys(esm).map((name) => name.toLowerCase()));
  for (const reason of reasons) {
    const name = reason.toLowerCase().replaceAll("_", "");
    assert.ok(named.has(`${name}error`) || named.has(name), reason);
  }
});
