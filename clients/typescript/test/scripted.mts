// A server that plays a script, for what a real one does not do on demand, and that keeps what it was sent.

import * as grpc from "@grpc/grpc-js";
import { kv } from "dynakv/stub";

export type Handlers = Partial<grpc.UntypedServiceImplementation>;

/** Serves KeyValueService with these methods, and nothing for the others. */
export async function startScripted(handlers: Handlers): Promise<{ address: string; stop(): void }> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  const unimplemented: grpc.handleUnaryCall<unknown, unknown> = (_, answer) =>
    answer({ code: grpc.status.UNIMPLEMENTED, details: "not in the script" });
  const methods = Object.keys(kv.KeyValueServiceService).map(
    (name) => [name, handlers[name] ?? unimplemented] as const,
  );
  server.addService(kv.KeyValueServiceService, Object.fromEntries(methods));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

/** A bare status, as a proxy makes it. */
export function failure(code: grpc.status, details = "said the script"): Partial<grpc.StatusObject> {
  return { code, details, metadata: new grpc.Metadata() };
}

/** One that says at once that the call may be sent again. */
export function unavailable(): Partial<grpc.StatusObject> {
  const metadata = new grpc.Metadata();
  metadata.set("grpc-retry-pushback-ms", "1");
  return { code: grpc.status.UNAVAILABLE, details: "reset", metadata };
}
