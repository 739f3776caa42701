import type {
  BatchItemOperation,
  BatchItemRead,
  BatchOperation,
  CallOptions,
  Client,
  Paged,
  TransactOperation,
  TransactRead,
  WriteOptions,
} from "dynakv";
import { PagedItems, type ConditionOptions, type ExpressionOptions, type ReadOptions } from "dynakv";

import { has, list, map, text, type Doc, type DocMap } from "./file.mjs";
import * as result from "./results.mjs";
import * as value from "./values.mjs";

/** Carries out a call, and gives its result as a document. */
export async function call(client: Client, name: string, args: DocMap, options: CallOptions): Promise<Doc> {
  const carriedOut = CALLS[name];
  if (carriedOut === undefined) {
    throw new Error(`there is no call ${name}`);
  }
  return carriedOut(client, args, { ...options, ...common(args) });
}

type Carry = (client: Client, args: DocMap, options: WriteOptions & ReadOptions) => Promise<Doc>;

const CALLS: Readonly<Record<string, Carry>> = {
  get: async (client, { key }, options) => result.found(await client.get(text(key), options), value.entry),
  set: async (client, { key, value: bytes, ...args }, options) =>
    result.written(await client.set(text(key), value.bytes(bytes), { ...options, ...expiry(args), ...flags(args) })),
  compare_and_set: async (client, { key, value: bytes, expected = "", ...args }, options) => {
    const all = { ...options, ...expiry(args), ...flags(args) };
    return result.swap(await client.compareAndSet(text(key), value.bytes(bytes), value.expected(expected), all));
  },
  delete: async (client, { key, ...args }, options) => ({
    existed: await client.delete(text(key), { ...options, ...flags(args) }),
  }),
  compare_and_delete: async (client, { key, expected = "", ...args }, options) =>
    result.deletion(await client.compareAndDelete(text(key), value.expected(expected), { ...options, ...flags(args) })),
  exists: async (client, { keys }, options) => ({ exists: await client.exists(keysOf(keys), options) }),
  get_ttl: async (client, { key }, options) => result.ttl(await client.getTtl(text(key), options)),
  expire: async (client, { key, ttl = "" }, options) =>
    result.expiration(await client.expire(text(key), value.duration(ttl), options)),
  persist: async (client, { key }, options) => result.persistence(await client.persist(text(key), options)),
  increment: async (client, { key, by, initial, ...args }, options) => {
    const amounts = {
      ...(by !== undefined && { by: BigInt(text(by)) }),
      ...(initial !== undefined && { initial: BigInt(text(initial)) }),
    };
    return result.counter(await client.increment(text(key), { ...options, ...amounts, ...expiry(args) }));
  },
  list_keys: (client, { prefix, glob, mode, ...args }, options) => {
    const pattern = {
      ...(prefix !== undefined && { prefix: text(prefix) }),
      ...(glob !== undefined && { glob: text(glob) }),
    };
    return paged(client.listKeys({ ...options, ...pages(args), ...pattern }), mode, (key) => key);
  },
  batch_get: async (client, { keys, mode }, options) => {
    const wanted = keysOf(keys);
    if (mode !== "stream") {
      return { results: (await client.batchGet(wanted, options)).map(result.foundOfBatch) };
    }
    const results: Doc[] = [];
    for await (const found of client.batchGetStream(wanted, options)) {
      if (found.position in results) {
        throw new Error(`position ${found.position} is answered twice`);
      }
      results[found.position] = result.foundOfBatch(found);
    }
    return { results: Array.from(wanted, (_, position) => results[position] ?? "no answer") };
  },
  batch_write: async (client, { operations }, options) => {
    const all: BatchOperation[] = has(operations, "count")
      ? numbered(operations).map((key) => ({ op: "set", key, value: value.bytes(map(operations)["value"]) }))
      : list(operations).map((operation) => batchOperation(map(operation)));
    return { results: (await client.batchWrite(all, options)).map(result.batchOutcome) };
  },
  batch_get_items: async (client, { reads, mode, ...args }, options) => {
    const wanted = batchReads(reads);
    const all = { ...options, ...expressions(args) };
    if (mode !== "stream") {
      return { results: (await client.batchGetItems(wanted, all)).map(result.foundOfItems) };
    }
    const results: Doc[] = [];
    for await (const found of client.batchGetItemsStream(wanted, all)) {
      if (found.position in results) {
        throw new Error(`position ${found.position} is answered twice`);
      }
      results[found.position] = result.foundOfItems(found);
    }
    return { results: Array.from(wanted, (_, position) => results[position] ?? "no answer") };
  },
  batch_write_items: async (client, { operations }, options) => {
    const all = list(operations).map((operation) => batchItemOperation(map(operation)));
    return { results: (await client.batchWriteItems(all, options)).map(result.batchItemOutcome) };
  },
  transact_get: async (client, { reads }, options) => ({
    results: (
      await client.transactGet(
        list(reads).map((read) => transactRead(map(read))),
        options,
      )
    ).map(result.snapshot),
  }),
  transact_write: async (client, { operations }, options) =>
    result.transaction(
      await client.transactWrite(
        list(operations).map((each) => transactOperation(map(each))),
        options,
      ),
    ),
  get_item: async (client, { key, ...args }, options) =>
    result.found(await client.getItem(value.itemKey(key), { ...options, ...expressions(args) }), value.attributes),
  put_item: async (client, { item, ...args }, options) =>
    result.writtenItem(
      await client.putItem(value.item(map(item)), { ...options, ...expiry(args), ...conditional(args) }),
    ),
  update_item: async (client, { key, update, return_values, ...args }, options) => {
    const returnValues = return_values === undefined ? {} : { returnValues: camel(text(return_values)) as "allNew" };
    const all = { ...options, ...conditional(args), ...returnValues };
    return result.writtenItem(await client.updateItem(value.itemKey(key), value.update(update), all));
  },
  delete_item: async (client, { key, ...args }, options) =>
    result.deletedItem(await client.deleteItem(value.itemKey(key), { ...options, ...conditional(args) })),
  query: (client, { key_condition = "", descending, mode, ...args }, options) => {
    const all = { ...options, ...itemPages(args), descending: descending === true };
    return paged(client.query(value.condition(key_condition), all), mode, value.attributes);
  },
  scan: (client, { segments, mode, ...args }, options) => {
    const parts = segments === undefined ? {} : { segments: Number(segments) };
    return paged(client.scan({ ...options, ...itemPages(args), ...parts }), mode, value.attributes);
  },
  create_table: async (client, args, options) =>
    result.table(await client.createTable({ ...options, ...result.newTable(args) })),
  describe_table: async (client, _, options) => result.table(await client.describeTable(options)),
  list_tables: async (client, _, options) => ({ tables: (await client.listTables(options)).map(result.listedTable) }),
  enable_ttl: async (client, _, options) => result.timeToLive(await client.enableTtl(options)),
  delete_table: async (client, { table }, options) => {
    await client.deleteTable(text(table), options);
    return {};
  },
};

