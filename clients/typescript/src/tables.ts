import { randomUUID } from "node:crypto";

import type { Context } from "./context.js";
import { UnreadableAnswer } from "./failure.js";
import { required } from "./entries.js";
import {
  Backend as WireBackend,
  KeyAttribute_Type as Type,
  TableIndex_Kind as Kind,
  TableIndex_Projection as Projection,
  TableServiceService as Rpc,
  TimeToLive_State as State,
  type KeyAttribute as WireKey,
  type Table as WireTable,
  type TableIndex as WireIndex,
  type Throughput as WireThroughput,
  type TimeToLive as WireTimeToLive,
} from "./gen/dynakv/v1/table.js";
import type { CallOptions, TableOptions } from "./options.js";
import { text } from "./text.js";

/** A key attribute. */
export interface KeyAttribute {
  /** Its name, 1 to 255 bytes. */
  readonly name: string;
  /** Its type: a string, a number or binary. */
  readonly type: "S" | "N" | "B";
}

/** Provisioned capacity. */
export interface Throughput {
  /** Read capacity units a second, at least 1. */
  readonly readCapacityUnits: number;
  /** Write capacity units a second, at least 1. */
  readonly writeCapacityUnits: number;
}

/** Which attributes an index holds beside its keys and the table's; of a new table also those of the expiry time. */
export type IndexProjection = "all" | "keysOnly" | { readonly include: readonly string[] };

/** A secondary index of a new table. A key that is a name alone is that of a string. */
export interface NewIndex {
  /** Its name, 3 to 255 letters, digits, hyphens, underscores or dots. */
  readonly name: string;
  /** Whether it spans all partitions of the table, or each by itself. `"global"` by default. */
  readonly kind?: "global" | "local" | undefined;
  /** Its partition key. A local index has the table's. */
  readonly partitionKey?: string | KeyAttribute | undefined;
  /** Its sort key. A local index needs one. */
  readonly sortKey?: string | KeyAttribute | undefined;
  /** Which attributes it holds. `"all"` by default. */
  readonly projection?: IndexProjection | undefined;
  /** Its capacity, if that is not the table's. Only for a global index of a table with provisioned capacity. */
  readonly throughput?: Throughput | undefined;
}

/** Options of `createTable`. A key that is a name alone is that of a string. */
export interface CreateTableOptions extends TableOptions {
  /** The partition key. By default a string, under the name that the server's configuration gives the key. */
  readonly partitionKey?: string | KeyAttribute | undefined;
  /** The sort key. A table with one holds items, but no entries. */
  readonly sortKey?: string | KeyAttribute | undefined;
  /** Its secondary indexes. */
  readonly indexes?: readonly NewIndex[] | undefined;
  /** Provisioned capacity instead of on-demand billing. */
  readonly throughput?: Throughput | undefined;
  /** Enable TTL as well, if the table is ACTIVE at once, which in AWS it is not: then `enableTtl` does so later. */
  readonly enableTtl?: boolean | undefined;
}

/** A secondary index as it is. */
export interface IndexDescription {
  readonly name: string;
  readonly kind: "global" | "local";
  readonly partitionKey: KeyAttribute | undefined;
  readonly sortKey: KeyAttribute | undefined;
  readonly projection: IndexProjection;
  /** Its provisioned capacity. `undefined`: on-demand. */
  readonly throughput: Throughput | undefined;
  /** DynamoDB's word for its state, such as ACTIVE. `undefined` of a local one, which has the table's. */
  readonly status: string | undefined;
}

/**
 * How far DynamoDB is with deleting expired items by itself, and by which attribute. `"unknown"`: DynamoDB did not answer, or
 * the server's role may not ask.
 */
export type TimeToLive =
  | { readonly state: "enabled" | "enabling" | "disabling"; readonly attribute: string }
  | { readonly state: "disabled" | "unknown" };

