// The first Set and Get.

// snippet: first
import { Client } from "dynakv";

// DYNAKV_ADDRESS, DYNAKV_TOKEN and the TLS settings; 127.0.0.1:50051 without them.
const client = await Client.fromEnv();
await client.set("greeting", "hello");
const entry = await client.get("greeting");
console.log(entry?.text());
client.close();
// end
