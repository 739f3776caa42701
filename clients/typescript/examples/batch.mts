// Any number of entries at once.

import { Client } from "dynakv";

const client = await Client.fromEnv();

// snippet: batch
const outcomes = await client.batchWrite([
  { op: "set", key: "cart-1", value: "apples", ttl: 60_000 },
  { op: "set", key: "cart-2", value: "pears" },
  { op: "delete", key: "cart-3", reportExisted: true },
]);
for (const [position, outcome] of outcomes.entries()) {
  if (outcome.outcome === "failed" || outcome.outcome === "outcomeUnknown") {
    console.log(position, outcome.error.message);
  }
}

// Each answer as it comes in; `batchGet` gives all of them at the end.
for await (const found of client.batchGetStream(["cart-1", "cart-2", "cart-3"], { consistent: true })) {
  console.log(found.position, found.outcome === "found" ? found.entry.text() : found.outcome);
}
// end
client.close();
