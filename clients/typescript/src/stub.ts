/**
 * The generated messages and stubs, as `proto/dynakv/v1` documents them. `Client.stub` and its siblings are made of them.
 *
 * @packageDocumentation
 */

export * as batch from "./gen/dynakv/v1/batch.js";
export * as errors from "./gen/dynakv/v1/errors.js";
export * as item from "./gen/dynakv/v1/item.js";
export * as itemBatch from "./gen/dynakv/v1/item_batch.js";
export * as kv from "./gen/dynakv/v1/kv.js";
export * as table from "./gen/dynakv/v1/table.js";
export * as transact from "./gen/dynakv/v1/transact.js";
export * as types from "./gen/dynakv/v1/types.js";
