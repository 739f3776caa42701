import { KeyValueServiceDefinition } from "./gen/dynakv/v1/kv.js";
import { ItemServiceDefinition } from "./gen/dynakv/v1/item.js";
import { TableServiceDefinition } from "./gen/dynakv/v1/table.js";

/**
 * How calls that failed with `UNAVAILABLE` or `RESOURCE_EXHAUSTED` are sent again.
 *
 * Only calls that the proto declares as repeatable are, always with the same request id, and never after the call's
 * deadline. The server's own word, `grpc-retry-pushback-ms`, goes before the backoff. Many failures in a row stop the
 * retries of all calls to a server, as gRPC proposal A6 describes, so that they do not keep it down.
 */
export interface RetryOptions {
  /** How often a call is sent at most, the first time included: 2 to 5, which is gRPC's limit. 5 by default. */
  readonly maxAttempts?: number;
  /** The pause before the second attempt, in milliseconds, give or take a fifth. 100 by default. */
  readonly initialBackoff?: number;
  /** The longest pause, in milliseconds. 2,000 by default. */
  readonly maxBackoff?: number;
  /** By how much each pause is longer than the one before. 2 by default. */
  readonly backoffMultiplier?: number;
}

/** Whether a call may be sent again, in the words of `google.protobuf.MethodOptions.IdempotencyLevel`. */
export type Idempotency = "NO_SIDE_EFFECTS" | "IDEMPOTENT" | "IDEMPOTENCY_UNKNOWN";

/** The parts of a generated method that matter here. */
interface Declared {
  readonly name: string;
  readonly options: { readonly idempotencyLevel?: string };
}

/** A generated service. */
interface Service {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, Declared>>;
}

const SERVICES: readonly Service[] = [KeyValueServiceDefinition, ItemServiceDefinition, TableServiceDefinition];

/** What the proto declares of each method, by its path. */
const DECLARED: ReadonlyMap<string, Idempotency> = new Map(
  SERVICES.flatMap(({ fullName, methods }) =>
    Object.values(methods).map(
      ({ name, options }) => [`/${fullName}/${name}`, level(options.idempotencyLevel)] as const,
    ),
  ),
);

function level(declared: string | undefined): Idempotency {
  return declared === "NO_SIDE_EFFECTS" || declared === "IDEMPOTENT" ? declared : "IDEMPOTENCY_UNKNOWN";
}

/** Whether the method of this path changes something. One that is not known may. */
export function writes(path: string): boolean {
  return DECLARED.get(path) !== "NO_SIDE_EFFECTS";
}

/** gRPC proposal A6: a failure takes a token, a success gives a tenth back, half a bucket ends the retries. */
const RETRY_THROTTLING = { maxTokens: 10, tokenRatio: 0.1 };

/** The service config by which gRPC sends calls again, or never does so. */
export function serviceConfig(retry: RetryOptions | false): string {
  if (retry === false) {
    // gRPC keeps the throttle for each server. A config without one would take it away from the other channels.
    return JSON.stringify({ methodConfig: [], retryThrottling: RETRY_THROTTLING });
  }
  const { maxAttempts = 5, initialBackoff = 100, maxBackoff = 2000, backoffMultiplier = 2 } = retry;
  const retryPolicy = {
    maxAttempts,
    initialBackoff: seconds(initialBackoff),
    maxBackoff: seconds(maxBackoff),
    backoffMultiplier,
    retryableStatusCodes: ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
  };
  const repeatable = [...DECLARED].filter(([, idempotency]) => idempotency !== "IDEMPOTENCY_UNKNOWN");
  const name = repeatable.map(([path]) => {
    const [, service, method] = path.split("/");
    return { service, method };
  });
  return JSON.stringify({ methodConfig: [{ name, retryPolicy }], retryThrottling: RETRY_THROTTLING });
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(9)}s`;
}
