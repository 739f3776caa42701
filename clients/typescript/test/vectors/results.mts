import { CallError, OutcomeUnknownError } from "dynakv";
import type * as dynakv from "dynakv";

import { list, map, text, type Doc, type DocMap } from "./file.mjs";
import { attributes, doc, entry } from "./values.mjs";

export function found<T>(value: T | undefined, show: (value: T) => Doc): Doc {
  return value === undefined ? { missing: true } : { found: show(value) };
}

export function written({ version, expireTime, previous, previousLost }: dynakv.Written): Doc {
  return doc({
    version,
    expire_time: expireTime?.getTime(),
    previous: previous && entry(previous),
    previous_lost: previousLost || undefined,
  });
}

export function swap(swap: dynakv.Swap): Doc {
  return swap.outcome === "swapped"
    ? { swapped: doc({ version: swap.version, expire_time: swap.expireTime?.getTime() }) }
    : { not_swapped: doc({ current: swap.current && entry(swap.current) }) };
}

export function deletion(deletion: dynakv.Deletion): Doc {
  return deletion.outcome === "deleted"
    ? { deleted: true }
    : { not_deleted: doc({ current: deletion.current && entry(deletion.current) }) };
}

export function ttl(ttl: dynakv.Ttl): Doc {
  switch (ttl.outcome) {
    case "ttl":
      return { ttl: { ttl: ttl.ttl, expire_time: ttl.expireTime.getTime() } };
    case "noTtl":
      return { no_ttl: true };
    case "notFound":
      return { not_found: true };
  }
}

export function expiration(expiration: dynakv.Expiration): Doc {
  return expiration.outcome === "ttlSet"
    ? { ttl_set: { version: expiration.version, expire_time: expiration.expireTime.getTime() } }
    : { not_found: true };
}

export function persistence(persistence: dynakv.Persistence): Doc {
  switch (persistence.outcome) {
    case "ttlRemoved":
      return { ttl_removed: { version: persistence.version } };
    case "noTtl":
      return { no_ttl: true };
    case "notFound":
      return { not_found: true };
  }
}

export function counter({ value, version, expireTime }: dynakv.Counter): Doc {
  return doc({ value: String(value), version, expire_time: expireTime?.getTime() });
}

export function foundOfBatch(found: dynakv.Found): Doc {
  return found.outcome === "found" ? { found: entry(found.entry) } : notFound(found);
}

export function foundOfItems(found: dynakv.FoundItem): Doc {
  return found.outcome === "found" ? { found: attributes(found.item) } : notFound(found);
}

function notFound(found: Exclude<dynakv.Found, { outcome: "found" }>): Doc {
  return found.outcome === "missing" ? { missing: true } : { failed: failure(found.error) };
}

export function batchOutcome(outcome: dynakv.BatchOutcome): Doc {
  return outcomeOfBatch(outcome, entry);
}

export function batchItemOutcome(outcome: dynakv.BatchOutcome<dynakv.Item>): Doc {
  return outcomeOfBatch(outcome, attributes);
}

function outcomeOfBatch<C>(outcome: dynakv.BatchOutcome<C>, show: (current: C) => Doc): Doc {
  switch (outcome.outcome) {
    case "written":
      return { written: doc({ version: outcome.version, expire_time: outcome.expireTime?.getTime() }) };
    case "deleted":
      return { deleted: doc({ existed: outcome.existed }) };
    case "conditionFailed": {
      const { current, currentOmitted } = outcome;
      return {
        condition_failed: doc({
          current: current === undefined ? undefined : show(current),
          current_omitted: currentOmitted || undefined,
        }),
      };
    }
    case "superseded":
      return { superseded: true };
    case "failed":
      return { failed: failure(outcome.error) };
    case "outcomeUnknown":
      return { outcome_unknown: failure(outcome.error) };
  }
}

export function snapshot(snapshot: dynakv.Snapshot): Doc {
  switch (snapshot.outcome) {
    case "entry":
      return { entry: entry(snapshot.entry) };
    case "item":
      return { item: attributes(snapshot.item) };
    case "absent":
      return { absent: true };
  }
}

export function transaction(transaction: dynakv.Transaction): Doc {
  if (transaction.outcome === "committed") {
    const { results } = transaction;
    return {
      committed: results.map(({ version, expireTime }) => doc({ version, expire_time: expireTime?.getTime() })),
    };
  }
  return {
    cancelled: transaction.results.map(({ reason, current, currentItem }) =>
      doc({
        reason: upper(reason),
        current: current && entry(current),
        current_item: currentItem && attributes(currentItem),
      }),
    ),
  };
}

