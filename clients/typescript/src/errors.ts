import { status as Code } from "@grpc/grpc-js";

import type { Failure, FieldViolation } from "./failure.js";
import type { Reason } from "./reason.js";

/** The name of a gRPC code, such as `"INVALID_ARGUMENT"`. */
export type CodeName = keyof typeof Code;

/**
 * Any error of this library.
 *
 * A miss, a lost race or a condition that did not hold is a result, never one of these.
 */
export class DynaKVError extends Error {
  static {
    // On the prototype, as the built-in errors have it, so that it is no property of each error.
    this.prototype.name = "DynaKVError";
  }
}

/** There is no client, since its settings are wrong or the server cannot be reached. */
export class ConnectError extends DynaKVError {
  static {
    this.prototype.name = "ConnectError";
  }
}

/**
 * The call failed. If it was a write, it certainly did not happen.
 *
 * Where DynaKV gave a {@link CallError.reason | reason} it is of the subclass with that name.
 */
export class CallError extends DynaKVError {
  static {
    this.prototype.name = "CallError";
  }

  /** The gRPC code, such as `"INVALID_ARGUMENT"`. */
  readonly code: CodeName;
  /** DynaKV's reason. `undefined` if something else made the error: a proxy, a timer or this library. */
  readonly reason: Reason | undefined;
  /** DynaKV's metadata, such as `limit` or `aws_request_id`; `errors.proto` lists them. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The fields of the request that are wrong. */
  readonly fieldViolations: readonly FieldViolation[];
  /** How long to wait, in milliseconds, before the call is worth another attempt, if the server says so. */
  readonly retryDelay: number | undefined;

  /** @internal */
  constructor(failure: Failure, options?: ErrorOptions) {
    super(sentence(failure), options);
    this.code = failure.code;
    this.reason = failure.reason;
    this.metadata = failure.metadata;
    this.fieldViolations = failure.fieldViolations;
    this.retryDelay = failure.retryDelay;
  }
}

/**
 * The write may or may not have happened, and the server could not find out.
 *
 * Read the entry to see, or send the same call again with this request id: unless somebody else has changed the entry
 * since, a write that has happened is then recognised. `cause` is the last failure.
 */
export class OutcomeUnknownError extends DynaKVError {
  static {
    this.prototype.name = "OutcomeUnknownError";
  }

  /** The id under which the write was sent. */
  readonly requestId: string;
  /** The last failure. */
  declare readonly cause: CallError;

  /** @internal */
  constructor(requestId: string, cause: CallError) {
    super(`it is not known whether the write happened: ${cause.message}`, { cause });
    this.requestId = requestId;
  }

  /** The gRPC code of the last failure. */
  get code(): CodeName {
    return this.cause.code;
  }

  /** DynaKV's reason, if it made the last failure. */
  get reason(): Reason | undefined {
    return this.cause.reason;
  }
}

function sentence({ message, code, reason, fieldViolations }: Failure): string {
  const name = reason ?? code;
  // The message of a refusal often says already what is wrong with the only field.
  const unsaid = fieldViolations.filter(({ description }) => !message.includes(description));
  const what = message === "" ? name : `${message} (${name})`;
  return [what, ...unsaid.map(({ field, description }) => `${field}: ${description}`)].join("; ");
}