/** A table as it is. */
export interface TableDescription {
  /** What requests call it. */
  readonly name: string;
  /** What DynamoDB calls it. */
  readonly physicalName: string;
  /** Whether it is the server's default table. */
  readonly isDefault: boolean;
  /** DynamoDB's word for its state: ACTIVE, CREATING, UPDATING, DELETING and so on. */
  readonly status: string;
  /** Its partition key. `undefined` if DynamoDB does not say, as of a table that is being deleted. */
  readonly partitionKey: KeyAttribute | undefined;
  /** Its sort key, if it has one. */
  readonly sortKey: KeyAttribute | undefined;
  /** Its secondary indexes, by name. */
  readonly indexes: readonly IndexDescription[];
  /** Its provisioned capacity. `undefined`: on-demand. */
  readonly throughput: Throughput | undefined;
  /** Whether DynamoDB deletes its expired items. */
  readonly timeToLive: TimeToLive;
  /** Which attribute plays which part of an entry. */
  readonly attributes: {
    readonly key: string;
    readonly value: string;
    readonly ttl: string;
    readonly ttlMs: string;
    readonly version: string;
  };
  /** What can be done with it: hold entries, be deleted. */
  readonly capabilities: { readonly keyValue: boolean; readonly deleteTable: boolean };
  /** How many items it had when DynamoDB last counted, up to six hours ago, expired ones included. */
  readonly approximateItemCount: number;
  /** Its size then, in bytes. */
  readonly approximateSizeBytes: number;
  /** Where it is stored: on the server itself, or in Amazon DynamoDB or what answers in its place. */
  readonly backend: "embedded" | "dynamodb";
}

/** A table that the server serves. */
export interface ListedTable {
  /** What requests call it. */
  readonly name: string;
  /** What DynamoDB calls it. */
  readonly physicalName: string;
  /** Whether it is the server's default table. */
  readonly isDefault: boolean;
}

/** As many as one request gives at most. */
const LISTED_AT_ONCE = 1000;

export function createTable({ caller, table }: Context, options: CreateTableOptions): Promise<TableDescription> {
  const request = {
    table: options.table ?? table,
    partitionKey: keyToWire(options.partitionKey),
    sortKey: keyToWire(options.sortKey),
    indexes: (options.indexes ?? []).map(indexToWire),
    throughput: throughputToWire(options.throughput),
    enableTtl: options.enableTtl ?? false,
  };
  return caller.unary(Rpc.createTable, request, options, described, nameless());
}

export function describeTable({ caller, table }: Context, options: TableOptions): Promise<TableDescription> {
  return caller.unary(Rpc.describeTable, { table: options.table ?? table }, options, described);
}

export async function listTables({ caller }: Context, options: CallOptions): Promise<ListedTable[]> {
  const all: ListedTable[] = [];
  let pageToken = "";
  do {
    const request = { pageSize: LISTED_AT_ONCE, pageToken };
    const { tables, nextPageToken } = await caller.unary(Rpc.listTables, request, options, (page) => page);
    all.push(...tables);
    pageToken = nextPageToken;
  } while (pageToken !== "");
  return all;
}

export function enableTtl({ caller, table }: Context, options: TableOptions): Promise<TimeToLive> {
  const read = ({ timeToLive }: { timeToLive: WireTimeToLive | undefined }): TimeToLive =>
    timeToLiveOf(required(timeToLive, "state"));
  return caller.unary(Rpc.enableTtl, { table: options.table ?? table }, options, read, nameless());
}

export function deleteTable({ caller }: Context, table: string, options: CallOptions): Promise<void> {
  return caller.unary(Rpc.deleteTable, { table: text(table) }, options, () => undefined, nameless());
}

/** Calls about tables have no field for an id, but should their outcome be unknown, logs can still tell them apart. */
function nameless(): { requestId: string } {
  return { requestId: randomUUID() };
}

