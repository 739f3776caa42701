// Counts calls by an interceptor of @grpc/grpc-js.

// snippet: metrics
import { InterceptingCall, type Interceptor } from "@grpc/grpc-js";
import { Client } from "dynakv";

const calls = new Map<string, number>();

/** Around each call with all its retries. */
const counted: Interceptor = (options, nextCall) => {
  const { path } = options.method_definition;
  calls.set(path, (calls.get(path) ?? 0) + 1);
  return new InterceptingCall(nextCall(options));
};

const client = await Client.fromEnv({ interceptors: [counted] });
// end
await client.exists(["greeting"]);
console.log(calls.get("/dynakv.v1.KeyValueService/Exists"));
client.close();
