import * as batchItems from "./batch-items.js";
import { batchGet, batchGetStream, type Found, type FoundAt } from "./batch-read.js";
import { batchWrite, type BatchOperation, type BatchOutcome } from "./batch-write.js";
import { Caller } from "./call.js";
import type { Condition } from "./condition.js";
import { open, optionsFromEnv, reach, type ClientOptions, type Settings } from "./connect.js";
import type { Context } from "./context.js";
import * as entries from "./entries.js";
import type { Entry, Expected } from "./entry.js";
import { ItemServiceClient } from "./gen/dynakv/v1/item.js";
import { KeyValueServiceClient } from "./gen/dynakv/v1/kv.js";
import { TableServiceClient } from "./gen/dynakv/v1/table.js";
import * as items from "./items.js";
import type { CallOptions, ReadOptions, TableOptions, WriteOptions } from "./options.js";
import type { Paged, PagedItems } from "./paged.js";
import { listKeys, query, scan, type ListKeysOptions, type QueryOptions, type ScanOptions } from "./query.js";
import * as tables from "./tables.js";
import type { Bytes } from "./text.js";
import * as transact from "./transact.js";
import type { Update } from "./update.js";
import type { Item, ItemInput, ItemKey } from "./value.js";

/**
 * A client of one DynaKV service. All its calls share one connection; {@link Client.close | close} ends it.
 *
 * All durations are in milliseconds. Calls are rejected with `CallError` or, if a write may or may not have happened, with
 * `OutcomeUnknownError`; with `TypeError` or `RangeError` if what they are given cannot be sent at all.
 */
export class Client {
  readonly #settings: Settings;
  readonly #context: Context;
  readonly #stubs: { keyValue?: KeyValueServiceClient; items?: ItemServiceClient; tables?: TableServiceClient } = {};

  /**
   * A client that connects at its first call. A connection that breaks is made again by itself.
   *
   * @throws {ConnectError} if the settings are wrong.
   */
  constructor(options: ClientOptions = {}) {
    this.#settings = open(options);
    const { channels, timeout, table } = this.#settings;
    this.#context = { caller: new Caller(channels, timeout), table };
  }

