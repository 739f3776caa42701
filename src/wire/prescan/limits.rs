//! What the methods and the repeated fields of requests may hold: all that the pre-scan knows beside the schema.
//!
//! No legal request reaches these bounds. Where the service has a limit of its own, it is that limit. Elsewhere it
//! follows from DynamoDB's; see "Quotas in Amazon DynamoDB" and "DynamoDB item sizes and formats" in the Amazon DynamoDB
//! Developer Guide. A bound that is larger than need be does no harm: what a message becomes is counted in bytes too.

use crate::model::MAX_ACTIONS;
use crate::wire::batch::MAX_BATCH;
use crate::wire::kv::MAX_EXISTS_KEYS;
use crate::wire::status::MAX_MESSAGE_BYTES;
use crate::wire::transact::MAX_OPERATIONS;

/// What a method takes.
#[derive(Debug)]
pub(super) struct MethodLimit {
    /// Its service and name, without the package.
    pub(super) method: &'static str,
    /// The largest request.
    pub(super) max_bytes: usize,
    /// The most attribute values, those within lists and maps included.
    pub(super) max_values: usize,
}

/// How many elements a repeated field takes.
#[derive(Debug)]
pub(super) struct FieldLimit {
    /// The message, without the package.
    pub(super) message: &'static str,
    pub(super) field: &'static str,
    /// Whether the service demands at least one, which its limit then says.
    pub(super) is_required: bool,
    pub(super) max: usize,
    /// What the elements are called.
    pub(super) elements: &'static str,
}

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// A table, a key of 2,048 bytes and some scalars, with room for what later clients may send.
const KEY: usize = 64 * KIB;

/// A hundred keys of 2,048 bytes.
const HUNDRED_KEYS: usize = 256 * KIB;

/// A key and a value of 400 KB. Twice that, so that a value that is too large is told how many bytes would fit.
const ENTRY: usize = MIB;

/// A page token of 512 KiB, which is the longest that is looked at.
const PAGE: usize = MIB;

/// A key, an expression, and its names: 2 MiB is the most for all substitution variables of an expression.
const NAMES: usize = 4 * MIB;

/// An item of 400 KB, substitution variables of 2 MiB, a page token. A value takes at most four bytes on the wire for each
/// byte that DynamoDB counts: as an empty string in a list, which has one byte, on the wire `0a 02 0a 00`.
const ITEM: usize = 12 * MIB;

/// The values of an item and of substitution variables, at one byte each, the least that a member of a list takes.
const ITEM_VALUES: usize = MAX_ELEMENTS + 2 * MIB;

/// As many values as fit, at four bytes each on the wire.
const MESSAGE_VALUES: usize = MAX_MESSAGE_BYTES / 4;

/// The values of keys. A key has two; more are a mistake, which is explained better by whoever parses the key.
const KEY_VALUES: usize = 1000;

/// What each method takes. Every method has its row.
pub(super) const METHODS: &[MethodLimit] = &[
    method("KeyValueService/Get", KEY, 0),
    method("KeyValueService/Set", ENTRY, 0),
    method("KeyValueService/CompareAndSet", 2 * ENTRY, 0),
    method("KeyValueService/Delete", KEY, 0),
    method("KeyValueService/CompareAndDelete", ENTRY, 0),
    method("KeyValueService/Exists", HUNDRED_KEYS, 0),
    method("KeyValueService/GetTtl", KEY, 0),
    method("KeyValueService/Expire", KEY, 0),
    method("KeyValueService/Persist", KEY, 0),
    method("KeyValueService/Increment", KEY, 0),
    method("KeyValueService/BatchGet", MAX_MESSAGE_BYTES, 0),
    method("KeyValueService/BatchWrite", MAX_MESSAGE_BYTES, 0),
    method("KeyValueService/TransactGet", MAX_MESSAGE_BYTES, KEY_VALUES),
    method("KeyValueService/TransactWrite", MAX_MESSAGE_BYTES, MESSAGE_VALUES),
    method("KeyValueService/ListKeys", PAGE, 0),
    method("ItemService/GetItem", NAMES, KEY_VALUES),
    method("ItemService/PutItem", ITEM, ITEM_VALUES),
    method("ItemService/UpdateItem", ITEM, ITEM_VALUES),
    method("ItemService/DeleteItem", ITEM, ITEM_VALUES),
    method("ItemService/Query", ITEM, ITEM_VALUES),
    method("ItemService/Scan", ITEM, ITEM_VALUES),
    method("TableService/CreateTable", HUNDRED_KEYS, 0),
    method("TableService/DescribeTable", KEY, 0),
    method("TableService/ListTables", KEY, 0),
    method("TableService/EnableTtl", KEY, 0),
    method("TableService/DeleteTable", KEY, 0),
];

/// The elements of a list in an item of 409,600 bytes: each takes a byte by itself, and an empty string none besides.
const MAX_ELEMENTS: usize = 409_600;

