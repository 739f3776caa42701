// Entries that expire.

import { Client } from "dynakv";

const client = await Client.fromEnv();

// snippet: ttl
// All durations are in milliseconds.
await client.set("session", "ada", { ttl: 30 * 60_000 });

const left = await client.getTtl("session");
if (left.outcome === "ttl") {
  console.log(left.ttl > 0, left.expireTime > new Date());
}

await client.expire("session", 60 * 60_000); // from now on
await client.persist("session"); // for ever
// end
console.log((await client.getTtl("session")).outcome);
client.close();
