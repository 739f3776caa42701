// Runs a command with a server to connect to.

import { spawnSync } from "node:child_process";

import { startServer } from "../server.mjs";

const [command = "", ...args] = process.argv.slice(2);
const server = await startServer();
const { status } = spawnSync(command, args, {
  stdio: "inherit",
  env: { ...process.env, DYNAKV_ADDRESS: server.address },
});
await server.stop();
process.exitCode = status ?? 1;