  /**
   * Connects to an address or by other settings.
   *
   * @throws {ConnectError} if the settings are wrong or the server cannot be reached.
   */
  static async connect(options: string | ClientOptions = {}): Promise<Client> {
    const client = new Client(typeof options === "string" ? { address: options } : options);
    try {
      await reach(client.#settings);
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  /**
   * Connects to where the environment says; `options` go before it.
   *
   * | variable | setting |
   * |---|---|
   * | `DYNAKV_ADDRESS` | `address` |
   * | `DYNAKV_TOKEN` | `token` |
   * | `DYNAKV_TABLE` | `table` |
   * | `DYNAKV_TLS` | `true` or `1`: `tls` |
   * | `DYNAKV_CA_FILE` | `tls.caFile`; implies TLS |
   * | `DYNAKV_CLIENT_CERT_FILE`, `DYNAKV_CLIENT_KEY_FILE` | `tls.certFile`, `tls.keyFile`; imply TLS |
   * | `DYNAKV_TLS_SERVER_NAME` | `tls.serverName`; implies TLS |
   *
   * @throws {ConnectError} if the settings are wrong or the server cannot be reached.
   */
  static async fromEnv(options: ClientOptions = {}): Promise<Client> {
    return Client.connect({ ...optionsFromEnv(process.env), ...options });
  }

  /** Closes the connection once its calls have ended. */
  close(): void {
    this.#settings.channels.close();
  }

  /** The generated stub of KeyValueService, for what this library does not offer. Its calls have no deadline. */
  get stub(): KeyValueServiceClient {
    return (this.#stubs.keyValue ??= this.#settings.channels.stub(KeyValueServiceClient));
  }

  /** The generated stub of ItemService, like {@link Client.stub | stub}. */
  get itemStub(): ItemServiceClient {
    return (this.#stubs.items ??= this.#settings.channels.stub(ItemServiceClient));
  }

  /** The generated stub of TableService, like {@link Client.stub | stub}. */
  get tableStub(): TableServiceClient {
    return (this.#stubs.tables ??= this.#settings.channels.stub(TableServiceClient));
  }

  /** Reads one entry. `undefined` if there is none. */
  async get(key: string, options: ReadOptions = {}): Promise<Entry | undefined> {
    return entries.get(this.#context, key, options);
  }

  /** Writes one entry, whatever was there, without a TTL unless the options give one. */
  async set(key: string, value: Bytes, options: entries.SetOptions = {}): Promise<entries.Written> {
    return entries.set(this.#context, key, value, options);
  }

  /**
   * Writes one entry if it is as expected, in one atomic step. A lost race is the result `"notSwapped"`.
   *
   * If an answer is lost the call is sent again; a write that has happened is then recognised, unless somebody else has
   * changed the entry in between.
   */
  async compareAndSet(
    key: string,
    value: Bytes,
    expected: Expected,
    options: entries.CompareAndSetOptions = {},
  ): Promise<entries.Swap> {
    return entries.compareAndSet(this.#context, key, value, expected, options);
  }

  /** Deletes one entry, whatever it holds. The result says whether there was one. */
  async delete(key: string, options: entries.DeleteOptions = {}): Promise<boolean> {
    return entries.remove(this.#context, key, options);
  }

  /**
   * Deletes one entry if it is as expected, for example to release a lock that is still one's own.
   *
   * Never sent again by itself: a second attempt would find nothing and call it a lost race.
   */
  async compareAndDelete(
    key: string,
    expected: Expected,
    options: entries.CompareAndDeleteOptions = {},
  ): Promise<entries.Deletion> {
    return entries.compareAndDelete(this.#context, key, expected, options);
  }

  /** Says of up to 100 keys, in their order, whether they exist. */
  async exists(keys: readonly string[], options: ReadOptions = {}): Promise<boolean[]> {
    return entries.exists(this.#context, keys, options);
  }

  /** Reads when an entry expires. */
  async getTtl(key: string, options: ReadOptions = {}): Promise<entries.Ttl> {
    return entries.getTtl(this.#context, key, options);
  }

  /** Gives an entry a TTL, or a new one, counted from now: 1 millisecond to 100 years. The value stays. */
  async expire(key: string, ttl: number, options: WriteOptions = {}): Promise<entries.Expiration> {
    return entries.expire(this.#context, key, ttl, options);
  }

  /** Takes the TTL off an entry. The value stays. */
  async persist(key: string, options: WriteOptions = {}): Promise<entries.Persistence> {
    return entries.persist(this.#context, key, options);
  }

  /**
   * Adds 1 to a counter, or what the options say, and creates it if it is absent.
   *
   * Never sent again by itself: only while nobody else changes the counter would a second attempt count once.
   */
  async increment(key: string, options: entries.IncrementOptions = {}): Promise<entries.Counter> {
    return entries.increment(this.#context, key, options);
  }

  /** Lists the keys of entries, all or those of a pattern, in no order. */
  listKeys(options: ListKeysOptions = {}): Paged<string> {
    return listKeys(this.#context, options);
  }

  /**
   * Reads any number of entries. The result says of each key, in their order, what became of it.
   *
   * Sent in requests of up to 10,000 keys and 16 MiB, one after the other. Each has the time of a call and is sent again like
   * one; a key that failed by itself is not asked for again. If all keys failed with the same code, the call fails.
   */
  async batchGet(keys: readonly string[], options: ReadOptions = {}): Promise<Found[]> {
    return batchGet(this.#context, keys, options);
  }

  /**
   * Reads any number of entries, and gives the answers as they come in: each position of the keys exactly once, in no
   * particular order. Whoever takes them slowly slows the reading; a loop that is left ends it.
   */
  batchGetStream(keys: readonly string[], options: ReadOptions = {}): AsyncIterable<FoundAt> {
    return batchGetStream(this.#context, keys, options);
  }

  /**
   * Carries out any number of sets and deletes, and says of each, in their order, what became of it. There is no order among
   * them, but of several on one key only the last is carried out.
   *
   * Sent in requests of up to 10,000 operations and 16 MiB, one after the other, under ids that follow from the request id of
   * the whole. Each has the time of a call and is sent again like one, unless it has a conditional delete; an operation that
   * failed by itself is not sent again. A request that is refused leaves the others in force. If all operations failed with the
   * same code, the call fails.
   */
  async batchWrite(operations: readonly BatchOperation[], options: WriteOptions = {}): Promise<BatchOutcome[]> {
    return batchWrite(this.#context, operations, options);
  }

  /** Reads up to 100 entries or items, of any tables, as they are at one and the same moment. */
  async transactGet(reads: readonly transact.TransactRead[], options: TableOptions = {}): Promise<transact.Snapshot[]> {
    return transact.transactGet(this.#context, reads, options);
  }

  /**
   * Carries out up to 100 operations on distinct items, of any tables, all or none. A condition that does not hold is the
   * result `"cancelled"`, with a reason for each operation.
   */
  async transactWrite(
    operations: readonly transact.TransactOperation[],
    options: WriteOptions = {},
  ): Promise<transact.Transaction> {
    return transact.transactWrite(this.#context, operations, options);
  }

  /**
   * Reads any number of items, of any tables. The result says of each read, in their order, what became of it.
   *
   * Sent in requests of up to 10,000 reads and 16 MiB, one after the other. Each has the time of a call and is sent again
   * like one; a read that failed by itself is not asked for again. If all failed with the same code, the call fails.
   */
  async batchGetItems(
    reads: readonly batchItems.BatchItemRead[],
    options: items.GetItemOptions = {},
  ): Promise<batchItems.FoundItem[]> {
    return batchItems.batchGetItems(this.#context, reads, options);
  }

  /**
   * Reads any number of items, of any tables, and gives the answers as they come in: each position of the reads exactly once,
   * in no particular order. Whoever takes them slowly slows the reading; a loop that is left ends it.
   */
  batchGetItemsStream(
    reads: readonly batchItems.BatchItemRead[],
    options: items.GetItemOptions = {},
  ): AsyncIterable<batchItems.FoundItemAt> {
    return batchItems.batchGetItemsStream(this.#context, reads, options);
  }

  /**
   * Carries out any number of puts and deletes of items, in any tables, and says of each, in their order, what became of it.
   * There is no order among them, but of several on one item the last wins.
   *
   * Sent in requests as those of `batchWrite` are; a request with a delete that has a condition or `reportExisted` is not sent
   * again. What an operation of a later request replaces is written all the same.
   */
  async batchWriteItems(
    operations: readonly batchItems.BatchItemOperation[],
    options: WriteOptions = {},
  ): Promise<BatchOutcome<Item>[]> {
    return batchItems.batchWriteItems(this.#context, operations, options);
  }

  /** Reads one item. `undefined` if there is none. */
  async getItem(key: ItemKey, options: items.GetItemOptions = {}): Promise<Item | undefined> {
    return items.getItem(this.#context, key, options);
  }

  /**
   * Writes one item in place of what was there: all its attributes, the primary key among them, but not the version.
   *
   * If an answer is lost the call is sent again; a write that has happened is then recognised, unless somebody else has
   * changed the item in between.
   */
  async putItem(
    item: ItemInput,
    options: items.PutItemOptions = {},
  ): Promise<items.WrittenItem | items.ConditionFailed> {
    return items.putItem(this.#context, item, options);
  }

  /**
   * Changes parts of one item, or creates it: by typed changes, or by a DynamoDB update expression.
   *
   * Never sent again by itself: a second attempt could change the item twice.
   */
  async updateItem(
    key: ItemKey,
    update: string | Update,
    options: items.UpdateItemOptions = {},
  ): Promise<items.WrittenItem | items.ConditionFailed> {
    return items.updateItem(this.#context, key, update, options);
  }

  /**
   * Deletes one item. The result says whether there was one.
   *
   * Never sent again by itself: a second attempt would find nothing.
   */
  async deleteItem(
    key: ItemKey,
    options: items.DeleteItemOptions = {},
  ): Promise<items.DeletedItem | items.ConditionFailed> {
    return items.deleteItem(this.#context, key, options);
  }

  /**
   * Reads the items of one partition of a table or of an index, in the order of the sort key, those that this key condition
   * holds of: a condition such as `attr("pk").eq("ada")`, or a DynamoDB key condition expression.
   */
  query(keyCondition: string | Condition, options: QueryOptions = {}): PagedItems<Item> {
    return query(this.#context, keyCondition, options);
  }

  /** Reads all items of a table or of an index, in no order. */
  scan(options: ScanOptions = {}): PagedItems<Item> {
    return scan(this.#context, options);
  }

  /**
   * Makes a table, and returns without waiting until it is ACTIVE; {@link Client.describeTable | describeTable} tells. By
   * default it has one key, a string, as entries need it, on-demand billing and no indexes.
   *
   * Never sent again by itself: a second attempt would say that the table exists.
   */
  async createTable(options: tables.CreateTableOptions = {}): Promise<tables.TableDescription> {
    return tables.createTable(this.#context, options);
  }

  /** Says what a table is like. */
  async describeTable(options: TableOptions = {}): Promise<tables.TableDescription> {
    return tables.describeTable(this.#context, options);
  }

  /** Lists all tables that the server serves, the default one first. */
  async listTables(options: CallOptions = {}): Promise<tables.ListedTable[]> {
    return tables.listTables(this.#context, options);
  }

  /**
   * Lets DynamoDB delete expired items of a table by itself, and returns at once; DynamoDB may take an hour. A table that has
   * TTL stays as it is, even if it has it on another attribute than the server would choose; the result says on which.
   */
  async enableTtl(options: TableOptions = {}): Promise<tables.TimeToLive> {
    return tables.enableTtl(this.#context, options);
  }

  /**
   * Deletes a table and all that it holds, if the server's configuration allows it. Always named, so that none is deleted by
   * mistake.
   *
   * Never sent again by itself: a second attempt would say that there is no such table.
   */
  async deleteTable(table: string, options: CallOptions = {}): Promise<void> {
    return tables.deleteTable(this.#context, table, options);
  }
}
