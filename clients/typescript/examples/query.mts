// Items with all their attributes, found by conditions and read in pages.

import { Client } from "dynakv";

const client = await Client.fromEnv({ table: "orders" });
if ((await client.listTables()).every(({ name }) => name !== "orders")) {
  await client.createTable({ sortKey: { name: "number", type: "N" } });
}

// snippet: items
import { attr, NumberValue, Update } from "dynakv";

const order = {
  pk: "ada",
  number: 1,
  price: new NumberValue("12.50"),
  tags: new Set(["gift"]),
  address: { city: "London" },
};
await client.putItem(order, { ttl: 60 * 60_000 });

const update = new Update()
  .set("address.city", "Paris")
  .add("price", 5)
  .setIfAbsent("notes", [])
  .addToSet("tags", new Set(["big"]));
const written = await client.updateItem(["ada", 1], update, {
  condition: attr("price").lt(100).and(attr("tags").contains("gift")),
  returnValues: "allNew",
});
if (written.outcome === "applied") {
  console.log(String(written.attributes?.["price"]));
}
// end

await client.putItem({ pk: "ada", number: 2, price: 5 });
await client.putItem({ pk: "ada", number: 3, price: 25 });

// snippet: query
// All items one by one; the next page is read while this one is used.
for await (const item of client.query(attr("pk").eq("ada"), { filter: attr("price").ge(10), descending: true })) {
  console.log(String(item["number"]), String(item["price"]));
}

// The same by DynamoDB's own expressions, one page at a time, and how to go on.
const orders = client.query("pk = :user", { values: { ":user": "ada" }, pageSize: 2 });
const page = await orders.page();
console.log(page.count, page.nextPageToken !== undefined);
console.log(await orders.count());
// end
client.close();
