import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { attr, Client, NumberValue, Update, type Item, type ItemInput, type ValueInput } from "dynakv";

import { startServer, type Server } from "./server.mjs";

describe("numbers", () => {
  test("are decimal text", () => {
    for (const text of ["0", "-12.5", "+5", "1E+20", "1e-130", ".5", "5.", "00042"]) {
      assert.equal(new NumberValue(text).value, text);
    }
    for (const text of ["", "-", ".", "1e", "1e1.5", "0x10", "NaN", "Infinity", " 1", "1_000", "1.2.3"]) {
      assert.throws(() => new NumberValue(text), RangeError, text);
    }
  });

  test("are made of what has not been rounded", () => {
    assert.equal(String(new NumberValue(0.1)), "0.1");
    assert.equal(String(new NumberValue(-1e-9)), "-1e-9");
    assert.equal(String(new NumberValue(Number.MAX_SAFE_INTEGER)), "9007199254740991");
    assert.equal(String(new NumberValue(2n ** 64n)), "18446744073709551616");
    for (const number of [2 ** 53, -1e300, NaN, Infinity]) {
      assert.throws(() => new NumberValue(number), RangeError);
    }
  });

  test("are known as whole numbers however they are written", () => {
    const whole = {
      "100": 100n,
      "1E+2": 100n,
      "100.0": 100n,
      "0.5e1": 5n,
      "-50e-1": -5n,
      "+7": 7n,
      "0E+99": 0n,
      "1e39": 10n ** 39n,
    };
    for (const [text, value] of Object.entries(whole)) {
      assert.equal(new NumberValue(text).toBigInt(), value, text);
    }
    assert.equal(new NumberValue("99999999999999999999999999999999999999").toBigInt(), 10n ** 38n - 1n);
    for (const text of ["1.5", "1e-1", "-0.001"]) {
      assert.throws(() => new NumberValue(text).toBigInt(), RangeError, text);
    }
  });

  test("become numbers, text and JSON", () => {
    const number = new NumberValue("12.50");
    assert.equal(number.toNumber(), 12.5);
    assert.equal(JSON.stringify({ number }), '{"number":"12.50"}');
  });
});

describe("items", () => {
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

  async function roundTrip(value: ValueInput): Promise<unknown> {
    await client.putItem({ pk: "round-trip", value });
    const item = await client.getItem("round-trip", { consistent: true });
    assert.ok(item !== undefined && "value" in item);
    return item["value"];
  }

  test("come back as they went", async () => {
    const same: ValueInput[] = ["", "🦕", true, null, [], {}, new Set(["a", ""]), [[["deep"]]], Buffer.from([0, 255])];
    for (const value of same) {
      assert.deepEqual(await roundTrip(value), value);
    }
  });

  test("come back in the one form that is read", async () => {
    assert.deepEqual(await roundTrip(5), new NumberValue("5"));
    assert.deepEqual(await roundTrip(2n ** 100n), new NumberValue("1267650600228229401496703205376"));
    assert.deepEqual(await roundTrip(new Uint8Array([1])), Buffer.from([1]));
    assert.deepEqual(await roundTrip(new Map([["a", 1]])), { a: new NumberValue("1") });
    assert.deepEqual(await roundTrip({ a: undefined, b: null }), { b: null });
    const fields = (await roundTrip({ ["__proto__"]: 1, constructor: 2 })) as Item;
    assert.deepEqual(Object.keys(fields).sort(), ["__proto__", "constructor"]);
  });

  test("are of nothing but attributes", async () => {
    const none: unknown[] = [new Date(), /x/, Symbol("x"), () => 1, new Set(["a", 1]), "\udc00", [undefined], NaN];
    for (const value of none) {
      await assert.rejects(client.putItem({ pk: "none", value } as ItemInput), /TypeError|RangeError/, String(value));
    }
  });

  test("the caller's values stay as they are", async () => {
    const item = { pk: "untouched", list: [1, { a: 2 }], set: new Set(["x"]) };
    const copy = structuredClone(item);
    await client.putItem(item);
    const keys = Object.freeze(["untouched", "missing"]);
    await client.batchGet(keys);
    assert.deepEqual(item, copy);
  });

  test("conditions go into text where that is needed", async () => {
    await client.putItem({ pk: "conditions", a: 1, "b.c": { d: [1, 2] }, size: "reserved" });
    const holds = attr("a")
      .eq(1)
      .and(attr("a").eq(2).or(attr('"b.c".d[1]').eq(2)), attr("size").size().gt(7));
    const update = new Update().set("hits", 1);
    assert.equal((await client.updateItem("conditions", update, { condition: holds })).outcome, "applied");
    assert.equal(
      (await client.updateItem("conditions", update, { condition: holds.not() })).outcome,
      "conditionFailed",
    );
    assert.throws(() => client.scan({ filter: attr("a..b").exists() }), SyntaxError);
  });

  test("conditions stand beside names and values of the caller", async () => {
    const names = { "#n0": "pk", "#n1": "a" };
    const found = client.query("#n0 = :v0", {
      names,
      values: { ":v0": "conditions" },
      filter: attr("size").exists(),
      projection: ["pk"],
    });
    await assert.rejects(found.toArray(), /#n1/, "a name that is not used is the caller's mistake");
    const all = client.query("#n0 = :v0", {
      names: { "#n0": "pk" },
      values: { ":v0": "conditions" },
      filter: attr("a").ge(1),
    });
    assert.equal(await all.count(), 1);
  });
});
