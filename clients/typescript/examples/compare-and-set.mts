// Changes an entry without losing what somebody else writes at the same time.

import { Client } from "dynakv";

const client = await Client.fromEnv();
await client.delete("cart");

// snippet: compare-and-set
async function addToCart(article: string): Promise<void> {
  for (;;) {
    const entry = await client.get("cart", { consistent: true });
    const cart = JSON.parse(entry?.text() ?? "[]") as string[];
    const expected = entry?.value === undefined ? "absent" : { value: entry.value };
    const swap = await client.compareAndSet("cart", JSON.stringify([...cart, article]), expected);
    if (swap.outcome === "swapped") {
      return;
    }
    // Somebody else was faster: a lost race is a result, not an error. Read again.
  }
}
// end

await Promise.all(["apples", "pears", "plums"].map(addToCart));
const cart = await client.get("cart", { consistent: true });
console.log((JSON.parse(cart?.text() ?? "[]") as string[]).sort().join(" "));
client.close();
