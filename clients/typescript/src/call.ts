import { randomUUID } from "node:crypto";

import {
  CallCredentials,
  Metadata,
  status as Code,
  type CallOptions as GrpcCallOptions,
  type ClientReadableStream,
  type MethodDefinition,
  type ServiceError,
  type StatusObject,
} from "@grpc/grpc-js";

import type { Channels } from "./channels.js";
import { OutcomeUnknownError } from "./errors.js";
import { failureOfCall, inCallersWords, UnreadableAnswer, type Positions } from "./failure.js";
import type { CallOptions } from "./options.js";
import { callError } from "./reason.js";
import { writes } from "./service-config.js";

/** The longest deadline that is sent: 100 days. gRPC has no word for one much longer. */
const LONGEST_TIMEOUT = 100 * 24 * 60 * 60 * 1000;

/** What a caller of this library does not say of a call. */
export interface Particulars {
  /** The id of a write. */
  readonly requestId?: string;
  /** Never send it again, although the proto allows that of its method. */
  readonly once?: boolean;
  /** Where the caller had what stands at an index of the request. */
  readonly position?: Positions;
  /** Ends the call because nobody waits for it any more. */
  readonly abandoned?: AbortSignal;
}

/** The id of a write: the caller's or a new one. */
export function requestIdOf({ requestId }: { readonly requestId?: string | undefined }): string {
  return requestId ?? randomUUID();
}

/** Makes calls, which gRPC sends again by its service config, and says what became of them. */
export class Caller {
  readonly #channels: Channels;
  readonly #timeout: number;

  constructor(channels: Channels, timeout: number) {
    this.#channels = channels;
    this.#timeout = timeout;
  }

  /** Makes a call with one answer, which `read` makes the result of. */
  async unary<Q, A, T>(
    method: MethodDefinition<Q, A>,
    request: Q,
    options: CallOptions,
    read: (answer: A) => T,
    particulars: Particulars = {},
  ): Promise<T> {
    options.signal?.throwIfAborted();
    const call = this.#begin(options);
    const client = this.#channels.client(particulars.once === true);
    const { path, requestSerialize, responseDeserialize } = method;
    let status: StatusObject;
    try {
      return read(
        await new Promise<A>((resolve, reject) => {
          const sent = client.makeUnaryRequest(
            path,
            requestSerialize,
            responseDeserialize,
            request,
            call.metadata,
            call.options,
            (error, answer) => {
              call.ended();
              if (error) {
                reject(error);
              } else {
                resolve(answer as A);
              }
            },
          );
          call.endedBy(sent, options.signal, particulars.abandoned);
        }),
      );
    } catch (error) {
      status = statusOf(error);
    }
    // Thrown here and not in gRPC's callback, so that the stack leads to the caller.
    throw failed(path, status, call, options, particulars);
  }

  /** Makes a call with a stream of answers. Left before its end, it is cancelled. */
  async *stream<Q, A>(
    method: MethodDefinition<Q, A>,
    request: Q,
    options: CallOptions,
    particulars: Particulars = {},
  ): AsyncGenerator<A, void, undefined> {
    options.signal?.throwIfAborted();
    const call = this.#begin(options);
    const { path, requestSerialize, responseDeserialize } = method;
    let answers: ClientReadableStream<A> | undefined;
    try {
      answers = this.#channels
        .client(particulars.once === true)
        .makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, call.metadata, call.options);
      // After the loop is left, the cancellation arrives with nobody there to hear of it.
      answers.on("error", () => undefined);
      call.endedBy(answers, options.signal, particulars.abandoned);
      yield* answers as AsyncIterable<A>;
    } catch (error) {
      throw failed(path, statusOf(error), call, options, particulars);
    } finally {
      call.ended();
      answers?.cancel();
    }
  }

  #begin({ timeout = this.#timeout, metadata = {} }: CallOptions): RunningCall {
    if (!(timeout >= 0)) {
      throw new RangeError(`a timeout must be a number of milliseconds, and is ${timeout}`);
    }
    return new RunningCall(Date.now() + Math.min(timeout, LONGEST_TIMEOUT), metadata);
  }
}

/** One logical call: how often it was sent, and who may end it. */
class RunningCall {
  readonly metadata: Metadata;
  readonly options: Partial<GrpcCallOptions>;
  /** How often it was handed to a connection. */
  attempts = 0;
  #ended: (() => void) | undefined;

  constructor(deadline: number, metadata: Metadata | Readonly<Record<string, string>>) {
    this.metadata = metadata instanceof Metadata ? metadata.clone() : ofRecord(metadata);
    // gRPC asks for credentials once for every attempt, after it has found a connection.
    const credentials = CallCredentials.createFromMetadataGenerator((_, done) => {
      this.attempts += 1;
      done(null, new Metadata());
    });
    this.options = { deadline, credentials };
  }

  /** Lets these signals cancel it. */
  endedBy(call: { cancel(): void }, ...signals: (AbortSignal | undefined)[]): void {
    const cancel = (): void => call.cancel();
    const present = signals.filter((signal) => signal !== undefined);
    for (const signal of present) {
      signal.addEventListener("abort", cancel, { once: true });
    }
    this.#ended = () => present.forEach((signal) => signal.removeEventListener("abort", cancel));
  }

  /** It is over; the signals need not know it any more. */
  ended(): void {
    this.#ended?.();
  }
}

function ofRecord(record: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(record)) {
    metadata.set(name, value);
  }
  return metadata;
}

function statusOf(error: unknown): StatusObject {
  if (error instanceof UnreadableAnswer) {
    return error.status;
  }
  if (isServiceError(error)) {
    return error;
  }
  throw error;
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "metadata" in error && error.metadata instanceof Metadata;
}

/** What to throw for a call that ended like this. */
function failed(
  path: string,
  status: StatusObject,
  { attempts }: RunningCall,
  { signal }: CallOptions,
  { requestId = "", position = () => undefined }: Particulars,
): unknown {
  const cause = signal?.aborted === true && status.code === Code.CANCELLED ? { cause: signal.reason as unknown } : {};
  const error = callError(inCallersWords(failureOfCall(status), position), cause);
  // DynaKV's word is on all attempts: it sees which one it answers.
  const changedNothing = attempts === 0 || error.metadata["outcome"] === "NOT_APPLIED";
  if (writes(path) && !changedNothing) {
    return new OutcomeUnknownError(requestId, error);
  }
  return "cause" in cause ? cause.cause : error;
}