/// The attributes of an item or map, and the members of a set. Names and members differ from each other and are counted in
/// the 409,600 bytes: the empty one, 256 of one byte, 65,536 of two bytes, and three bytes for each other are 158,550.
const MAX_MEMBERS: usize = 160_000;

/// The names or the values of the three expressions of a message, of 4,096 bytes each. Each must be used, and a placeholder
/// takes three bytes, as in `#a,`.
const MAX_PLACEHOLDERS: usize = 4096;

/// A table has at most 20 global and 5 local indexes. More than those are counted by kind and explained better there.
const MAX_INDEXES: usize = 100;

/// The attributes that all indexes of a table include.
const MAX_PROJECTED: usize = 100;

/// How many elements each repeated field takes, map fields included. Every one that a request can hold has its row.
pub(super) const FIELDS: &[FieldLimit] = &[
    required("ExistsRequest", "keys", MAX_EXISTS_KEYS, "keys"),
    required("BatchGetRequest", "keys", MAX_BATCH, "keys"),
    required("BatchWriteRequest", "operations", MAX_BATCH, "operations"),
    required("TransactGetRequest", "operations", MAX_OPERATIONS, "operations"),
    required("TransactWriteRequest", "operations", MAX_OPERATIONS, "operations"),
    required("UpdateActions", "actions", MAX_ACTIONS, "actions"),
    at_most("CreateTableRequest", "indexes", MAX_INDEXES, "indexes"),
    at_most("TableIndex", "projected", MAX_PROJECTED, "attributes"),
    at_most("PutItemRequest", "item", MAX_MEMBERS, "attributes"),
    at_most("TransactPutItem", "item", MAX_MEMBERS, "attributes"),
    at_most("AttributeMap", "fields", MAX_MEMBERS, "attributes"),
    at_most("AttributeList", "values", MAX_ELEMENTS, "values"),
    at_most("StringSet", "values", MAX_MEMBERS, "members"),
    at_most("NumberSet", "values", MAX_MEMBERS, "members"),
    at_most("BinarySet", "values", MAX_MEMBERS, "members"),
    at_most("GetItemRequest", "names", MAX_PLACEHOLDERS, "names"),
    at_most("PutItemRequest", "names", MAX_PLACEHOLDERS, "names"),
    at_most("PutItemRequest", "values", MAX_PLACEHOLDERS, "values"),
    at_most("UpdateItemRequest", "names", MAX_PLACEHOLDERS, "names"),
    at_most("UpdateItemRequest", "values", MAX_PLACEHOLDERS, "values"),
    at_most("DeleteItemRequest", "names", MAX_PLACEHOLDERS, "names"),
    at_most("DeleteItemRequest", "values", MAX_PLACEHOLDERS, "values"),
    at_most("QueryRequest", "names", MAX_PLACEHOLDERS, "names"),
    at_most("QueryRequest", "values", MAX_PLACEHOLDERS, "values"),
    at_most("ScanRequest", "names", MAX_PLACEHOLDERS, "names"),
    at_most("ScanRequest", "values", MAX_PLACEHOLDERS, "values"),
    at_most("TransactPutItem", "names", MAX_PLACEHOLDERS, "names"),
    at_most("TransactPutItem", "values", MAX_PLACEHOLDERS, "values"),
    at_most("TransactUpdateItem", "names", MAX_PLACEHOLDERS, "names"),
    at_most("TransactUpdateItem", "values", MAX_PLACEHOLDERS, "values"),
    at_most("TransactDeleteItem", "names", MAX_PLACEHOLDERS, "names"),
    at_most("TransactDeleteItem", "values", MAX_PLACEHOLDERS, "values"),
    at_most("TransactCheck", "names", MAX_PLACEHOLDERS, "names"),
    at_most("TransactCheck", "values", MAX_PLACEHOLDERS, "values"),
];

/// Fields that hold nothing when the message is decoded: unknown ones, and those that occur again where one is enough. A
/// client of a later version may send a few with each of 10,000 operations.
pub(super) const MAX_IDLE_FIELDS: usize = 100_000;

/// How deep messages nest within the request: as deep as prost goes.
pub(super) const MAX_DEPTH: usize = 100;

/// How much of the key of a map entry is kept for the path of a field within it.
pub(super) const MAX_KEY_IN_PATH: usize = 256;

const fn method(method: &'static str, max_bytes: usize, max_values: usize) -> MethodLimit {
    MethodLimit { method, max_bytes, max_values }
}

const fn required(message: &'static str, field: &'static str, max: usize, elements: &'static str) -> FieldLimit {
    FieldLimit { message, field, is_required: true, max, elements }
}

const fn at_most(message: &'static str, field: &'static str, max: usize, elements: &'static str) -> FieldLimit {
    FieldLimit { message, field, is_required: false, max, elements }
}
