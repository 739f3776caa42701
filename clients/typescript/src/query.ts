import type { Condition } from "./condition.js";
import type { Context } from "./context.js";
import { Expressions, type ExpressionOptions } from "./expression.js";
import {
  ItemServiceService as Items,
  QueryRequest_Order as Order,
  type QueryResponse,
  type ScanResponse,
} from "./gen/dynakv/v1/item.js";
import { KeyValueServiceService as Rpc, type ListKeysRequest } from "./gen/dynakv/v1/kv.js";
import type { ReadOptions } from "./options.js";
import { Paged, PagedItems, type Page, type PageOptions } from "./paged.js";
import { text } from "./text.js";
import { itemFromWire, type Item } from "./value.js";

/** Options of `listKeys`. At most one of `prefix` and `glob`. */
export interface ListKeysOptions extends ReadOptions, PageOptions {
  /** Only keys that begin with this. */
  readonly prefix?: string | undefined;
  /**
   * Only keys that match this as a whole, such as `user:*:cart`: `*` stands for any characters, `?` for one, `[a-z]` and
   * `[!a-z]` for one of those or of the others; a backslash takes the meaning off the next character.
   */
  readonly glob?: string | undefined;
}

/** Options of `query` and `scan`. */
export interface ItemPageOptions extends ReadOptions, PageOptions, ExpressionOptions {
  /** Read this secondary index of the table. */
  readonly index?: string | undefined;
  /**
   * Give only the items that match: a {@link Condition} or a DynamoDB filter expression. What it drops is read, and costs,
   * all the same.
   */
  readonly filter?: string | Condition | undefined;
  /** Give only these parts of the items: paths, or a DynamoDB projection expression. */
  readonly projection?: string | readonly string[] | undefined;
}

/** Options of `query`. */
export interface QueryOptions extends ItemPageOptions {
  /** In descending order of the sort key. */
  readonly descending?: boolean | undefined;
}

/** Options of `scan`. */
export interface ScanOptions extends ItemPageOptions {
  /** In how many parts the server reads the table at the same time: 1 to 32. */
  readonly segments?: number | undefined;
}

export function listKeys({ caller, table }: Context, options: ListKeysOptions): Paged<string> {
  const request: Omit<ListKeysRequest, "pageToken"> = {
    table: options.table ?? table,
    pattern: patternToWire(options),
    consistentRead: options.consistent ?? false,
    returnConsumedCapacity: false,
    pageSize: int32(options.pageSize),
  };
  return new Paged(
    (pageToken, abandoned) =>
      caller.unary(
        Rpc.listKeys,
        { ...request, pageToken },
        options,
        ({ keys, nextPageToken }): Page<string> => ({
          rows: keys,
          count: keys.length,
          nextPageToken: token(nextPageToken),
        }),
        { ...(abandoned && { abandoned }) },
      ),
    options.pageToken,
  );
}

export function query(
  { caller, table }: Context,
  keyCondition: string | Condition,
  options: QueryOptions,
): PagedItems<Item> {
  const expressions = new Expressions(options);
  const request = {
    keyCondition: expressions.render(keyCondition),
    ...itemFields(expressions, options, table),
    order: options.descending === true ? Order.DESCENDING : Order.ASCENDING,
  };
  return pagedItems(options, (fields, abandoned) =>
    caller.unary(Items.query, { ...request, ...fields }, options, itemPage, { ...(abandoned && { abandoned }) }),
  );
}

export function scan({ caller, table }: Context, options: ScanOptions): PagedItems<Item> {
  const request = {
    ...itemFields(new Expressions(options), options, table),
    segments: options.segments === undefined ? undefined : int32(options.segments),
  };
  return pagedItems(options, (fields, abandoned) =>
    caller.unary(Items.scan, { ...request, ...fields }, options, itemPage, { ...(abandoned && { abandoned }) }),
  );
}

function pagedItems(
  { pageToken }: PageOptions,
  read: (fields: { pageToken: string; countOnly: boolean }, abandoned?: AbortSignal) => Promise<Page<Item>>,
): PagedItems<Item> {
  return new PagedItems(
    (token, abandoned) => read({ pageToken: token, countOnly: false }, abandoned),
    (token, abandoned) => read({ pageToken: token, countOnly: true }, abandoned),
    pageToken,
  );
}

/** What a query and a scan have in common. */
function itemFields(expressions: Expressions, options: ItemPageOptions, table: string) {
  return {
    table: options.table ?? table,
    consistentRead: options.consistent ?? false,
    returnConsumedCapacity: false,
    filter: expressions.render(options.filter),
    projection: expressions.projection(options.projection),
    // Last, since rendering adds to them.
    names: expressions.names,
    values: expressions.values,
    index: options.index ?? "",
    pageSize: int32(options.pageSize),
  };
}

function itemPage({ items, count, nextPageToken }: QueryResponse | ScanResponse): Page<Item> {
  return { rows: items.map(itemFromWire), count, nextPageToken: token(nextPageToken) };
}

function patternToWire({ prefix, glob }: ListKeysOptions): ListKeysRequest["pattern"] {
  if (prefix !== undefined && glob !== undefined) {
    throw new TypeError("keys are listed by a prefix or by a glob, not by both");
  }
  if (glob !== undefined) {
    return { $case: "glob", value: text(glob) };
  }
  return prefix === undefined ? undefined : { $case: "prefix", value: text(prefix) };
}

/** What is too much for the field is too much for the server as well. */
function int32(value = 0): number {
  return Math.max(-(2 ** 31), Math.min(Math.trunc(value), 2 ** 31 - 1));
}

function token(nextPageToken: string): string | undefined {
  return nextPageToken === "" ? undefined : nextPageToken;
}
