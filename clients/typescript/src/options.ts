import type { Metadata } from "@grpc/grpc-js";

/** What every call may be told. */
export interface CallOptions {
  /** How long the call may take, in milliseconds, retries included. The server sees it as the deadline. */
  readonly timeout?: number | undefined;
  /**
   * Ends the call. A read, or a write that was not sent yet, is then rejected with the signal's reason; a write that was
   * sent, with `OutcomeUnknownError`.
   */
  readonly signal?: AbortSignal | undefined;
  /** gRPC metadata to send along. */
  readonly metadata?: Metadata | Readonly<Record<string, string>> | undefined;
}

/** What every call about one table may be told. */
export interface TableOptions extends CallOptions {
  /** The table: one of the server's configuration. By default that of the client. */
  readonly table?: string | undefined;
}

/** What every read may be told. */
export interface ReadOptions extends TableOptions {
  /** Read strongly consistently: see every write that was acknowledged before, at twice the cost. */
  readonly consistent?: boolean | undefined;
}

/** What every write may be told. */
export interface WriteOptions extends TableOptions {
  /**
   * The id of this write, a UUID. By default every call has one of its own; give the id of an earlier one to find out,
   * after `OutcomeUnknownError`, whether that one has happened.
   */
  readonly requestId?: string | undefined;
}

/** The TTL of a write. At most one of the two. */
export interface ExpiryOptions {
  /** The entry expires so many milliseconds from now: 1 to 100 years. */
  readonly ttl?: number | undefined;
  /** The entry keeps its expiry time and all other attributes. */
  readonly keepTtl?: boolean | undefined;
}