/** The options that many calls have. */
function common({ table, request_id, consistent }: DocMap): WriteOptions & ReadOptions {
  return {
    ...(table !== undefined && { table: text(table) }),
    ...(request_id !== undefined && { requestId: text(request_id) }),
    ...(consistent !== undefined && { consistent: consistent === true }),
  };
}

function expiry({ ttl, keep_ttl }: DocMap) {
  return {
    ...(ttl !== undefined && { ttl: value.duration(ttl) }),
    ...(keep_ttl !== undefined && { keepTtl: keep_ttl === true }),
  };
}

function flags({ return_current, return_previous, return_old, report_existed, omit_existed }: DocMap) {
  return {
    ...(return_current !== undefined && { returnCurrent: return_current === true }),
    ...(return_previous !== undefined && { returnPrevious: return_previous === true }),
    ...(return_old !== undefined && { returnOld: return_old === true }),
    ...(report_existed !== undefined && { reportExisted: report_existed === true }),
    ...(omit_existed !== undefined && { omitExisted: omit_existed === true }),
  };
}

function expressions({ names, values, projection }: DocMap): ExpressionOptions & { projection?: string } {
  return {
    ...(names !== undefined && { names: map(names) as Record<string, string> }),
    ...(values !== undefined && { values: value.item(map(values)) as NonNullable<ExpressionOptions["values"]> }),
    ...(projection !== undefined && { projection: text(projection) }),
  };
}

function conditional({ condition, ...args }: DocMap): ConditionOptions {
  return {
    ...expressions(args),
    ...flags(args),
    ...(condition !== undefined && { condition: value.condition(condition) }),
  };
}

