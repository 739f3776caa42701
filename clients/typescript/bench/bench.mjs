// Get and Set of 100 bytes, one call after the other: through DynaKV, and by the AWS SDK straight at the DynamoDB endpoint.
//
//   DYNAKV_ADDRESS=127.0.0.1:50051 DYNAMODB_ENDPOINT=http://127.0.0.1:8000 node bench/bench.mjs --seconds 5
//
// The table is `dynakv` in the layout that DynaKV writes. Prints a line of JSON for each case.

import { Buffer } from "node:buffer";
import console from "node:console";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { parseArgs } from "node:util";

import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { Client } from "dynakv";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "5" } } });
const seconds = Number(values.seconds);
const { DYNAMODB_ENDPOINT: endpoint } = process.env;
if (endpoint === undefined || !(seconds > 0)) {
  console.error("MISSING: DYNAMODB_ENDPOINT, where DynamoDB answers, and a --seconds above 0");
  process.exit(2);
}

const value = Buffer.alloc(100, "x");
const key = (number) => `bench-${number % 1000}`;

/** Calls one after the other for so long, after a tenth of it to warm up. */
async function measure(name, call) {
  await repeat(call, seconds / 10);
  const { times, elapsed } = await repeat(call, seconds);
  times.sort();
  const percentile = (share) => Math.round(times[Math.floor((times.length - 1) * share)] * 1000);
  const result = {
    language: "typescript",
    case: name,
    calls_per_second: Math.round((times.length / elapsed) * 1000),
    p50_us: percentile(0.5),
    p99_us: percentile(0.99),
  };
  console.log(JSON.stringify(result));
}

async function repeat(call, seconds) {
  const times = [];
  const start = performance.now();
  let now = start;
  for (let number = 0; now - start < seconds * 1000; number += 1) {
    await call(number);
    const end = performance.now();
    times.push(end - now);
    now = end;
  }
  return { times: Float64Array.from(times), elapsed: now - start };
}

const dynakv = await Client.fromEnv();
await measure("dynakv set", (number) => dynakv.set(key(number), value));
await measure("dynakv get", (number) => dynakv.get(key(number)));
dynakv.close();

// An endpoint that is not AWS asks for a region and credentials, and looks at neither.
const local = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
const aws = new DynamoDBClient({ endpoint, ...(process.env.AWS_REGION === undefined ? local : {}) });
const TableName = "dynakv";
await measure("aws-sdk set", (number) =>
  aws.send(new PutItemCommand({ TableName, Item: { pk: { S: key(number) }, val: { B: value } } })),
);
await measure("aws-sdk get", (number) => aws.send(new GetItemCommand({ TableName, Key: { pk: { S: key(number) } } })));
aws.destroy();
