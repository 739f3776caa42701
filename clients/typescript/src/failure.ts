import { Metadata, status as Code, type StatusObject } from "@grpc/grpc-js";

import type { CodeName } from "./errors.js";
import { BadRequest, ErrorInfo, RetryInfo } from "./gen/google/rpc/error_details.js";
import { Status } from "./gen/google/rpc/status.js";
import { milliseconds } from "./duration.js";
import type { Reason } from "./reason.js";

/** A field of the request that the server refused. */
export interface FieldViolation {
  /** The path of the field, such as `expected.version` or `keys[3]`. */
  readonly field: string;
  /** What is wrong with it. */
  readonly description: string;
}

/** What a status other than OK says. */
export interface Failure {
  readonly code: CodeName;
  readonly message: string;
  readonly reason: Reason | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];
  readonly retryDelay: number | undefined;
}

/** The position in the caller's list of what stands at this index of the request. */
export type Positions = (index: number) => number | undefined;

/** Reads the status of a call. */
export function failureOfCall({ code, details, metadata }: StatusObject): Failure {
  const [trailer] = metadata.get("grpc-status-details-bin");
  let status: Status = { code, message: details, details: [] };
  if (Buffer.isBuffer(trailer)) {
    try {
      // With the message as well: grpc-js leaves some characters of the header's escaped.
      status = { ...Status.decode(trailer), code };
    } catch {
      // Whoever made them, they are not the details of DynaKV.
    }
  }
  return failureOfStatus(status);
}

/** Reads the status of one part of an answer, as if it were that of a call of its own. */
export function failureOfStatus({ code, message, details }: Status): Failure {
  const detail = <T>(name: string, type: { decode(bytes: Uint8Array): T }): T | undefined => {
    const found = details.find(({ typeUrl }) => typeUrl.endsWith(`/google.rpc.${name}`));
    return found && type.decode(found.value);
  };
  const info = detail("ErrorInfo", ErrorInfo);
  const dynakv = info?.domain === "dynakv" ? info : undefined;
  const retry = detail("RetryInfo", RetryInfo)?.retryDelay;
  const violations = detail("BadRequest", BadRequest)?.fieldViolations ?? [];
  return {
    code: (Code[code] ?? "UNKNOWN") as CodeName,
    message,
    reason: dynakv?.reason,
    metadata: Object.fromEntries(dynakv?.metadata ?? []),
    fieldViolations: violations.map(({ field, description }) => ({ field, description })),
    retryDelay: retry && milliseconds(retry),
  };
}

/** Lets a refusal speak of the caller's `keys[10003]` instead of the request's `keys[3]`. */
export function inCallersWords(failure: Failure, position: Positions): Failure {
  let { message } = failure;
  const fieldViolations = failure.fieldViolations.map((violation) => {
    const field = moved(violation.field, position);
    message = message.replaceAll(violation.field, field);
    return { ...violation, field };
  });
  return { ...failure, message, fieldViolations };
}

/** `operations[3].set.key` with another number. */
function moved(field: string, position: Positions): string {
  return field.replace(/^(\w+)\[(\d+)\]/, (place, list: string, index: string) => {
    const there = position(Number(index));
    return there === undefined ? place : `${list}[${there}]`;
  });
}

/** The server answered OK, but with something that it never should. */
export class UnreadableAnswer extends Error {
  constructor(found: string) {
    super(`the server's answer cannot be understood: it has ${found}`);
  }

  /** As the status that the call then has. */
  get status(): StatusObject {
    return { code: Code.INTERNAL, details: this.message, metadata: new Metadata() };
  }
}