export function writtenItem(outcome: dynakv.WrittenItem | dynakv.ConditionFailed): Doc {
  if (outcome.outcome === "conditionFailed") {
    return conditionFailed(outcome);
  }
  const { version, expireTime, attributes: item, attributesLost } = outcome;
  return {
    applied: doc({
      version,
      expire_time: expireTime?.getTime(),
      attributes: item && attributes(item),
      attributes_lost: attributesLost || undefined,
    }),
  };
}

export function deletedItem(outcome: dynakv.DeletedItem | dynakv.ConditionFailed): Doc {
  if (outcome.outcome === "conditionFailed") {
    return conditionFailed(outcome);
  }
  const { existed, attributes: item } = outcome;
  return { applied: doc({ existed, attributes: item && attributes(item) }) };
}

function conditionFailed({ current }: dynakv.ConditionFailed): Doc {
  return { condition_failed: doc({ current: current && attributes(current) }) };
}

/** The arguments of a new table. */
export function newTable(args: DocMap): dynakv.CreateTableOptions {
  const { partition_key, sort_key, indexes, throughput, enable_ttl } = args;
  return {
    ...(partition_key !== undefined && { partitionKey: key(partition_key) }),
    ...(sort_key !== undefined && { sortKey: key(sort_key) }),
    ...(indexes !== undefined && { indexes: list(indexes).map((index) => newIndex(map(index))) }),
    ...(throughput !== undefined && { throughput: capacity(map(throughput)) }),
    ...(enable_ttl !== undefined && { enableTtl: enable_ttl === true }),
  };
}

function newIndex({ name, kind, projection, projected, throughput, ...keys }: DocMap): dynakv.NewIndex {
  return {
    ...newTable(keys),
    name: text(name),
    ...(kind !== undefined && { kind: kind === "LOCAL" ? "local" : "global" }),
    ...(projection === "ALL" && { projection: "all" }),
    ...(projection === "KEYS_ONLY" && { projection: "keysOnly" }),
    ...(projection === "INCLUDE" && { projection: { include: list(projected).map(text) } }),
    ...(throughput !== undefined && { throughput: capacity(map(throughput)) }),
  };
}

function key(doc: Doc): dynakv.KeyAttribute {
  const { name, type } = map(doc);
  return { name: text(name), type: type as "S" };
}

function capacity({ read_capacity_units, write_capacity_units }: DocMap): dynakv.Throughput {
  return { readCapacityUnits: Number(read_capacity_units), writeCapacityUnits: Number(write_capacity_units) };
}

export function table(table: dynakv.TableDescription): Doc {
  const { attributes: roles, capabilities } = table;
  return {
    ...listedTable(table),
    status: table.status,
    ...keys(table),
    indexes: table.indexes.map(index),
    time_to_live: timeToLive(table.timeToLive),
    attributes: { key: roles.key, value: roles.value, ttl: roles.ttl, ttl_ms: roles.ttlMs, version: roles.version },
    capabilities: { key_value: capabilities.keyValue, delete_table: capabilities.deleteTable },
    backend: upper(table.backend),
  };
}

export function listedTable({ name, physicalName, isDefault }: dynakv.ListedTable): DocMap {
  return { name, physical_name: physicalName, is_default: isDefault };
}

export function timeToLive(timeToLive: dynakv.TimeToLive): Doc {
  const attribute = "attribute" in timeToLive ? timeToLive.attribute : undefined;
  return doc({ state: upper(timeToLive.state), attribute });
}

function index(index: dynakv.IndexDescription): Doc {
  const { name, kind, projection } = index;
  return {
    name,
    kind: upper(kind),
    ...keys(index),
    ...(typeof projection === "string"
      ? { projection: upper(projection) }
      : { projection: "INCLUDE", projected: [...projection.include] }),
  };
}

function keys({
  partitionKey,
  sortKey,
  throughput,
}: Pick<dynakv.IndexDescription, "partitionKey" | "sortKey" | "throughput">): DocMap {
  return doc({
    partition_key: partitionKey && { ...partitionKey },
    sort_key: sortKey && { ...sortKey },
    throughput: throughput && {
      read_capacity_units: throughput.readCapacityUnits,
      write_capacity_units: throughput.writeCapacityUnits,
    },
  });
}

/** An error as a document. What is none of the library's is no result of a vector. */
export function error(error: unknown): Doc {
  if (error instanceof OutcomeUnknownError) {
    return { kind: "outcome_unknown", ...failure(error.cause), request_id: error.requestId };
  }
  if (error instanceof CallError) {
    return { kind: "failed", ...failure(error) };
  }
  throw error;
}

function failure({ code, reason, fieldViolations, metadata, retryDelay }: CallError): DocMap {
  const fields = fieldViolations.map(({ field }) => field);
  return doc({
    code,
    reason,
    fields: fields.length > 0 ? fields : undefined,
    metadata: { ...metadata },
    retry_delay: retryDelay,
  });
}

/** `conditionFailed` as the proto spells it. */
function upper(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
