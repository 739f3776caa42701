// What can go wrong.

import { Client } from "dynakv";

const client = await Client.fromEnv();
await client.set("name", "Ada");

// snippet: errors
import { CallError, NotACounterError, OutcomeUnknownError } from "dynakv";

try {
  await client.increment("name", { timeout: 2_000 });
} catch (error) {
  if (error instanceof NotACounterError) {
    console.log("it holds no number");
  } else if (error instanceof CallError) {
    // It failed, and nothing was written.
    console.log(error.code, error.reason, error.fieldViolations, error.retryDelay);
  } else if (error instanceof OutcomeUnknownError) {
    // It may have been written.
    console.log(error.requestId);
  } else {
    throw error;
  }
}
// end
client.close();
