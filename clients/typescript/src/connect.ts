import { readFileSync } from "node:fs";

import {
  CallCredentials,
  credentials as channelCredentials,
  InterceptingCall,
  Metadata,
  status as Code,
  type ChannelCredentials,
  type ClientOptions as GrpcOptions,
  type Interceptor,
} from "@grpc/grpc-js";

import { parseAddress } from "./address.js";
import { Channels } from "./channels.js";
import { ConnectError } from "./errors.js";
import type { RetryOptions } from "./service-config.js";

/** Where a client connects to when nothing else is said: the address that `dynakv serve` listens on by default. */
export const DEFAULT_ADDRESS = "127.0.0.1:50051";

/** How long a call may take, retries included, unless it says otherwise. */
const DEFAULT_TIMEOUT = 10_000;
/** How long to wait for a connection. */
const CONNECT_TIMEOUT = 5_000;

/** How to recognise the server, and how to be recognised by it. All files are PEM, and read when the client is made. */
export interface TlsOptions {
  /** The certificates to trust, and no others. By default those that Node.js trusts. */
  readonly caFile?: string;
  /** The certificate chain to present to a server that asks for one; needs `keyFile`. */
  readonly certFile?: string;
  /** Its private key. */
  readonly keyFile?: string;
  /** The name that the server's certificate must have, where it is not the host of the address. */
  readonly serverName?: string;
}

/** Settings of a client. */
export interface ClientOptions {
  /** `host:port`, `http://host:port`, `https://host:port` or `unix:/path`. {@link DEFAULT_ADDRESS} by default. */
  readonly address?: string;
  /** The bearer token of every call. Without TLS it travels in the clear. */
  readonly token?: string;
  /** The table of every call that names none. By default the server's default table. */
  readonly table?: string;
  /** Speak TLS. An `https` address does so without this. */
  readonly tls?: boolean | TlsOptions;
  /** How long a call may take, in milliseconds, retries included, unless it says otherwise. 10,000 by default. */
  readonly timeout?: number;
  /** How failed calls are sent again; `false`: never. */
  readonly retry?: RetryOptions | false;
  /** gRPC interceptors, around each call with all its retries: for metrics, say. */
  readonly interceptors?: readonly Interceptor[];
  /** Options of `@grpc/grpc-js` that this library does not have. */
  readonly grpc?: GrpcOptions;
}

/** Settings as they are used. */
export interface Settings {
  readonly address: string;
  readonly table: string;
  readonly timeout: number;
  readonly channels: Channels;
}

/** The settings that the environment gives, as `Client.fromEnv` lists them. */
export function optionsFromEnv(env: Readonly<Record<string, string | undefined>>): ClientOptions {
  const setting = <N extends string>(name: N, variable: string): Partial<Record<N, string>> => {
    const value = env[variable];
    return value === undefined || value === "" ? {} : ({ [name]: value } as Record<N, string>);
  };
  const tls: TlsOptions = {
    ...setting("caFile", "DYNAKV_CA_FILE"),
    ...setting("certFile", "DYNAKV_CLIENT_CERT_FILE"),
    ...setting("keyFile", "DYNAKV_CLIENT_KEY_FILE"),
    ...setting("serverName", "DYNAKV_TLS_SERVER_NAME"),
  };
  const demanded = env["DYNAKV_TLS"] === "true" || env["DYNAKV_TLS"] === "1";
  return {
    ...setting("address", "DYNAKV_ADDRESS"),
    ...setting("token", "DYNAKV_TOKEN"),
    ...setting("table", "DYNAKV_TABLE"),
    ...(demanded || Object.keys(tls).length > 0 ? { tls } : {}),
  };
}

/** Opens the channels that the settings ask for. They connect at the first call. */
export function open(options: ClientOptions): Settings {
  const { address = DEFAULT_ADDRESS, table = "", timeout = DEFAULT_TIMEOUT, token, retry = {} } = options;
  const { target, tls: byAddress } = parseAddress(address);
  const wanted = options.tls === true ? {} : options.tls === false ? undefined : options.tls;
  if (byAddress === false && wanted !== undefined) {
    throw new ConnectError(
      `${address} is an address without TLS, but there are TLS settings; write https:// or drop them`,
    );
  }
  const tls = wanted ?? (byAddress === true ? {} : undefined);
  const channels = new Channels({
    target,
    credentials: tls === undefined ? channelCredentials.createInsecure() : tlsCredentials(tls),
    retry,
    interceptors: [...(options.interceptors ?? []), ...(token === undefined ? [] : [bearer(token)])],
    serverName: tls?.serverName,
    grpc: options.grpc ?? {},
  });
  return { address, table, timeout, channels };
}

/**
 * Waits until there is a connection, by asking for the server's health; whatever it answers, it is there.
 *
 * @throws {ConnectError} if it cannot be reached.
 */
export async function reach({ address, timeout, channels }: Settings): Promise<void> {
  const deadline = Date.now() + Math.min(timeout, CONNECT_TIMEOUT);
  let attempts = 0;
  const credentials = CallCredentials.createFromMetadataGenerator((_, done) => {
    attempts += 1;
    done(null, new Metadata());
  });
  const details = await new Promise<string>((resolve) => {
    const bytes = (message: Buffer): Buffer => message;
    const client = channels.client(false);
    const health = "/grpc.health.v1.Health/Check";
    client.makeUnaryRequest(health, bytes, bytes, Buffer.alloc(0), new Metadata(), { deadline, credentials }, (error) =>
      resolve(error?.code === Code.DEADLINE_EXCEEDED ? "there was no answer in time" : (error?.details ?? "")),
    );
  });
  if (attempts === 0) {
    // gRPC's text ends with a note that is mostly empty.
    throw new ConnectError(`cannot connect to ${address}: ${details.replace(/ Resolution note: $/, "")}`);
  }
}

function tlsCredentials({ caFile, certFile, keyFile }: TlsOptions): ChannelCredentials {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new ConnectError("a client certificate needs both a certificate and a key file");
  }
  const [ca, key, cert] = [caFile, keyFile, certFile].map((path) => (path === undefined ? null : pem(path)));
  try {
    return channelCredentials.createSsl(ca, key, cert);
  } catch (cause) {
    throw new ConnectError("cannot use the TLS settings: a file holds no certificate or key", { cause });
  }
}

function pem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ConnectError(`cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Adds the token to every call. */
function bearer(token: string): Interceptor {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new ConnectError("the token has characters that a token cannot have");
  }
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        metadata.set("authorization", `Bearer ${token}`);
        next(metadata, listener);
      },
    });
}