function described({ table }: { table: WireTable | undefined }): TableDescription {
  const { partitionKey, sortKey, throughput, timeToLive, attributes, capabilities, backend, indexes, ...rest } =
    required(table, "table");
  return {
    ...rest,
    partitionKey: keyOf(partitionKey),
    sortKey: keyOf(sortKey),
    indexes: indexes.map(indexOf),
    throughput: throughputOf(throughput),
    timeToLive: timeToLive === undefined ? { state: "unknown" } : timeToLiveOf(timeToLive),
    attributes: required(attributes, "attributes"),
    capabilities: required(capabilities, "capabilities"),
    approximateItemCount: Number(rest.approximateItemCount),
    approximateSizeBytes: Number(rest.approximateSizeBytes),
    backend: known(
      { [WireBackend.EMBEDDED]: "embedded", [WireBackend.DYNAMODB]: "dynamodb" } as const,
      backend,
      "backend",
    ),
  };
}

function timeToLiveOf({ state, attribute }: WireTimeToLive): TimeToLive {
  switch (state) {
    case State.ENABLED:
      return { state: "enabled", attribute };
    case State.ENABLING:
      return { state: "enabling", attribute };
    case State.DISABLING:
      return { state: "disabling", attribute };
    case State.DISABLED:
      return { state: "disabled" };
    default:
      return { state: "unknown" };
  }
}

function keyToWire(key: string | KeyAttribute | undefined): WireKey | undefined {
  if (key === undefined || typeof key === "string") {
    return key === undefined ? undefined : { name: text(key), type: Type.S };
  }
  return { name: text(key.name), type: Type[key.type] };
}

function keyOf(key: WireKey | undefined): KeyAttribute | undefined {
  const types = { [Type.S]: "S", [Type.N]: "N", [Type.B]: "B" } as const;
  return key && { name: key.name, type: known(types, key.type, "type of a key") };
}

function throughputToWire(throughput: Throughput | undefined): WireThroughput | undefined {
  return (
    throughput && {
      readCapacityUnits: BigInt(throughput.readCapacityUnits),
      writeCapacityUnits: BigInt(throughput.writeCapacityUnits),
    }
  );
}

function throughputOf(throughput: WireThroughput | undefined): Throughput | undefined {
  return (
    throughput && {
      readCapacityUnits: Number(throughput.readCapacityUnits),
      writeCapacityUnits: Number(throughput.writeCapacityUnits),
    }
  );
}

function indexToWire(index: NewIndex): WireIndex {
  const { name, kind = "global", partitionKey, sortKey, projection = "all", throughput } = index;
  const named = { all: Projection.ALL, keysOnly: Projection.KEYS_ONLY };
  return {
    name: text(name),
    kind: kind === "local" ? Kind.LOCAL : Kind.GLOBAL,
    partitionKey: keyToWire(partitionKey),
    sortKey: keyToWire(sortKey),
    projection: typeof projection === "string" ? named[projection] : Projection.INCLUDE,
    projected: typeof projection === "string" ? [] : projection.include.map(text),
    throughput: throughputToWire(throughput),
    status: "",
  };
}

function indexOf(index: WireIndex): IndexDescription {
  const kinds = { [Kind.GLOBAL]: "global", [Kind.LOCAL]: "local" } as const;
  const projections = {
    [Projection.ALL]: "all",
    [Projection.KEYS_ONLY]: "keysOnly",
    [Projection.INCLUDE]: { include: index.projected },
  } as const;
  return {
    name: index.name,
    kind: known(kinds, index.kind, "kind of an index"),
    partitionKey: keyOf(index.partitionKey),
    sortKey: keyOf(index.sortKey),
    projection: known(projections, index.projection, "projection of an index"),
    throughput: throughputOf(index.throughput),
    status: index.status === "" ? undefined : index.status,
  };
}

/** What a value of an enum stands for. A later server may have others. */
function known<T>(names: Readonly<Record<number, T>>, value: number, what: string): T {
  const name = names[value];
  if (name === undefined) {
    throw new UnreadableAnswer(`no known ${what}`);
  }
  return name;
}
