import type { Caller } from "./call.js";

/** What the calls of one client share. */
export interface Context {
  readonly caller: Caller;
  /** The table of calls that name none. */
  readonly table: string;
}