function pages({ page_size, page_token }: DocMap) {
  return {
    ...(page_size !== undefined && { pageSize: Number(page_size) }),
    ...(page_token !== undefined && { pageToken: text(page_token) }),
  };
}

function itemPages({ filter, index, ...args }: DocMap) {
  return {
    ...pages(args),
    ...expressions(args),
    ...(filter !== undefined && { filter: value.condition(filter) }),
    ...(index !== undefined && { index: text(index) }),
  };
}

async function paged<T>(rows: Paged<T>, mode: Doc | undefined, doc: (row: T) => Doc): Promise<Doc> {
  switch (mode) {
    case "page": {
      const page = await rows.page();
      return value.doc({ rows: page.rows.map(doc), count: page.count, next_page_token: page.nextPageToken });
    }
    case "pages": {
      const all: Doc[] = [];
      let count = 0;
      for await (const page of rows.pages()) {
        all.push(...page.rows.map(doc));
        count += 1;
      }
      return { rows: all, pages: count };
    }
    case "count":
      return { count: rows instanceof PagedItems ? await rows.count() : "these are not counted" };
    default: {
      const all: Doc[] = [];
      for await (const row of rows) {
        all.push(doc(row));
      }
      return { rows: all };
    }
  }
}

function keysOf(keys: Doc | undefined): string[] {
  return has(keys, "count") ? numbered(keys) : list(keys).map(text);
}

function numbered({ count, prefix }: DocMap): string[] {
  return Array.from({ length: Number(count) }, (_, number) => `${text(prefix)}${number}`);
}

function batchOperation(operation: DocMap): BatchOperation {
  const { key, value: bytes, expected, ...args } = map(operation["set"] ?? operation["delete"]);
  const all = {
    key: text(key),
    ...(expected !== undefined && { expected: value.expected(expected) }),
    ...flags(args),
  };
  return has(operation, "set")
    ? { op: "set", ...all, value: value.bytes(bytes), ...expiry(args) }
    : { op: "delete", ...all };
}

function batchReads(reads: Doc | undefined): BatchItemRead[] {
  if (has(reads, "count")) {
    return numbered(reads).map((key) => ({ key }));
  }
  return list(reads).map((read) => {
    const { key, table } = map(read);
    return { key: value.itemKey(key), ...(table !== undefined && { table: text(table) }) };
  });
}

function batchItemOperation({ table, return_current, ...operation }: DocMap): BatchItemOperation {
  const { key, item, ...args } = map(operation["put_item"] ?? operation["delete_item"]);
  const common = {
    ...conditional(args),
    ...(table !== undefined && { table: text(table) }),
    ...(return_current !== undefined && { returnCurrent: return_current === true }),
  };
  return has(operation, "put_item")
    ? { op: "putItem", item: value.item(map(item)), ...common, ...expiry(args) }
    : { op: "deleteItem", key: value.itemKey(key), ...common };
}

function transactRead({ key, item_key, table }: DocMap): TransactRead {
  const where = table === undefined ? {} : { table: text(table) };
  if (item_key !== undefined) {
    return { itemKey: value.itemKey(item_key), ...where };
  }
  return table === undefined ? text(key) : { key: text(key), ...where };
}

function transactOperation({ table, return_current, ...operation }: DocMap): TransactOperation {
  const [[kind, fields] = []] = Object.entries(operation);
  const { key, value: bytes, item, update, expected, ...args } = map(fields);
  const common = {
    ...(table !== undefined && { table: text(table) }),
    ...(return_current !== undefined && { returnCurrent: return_current === true }),
    ...(expected !== undefined && { expected: value.expected(expected) }),
  };
  switch (kind) {
    case "set":
      return { op: "set", key: text(key), value: value.bytes(bytes), ...common, ...expiry(args) };
    case "delete":
      return { op: "delete", key: text(key), ...common };
    case "put_item":
      return { op: "putItem", item: value.item(map(item)), ...conditional(args), ...common, ...expiry(args) };
    case "update_item":
      return {
        op: "updateItem",
        key: value.itemKey(key),
        update: value.update(update),
        ...conditional(args),
        ...common,
      };
    case "delete_item":
      return { op: "deleteItem", key: value.itemKey(key), ...conditional(args), ...common };
    case "check":
      return {
        op: "check",
        key: value.itemKey(key),
        condition: "",
        ...conditional(args),
        ...common,
      } as TransactOperation;
    default:
      throw new Error(`there is no operation ${kind}`);
  }
}

function camel(name: string): string {
  return name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
