import { Client, NotACounterError, type Entry } from "dynakv";
import { kv } from "dynakv/stub";

const client: Client = await Client.fromEnv();
await client.set("package", "ESM");
const entry: Entry | undefined = await client.get("package");
await client.increment("package").catch((error: unknown) => {
  console.log(error instanceof NotACounterError, entry?.text(), kv.GetRequest.decode(new Uint8Array()).key === "");
});
client.close();
