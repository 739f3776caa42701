//! Limits of methods and repeated fields: everything that the pre-scan knows beside the schema.
//!
//! No valid request exceeds these limits. Where the service has a limit, it is that one. The others follow from
//! DynamoDB's limits; see "Quotas in Amazon DynamoDB" and "DynamoDB item sizes and formats" in the Amazon DynamoDB
//! Developer Guide. A limit that is too high does no harm, because the memory after decoding is counted in bytes as
//! well.

use crate::model::MAX_ACTIONS;
use crate::wire::batch::MAX_BATCH;
use crate::wire::kv::MAX_EXISTS_KEYS;
use crate::wire::status::MAX_MESSAGE_BYTES;
use crate::wire::transact::MAX_OPERATIONS;

/// The limits of a method.
#[derive(Debug)]
pub(super) struct MethodLimit {
    /// The service and method, without the package.
    pub(super) method: &'static str,
    /// Maximum size of a request.
    pub(super) max_bytes: usize,
    /// Maximum number of attribute values, including those in lists and maps.
    pub(super) max_values: usize,
}

/// The limit of a repeated field.
#[derive(Debug)]
pub(super) struct FieldLimit {
    /// The message, without the package.
    pub(super) message: &'static str,
    pub(super) field: &'static str,
    /// Whether the service requires at least one; the error then says so.
    pub(super) is_required: bool,
    pub(super) max: usize,
    /// The name of the elements in errors.
    pub(super) elements: &'static str,
}

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// A table, a key of 2,048 bytes and some scalars, with a margin for fields of later clients.
const KEY: usize = 64 * KIB;

/// A hundred keys of 2,048 bytes.
const HUNDRED_KEYS: usize = 256 * KIB;

/// A key and a value of 400 KB. Twice that, so that the error for a larger value can say how many bytes are allowed.
const ENTRY: usize = MIB;

/// A page token of 512 KiB, its maximum length.
const PAGE: usize = MIB;

/// A key, an expression and its names: DynamoDB allows 2 MiB for all substitution variables of an expression.
const NAMES: usize = 4 * MIB;

/// An item of 400 KB, substitution variables of 2 MiB, a page token. On the wire a value takes at most four bytes for
/// each byte that DynamoDB counts: an empty string in a list counts as one byte and is encoded as `0a 02 0a 00`.
const ITEM: usize = 12 * MIB;

/// The values of an item and of substitution variables, at one byte each, the minimum for a member of a list.
const ITEM_VALUES: usize = MAX_ELEMENTS + 2 * MIB;

/// As many values as fit into a message, at four bytes each.
const MESSAGE_VALUES: usize = MAX_MESSAGE_BYTES / 4;

/// The values of keys. A key has two. The key's parser explains the error better than this limit, so leave a margin.
const KEY_VALUES: usize = 1000;

/// The values of the keys of a batch, with a margin as well.
const BATCH_KEY_VALUES: usize = 2 * MAX_BATCH + KEY_VALUES;

/// The limits of every method.
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
    method("ItemService/BatchGetItems", MAX_MESSAGE_BYTES, BATCH_KEY_VALUES),
    method("ItemService/BatchWriteItems", MAX_MESSAGE_BYTES, MESSAGE_VALUES),
    method("ItemService/Query", ITEM, ITEM_VALUES),
    method("ItemService/Scan", ITEM, ITEM_VALUES),
    method("TableService/CreateTable", HUNDRED_KEYS, 0),
    method("TableService/DescribeTable", KEY, 0),
    method("TableService/ListTables", KEY, 0),
    method("TableService/EnableTtl", KEY, 0),
    method("TableService/DeleteTable", KEY, 0),
];

/// The elements of a list in an item of 409,600 bytes: each counts as at least one byte.
const MAX_ELEMENTS: usize = 409_600;

/// The attributes of an item or map, and the members of a set. They are distinct and count towards the 409,600 bytes:
/// the empty one, 256 of one byte, 65,536 of two bytes and the rest with three bytes each make 158,550.
const MAX_MEMBERS: usize = 160_000;

/// The names or the values of the three expressions of a message, of 4,096 bytes each. Each must be used, and takes at
/// least three bytes, as in `#a,`.
const MAX_PLACEHOLDERS: usize = 4096;

/// A table has at most 20 global and 5 local indexes. The parser explains the error better than this limit, so leave a
/// margin.
const MAX_INDEXES: usize = 100;

/// The projected attributes of all indexes of a table.
const MAX_PROJECTED: usize = 100;

/// The limit of every repeated field that a request can contain, map fields included.
pub(super) const FIELDS: &[FieldLimit] = &[
    required("ExistsRequest", "keys", MAX_EXISTS_KEYS, "keys"),
    required("BatchGetRequest", "keys", MAX_BATCH, "keys"),
    required("BatchWriteRequest", "operations", MAX_BATCH, "operations"),
    required("BatchGetItemsRequest", "operations", MAX_BATCH, "operations"),
    required("BatchWriteItemsRequest", "operations", MAX_BATCH, "operations"),
    required("TransactGetRequest", "operations", MAX_OPERATIONS, "operations"),
    required("TransactWriteRequest", "operations", MAX_OPERATIONS, "operations"),
    required("UpdateActions", "actions", MAX_ACTIONS, "actions"),
    at_most("CreateTableRequest", "indexes", MAX_INDEXES, "indexes"),
    at_most("TableIndex", "projected", MAX_PROJECTED, "attributes"),
    at_most("PutItemRequest", "item", MAX_MEMBERS, "attributes"),
    at_most("BatchPutItem", "item", MAX_MEMBERS, "attributes"),
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
    at_most("BatchGetItemsRequest", "names", MAX_PLACEHOLDERS, "names"),
    at_most("BatchPutItem", "names", MAX_PLACEHOLDERS, "names"),
    at_most("BatchPutItem", "values", MAX_PLACEHOLDERS, "values"),
    at_most("BatchDeleteItem", "names", MAX_PLACEHOLDERS, "names"),
    at_most("BatchDeleteItem", "values", MAX_PLACEHOLDERS, "values"),
    at_most("TransactPutItem", "names", MAX_PLACEHOLDERS, "names"),
    at_most("TransactPutItem", "values", MAX_PLACEHOLDERS, "values"),
    at_most("TransactUpdateItem", "names", MAX_PLACEHOLDERS, "names"),
    at_most("TransactUpdateItem", "values", MAX_PLACEHOLDERS, "values"),
    at_most("TransactDeleteItem", "names", MAX_PLACEHOLDERS, "names"),
    at_most("TransactDeleteItem", "values", MAX_PLACEHOLDERS, "values"),
    at_most("TransactCheck", "names", MAX_PLACEHOLDERS, "names"),
    at_most("TransactCheck", "values", MAX_PLACEHOLDERS, "values"),
];

/// Maximum number of fields that decode to nothing: unknown fields and repetitions of singular fields. A later client
/// may send a few with each of 10,000 operations.
pub(super) const MAX_IGNORED_FIELDS: usize = 100_000;

/// Maximum nesting of messages in the request, as in prost.
pub(super) const MAX_DEPTH: usize = 100;

/// Maximum length of a map key in the path of a field.
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
