import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** From `build/test`, where this is run. */
const BUILT = fileURLToPath(new URL("../../../../target/debug/dynakv", import.meta.url));

/** A server for tests, with everything in memory. */
export interface Server {
  /** Where it listens. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts a server, and waits until it says where it listens. It ends with this process at the latest. */
export async function startServer(
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const binary = process.env["DYNAKV_SERVER"] ?? BUILT;
  if (!existsSync(binary)) {
    throw new Error(
      `MISSING: the server ${binary}; build it with \`cargo build --features faults\`, or set DYNAKV_SERVER`,
    );
  }
  const listen = flags.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
  const server = spawn(binary, ["serve", "--memory", ...listen, ...flags], {
    // Its log is mostly of the calls that tests make fail.
    stdio: ["ignore", "pipe", process.env["DYNAKV_TEST_LOG"] === undefined ? "ignore" : "inherit"],
    env: { ...process.env, DYNAKV__ALLOW_DELETE_TABLE: "true", ...env },
  });
  const kill = (): void => void server.kill("SIGKILL");
  process.once("exit", kill);
  const address = await listening(server, binary);
  return {
    address,
    async stop() {
      process.removeListener("exit", kill);
      const exited = once(server, "exit");
      server.kill("SIGKILL");
      await exited;
    },
  };
}

async function listening(server: ChildProcess, binary: string): Promise<string> {
  const said: string[] = [];
  if (server.stdout !== null) {
    for await (const line of createInterface(server.stdout)) {
      const address = /^listening on (\S+)/.exec(line)?.[1];
      if (address !== undefined) {
        server.stdout.resume();
        return address;
      }
      said.push(line);
    }
  }
  throw new Error(`${binary} ended without listening; DYNAKV_TEST_LOG=1 shows its log: ${said.join("\n")}`);
}
