// All or nothing, over entries and items.

import { Client } from "dynakv";

const client = await Client.fromEnv();
await client.set("cart", "apples");
await client.delete("order");

// snippet: transaction
const transaction = await client.transactWrite([
  { op: "set", key: "order", value: "apples", expected: "absent" },
  { op: "delete", key: "cart", expected: { value: "apples" } },
]);
if (transaction.outcome === "committed") {
  console.log("ordered");
} else {
  console.log("not ordered:", transaction.results.map(({ reason }) => reason).join(", "));
}

// Several entries or items as they are at one and the same moment.
const [order, cart] = await client.transactGet(["order", "cart"]);
console.log(order?.outcome, cart?.outcome);
// end
client.close();
