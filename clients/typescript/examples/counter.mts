// A counter, and what to do when the outcome of a write stays unknown.

// snippet: unknown
import { Client, OutcomeUnknownError, type Counter } from "dynakv";

async function countOrder(client: Client): Promise<Counter> {
  try {
    return await client.increment("orders", { by: 1 });
  } catch (error) {
    if (error instanceof OutcomeUnknownError) {
      // The same id again: what has happened is recognised, unless somebody else has counted since.
      return client.increment("orders", { by: 1, requestId: error.requestId });
    }
    throw error;
  }
}
// end

const client = await Client.fromEnv();
const { value } = await countOrder(client);
console.log(typeof value, value > 0n);
client.close();
