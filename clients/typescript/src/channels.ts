import {
  Client as GrpcClient,
  type ChannelCredentials,
  type ClientOptions as GrpcOptions,
  type Interceptor,
} from "@grpc/grpc-js";

import { serviceConfig, type RetryOptions } from "./service-config.js";
import { VERSION } from "./version.js";

/** The largest message that DynaKV takes or sends. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Where to, and how. */
export interface ChannelSettings {
  readonly target: string;
  readonly credentials: ChannelCredentials;
  readonly retry: RetryOptions | false;
  readonly interceptors: readonly Interceptor[];
  /** The name that the server's certificate must have, where it is not the host of the address. */
  readonly serverName: string | undefined;
  /** gRPC's own options, which go before those of this library. */
  readonly grpc: GrpcOptions;
}

/**
 * The connection, and another for calls that are never sent again although their method may be.
 *
 * gRPC decides on retries by the method alone, and for a channel as a whole. What a second attempt would turn into another
 * answer, such as a batch with a conditional delete, goes through a channel of its own, opened when it is needed.
 */
export class Channels {
  readonly #settings: ChannelSettings;
  readonly #main: GrpcClient;
  #once: GrpcClient | undefined;

  constructor(settings: ChannelSettings) {
    this.#settings = settings;
    this.#main = open(settings);
  }

  /** A client to make calls with. */
  client(once: boolean): GrpcClient {
    if (!once || this.#settings.retry === false) {
      return this.#main;
    }
    return (this.#once ??= open({ ...this.#settings, retry: false }));
  }

  /** A generated stub over the connection. */
  stub<S>(type: new (address: string, credentials: ChannelCredentials, options: GrpcOptions) => S): S {
    const { target, credentials, interceptors } = this.#settings;
    return new type(target, credentials, { channelOverride: this.#main.getChannel(), interceptors: [...interceptors] });
  }

  close(): void {
    this.#main.close();
    this.#once?.close();
  }
}

function open({ target, credentials, retry, interceptors, serverName, grpc }: ChannelSettings): GrpcClient {
  return new GrpcClient(target, credentials, {
    "grpc.service_config": serviceConfig(retry),
    // A service config in the DNS would take the place of this one.
    "grpc.service_config_disable_resolution": 1,
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    // What does not fit is not sent again: by default that is any message beyond 1 MiB.
    "grpc.per_rpc_retry_buffer_size": MAX_MESSAGE_BYTES + 1024 * 1024,
    "grpc.retry_buffer_size": 16 * MAX_MESSAGE_BYTES,
    "grpc.keepalive_time_ms": 20_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc.primary_user_agent": `dynakv-typescript/${VERSION}`,
    ...(serverName === undefined
      ? {}
      : { "grpc.ssl_target_name_override": serverName, "grpc.default_authority": serverName }),
    ...grpc,
    interceptors: [...interceptors],
  });
}
