import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";

import { Client, ConnectError, UnauthenticatedError, type ClientOptions } from "dynakv";
import { generate } from "selfsigned";

import { startServer, type Server } from "./server.mjs";

const TOKEN = "t0ken-of-the-tests";
const AUTH = { DYNAKV__AUTH__TOKENS: `[{name = "tests", token = "${TOKEN}"}]` };

/** Runs with these variables and none of the machine's. */
async function withEnv<T>(variables: Readonly<Record<string, string>>, run: () => Promise<T>): Promise<T> {
  const { env } = process;
  const others = Object.entries(env).filter(([name]) => !/^DYNAKV_(?!SERVER)/.test(name));
  process.env = { ...Object.fromEntries(others), ...variables };
  try {
    return await run();
  } finally {
    process.env = env;
  }
}

async function works(client: Client): Promise<void> {
  await client.set("connect", "here");
  assert.equal((await client.get("connect"))?.text(), "here");
  client.close();
}

describe("addresses", () => {
  const refused = ["", "localhost", ":50051", "ftp://host:1", "unix:", "http://", "user:secret@host:1", "host:port"];
  for (const address of [...refused, "https://user:secret@host", "http://host/path", "host:70000"]) {
    test(`${JSON.stringify(address)} is refused`, () => {
      assert.throws(() => new Client({ address }), ConnectError);
    });
  }

  for (const address of ["http://user:s3cret@host:1", "user:s3@cret@host:1", "ftp://s3cret\n@host"]) {
    test(`${JSON.stringify(address)} is refused without a word of its credentials`, () => {
      assert.throws(
        () => new Client({ address }),
        (error) => {
          assert.match(String(error), /@host/);
          assert.doesNotMatch(inspect(error), /(?:user|s3|cret)[^"]*@host/);
          return true;
        },
      );
    });
  }

  for (const address of ["[::1]:1", "http://host:80/", "https://kv.example", "unix:/no/such/socket", "unix:///a"]) {
    test(`${address} is one`, () => new Client({ address }).close());
  }
});

describe("settings that contradict each other are refused", () => {
  const wrong: Record<string, ClientOptions> = {
    "TLS over http": { address: "http://127.0.0.1:1", tls: true },
    "TLS over a socket": { address: "unix:/run/dynakv.sock", tls: { serverName: "kv" } },
    "a certificate without a key": { tls: { certFile: "/etc/client.pem" } },
    "a file that is not there": { tls: { caFile: "/no/such/file" } },
    "a token that no header can carry": { token: "two\nlines" },
  };
  for (const [name, options] of Object.entries(wrong)) {
    test(name, () => assert.throws(() => new Client(options), ConnectError));
  }

  test("a server that is not there, at once and with the reason", async () => {
    await assert.rejects(Client.connect("127.0.0.1:1"), /cannot connect to 127\.0\.0\.1:1: .*ECONNREFUSED/);
  });
});

describe("a server with tokens", () => {
  let server: Server;
  before(async () => {
    server = await startServer([], AUTH);
  });
  after(() => server.stop());

  test("takes the token of the environment", async () => {
    await withEnv({ DYNAKV_ADDRESS: server.address, DYNAKV_TOKEN: TOKEN }, async () => works(await Client.fromEnv()));
  });

  test("takes the token of the options, also in calls of the stub", async () => {
    const client = await Client.connect({ address: server.address, token: TOKEN });
    const { promise, done } = answered<unknown>();
    client.stub.get({ table: "", key: "connect", consistentRead: false }, done);
    await promise;
    await works(client);
  });

  test("refuses others, and nothing shows the token", async () => {
    const client = new Client({ address: server.address, token: "s3cret" });
    await assert.rejects(client.get("connect"), (error) => {
      assert.ok(error instanceof UnauthenticatedError);
      assert.ok(!inspect([error, client], { depth: 9, showHidden: true }).includes("s3cret"));
      return true;
    });
    client.close();
  });

  test("an empty variable is as good as none", async () => {
    const variables = { DYNAKV_ADDRESS: server.address, DYNAKV_TOKEN: TOKEN, DYNAKV_TLS: "false", DYNAKV_CA_FILE: "" };
    await withEnv(variables, async () => works(await Client.fromEnv()));
  });

  test("the table of the client is that of its calls", async () => {
    await withEnv({ DYNAKV_ADDRESS: server.address, DYNAKV_TOKEN: TOKEN, DYNAKV_TABLE: "others" }, async () => {
      const client = await Client.fromEnv();
      await client.createTable();
      await client.set("k", "other");
      assert.equal((await client.get("k", { table: "dynakv" }))?.text(), undefined);
      assert.equal((await client.get("k"))?.text(), "other");
      client.close();
    });
  });
});

describe("a server with TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "dynakv-tls-"));
  const file = (name: string): string => join(folder, name);
  let server: Server;

  before(async () => {
    const pems = await generate([{ name: "commonName", value: "kv.test" }], {
      keyType: "ec",
      algorithm: "sha256",
      extensions: [
        { name: "basicConstraints", cA: true },
        { name: "subjectAltName", altNames: [{ type: 2, value: "kv.test" }] },
      ],
      clientCertificate: { cn: "a client" },
    });
    writeFileSync(file("cert.pem"), pems.cert);
    writeFileSync(file("key.pem"), pems.private);
    writeFileSync(file("client.pem"), pems.clientcert ?? "");
    writeFileSync(file("client-key.pem"), pems.clientprivate ?? "");
    server = await startServer([], {
      DYNAKV__TLS__CERT: file("cert.pem"),
      DYNAKV__TLS__KEY: file("key.pem"),
      DYNAKV__TLS__CLIENT_CA: file("cert.pem"),
    });
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  test("is reached by the files of the environment", async () => {
    const variables = {
      DYNAKV_ADDRESS: server.address,
      DYNAKV_CA_FILE: file("cert.pem"),
      DYNAKV_CLIENT_CERT_FILE: file("client.pem"),
      DYNAKV_CLIENT_KEY_FILE: file("client-key.pem"),
      DYNAKV_TLS_SERVER_NAME: "kv.test",
    };
    await withEnv(variables, async () => works(await Client.fromEnv()));
  });

  test("is not trusted without its authority", async () => {
    const address = `https://${server.address}`;
    await assert.rejects(Client.connect({ address, tls: { serverName: "kv.test" } }), /cannot connect .*certificate/);
  });

  test("is not trusted under another name", async () => {
    const files = { caFile: file("cert.pem"), certFile: file("client.pem"), keyFile: file("client-key.pem") };
    const tls = { ...files, serverName: "other.test" };
    await assert.rejects(Client.connect({ address: server.address, tls }), ConnectError);
  });
});

test("a socket of the machine", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dynakv-socket-"));
  const path = join(folder, "dynakv.sock");
  const server = await startServer(["--listen", `unix:${path}`]);
  await works(await Client.connect(`unix:${path}`));
  await server.stop();
  rmSync(folder, { recursive: true });
});

function answered<T>(): { promise: Promise<T>; done: (error: Error | null, answer: T) => void } {
  let done: (error: Error | null, answer: T) => void = () => undefined;
  const promise = new Promise<T>((resolve, reject) => {
    done = (error, answer) => (error === null ? resolve(answer) : reject(error));
  });
  return { promise, done };
}
