// A lock with a TTL that only its holder releases.

import { randomUUID } from "node:crypto";

import { Client } from "dynakv";

const client = await Client.fromEnv();
await client.delete("nightly-report");

// snippet: lock
async function withLock(name: string, work: () => Promise<void>): Promise<boolean> {
  const holder = randomUUID();
  // It expires by itself, should this process not come to release it.
  const taken = await client.compareAndSet(name, holder, "absent", { ttl: 30_000 });
  if (taken.outcome === "notSwapped") {
    return false;
  }
  try {
    await work();
  } finally {
    // Only if it is still ours: it may have expired, and somebody else may hold it.
    await client.compareAndDelete(name, { value: holder });
  }
  return true;
}
// end

const ran = await withLock("nightly-report", async () => {
  console.log("somebody else gets it:", await withLock("nightly-report", () => Promise.resolve()));
});
console.log(
  "we got it:",
  ran,
  "it is free again:",
  (await client.get("nightly-report", { consistent: true })) === undefined,
);
client.close();
