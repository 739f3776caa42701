//! The request type of each RPC, with its checks.

use prost::{DecodeError, Message};

use crate::driver::{BatchGetItems, BatchWriteItems, GetItem, ListKeys, Query, Scan};
use crate::model::{
    CompareAndDelete, CompareAndSet, Increment, ItemCall, PutItem, ReturnOld, ReturnValues, Set, TableDraft, UpdateItem,
};
use crate::pb;
use crate::wire::OnTable;
use crate::wire::batch::{BatchGet, BatchWrite};
use crate::wire::item::ItemDelete;
use crate::wire::kv::{Delete, Exists, Expire, Persist, Read};
use crate::wire::page::Paged;
use crate::wire::table::ListTables;
use crate::wire::transact::{TransactGet, TransactWrite};

/// A request type.
#[derive(Clone, Copy)]
pub(in crate::wire) struct Request {
    pub(in crate::wire) method: &'static str,
    /// Decodes a request and returns whether the wire layer accepts it.
    pub(super) accept: fn(&[u8]) -> Result<bool, DecodeError>,
    /// Returns whether the request can be decoded.
    pub(in crate::wire) decode: fn(bytes::Bytes) -> bool,
}

macro_rules! requests {
    ($($method:literal: $request:ident => $command:ty),* $(,)?) => {
        &[$(Request {
            method: concat!("/dynakv.v1.", $method),
            accept: |bytes| pb::$request::decode(bytes).map(|request| <$command>::try_from(request).is_ok()),
            decode: |bytes| pb::$request::decode(bytes).is_ok(),
        }),*]
    };
}

/// All request types.
pub(super) const REQUESTS: &[Request] = requests![
    "KeyValueService/Get": GetRequest => OnTable<Read>,
    "KeyValueService/Set": SetRequest => OnTable<Set>,
    "KeyValueService/CompareAndSet": CompareAndSetRequest => OnTable<CompareAndSet>,
    "KeyValueService/Delete": DeleteRequest => OnTable<Delete>,
    "KeyValueService/CompareAndDelete": CompareAndDeleteRequest => OnTable<CompareAndDelete>,
    "KeyValueService/Exists": ExistsRequest => OnTable<Exists>,
    "KeyValueService/GetTtl": GetTtlRequest => OnTable<Read>,
    "KeyValueService/Expire": ExpireRequest => OnTable<Expire>,
    "KeyValueService/Persist": PersistRequest => OnTable<Persist>,
    "KeyValueService/Increment": IncrementRequest => OnTable<Increment>,
    "KeyValueService/BatchGet": BatchGetRequest => OnTable<BatchGet>,
    "KeyValueService/BatchWrite": BatchWriteRequest => OnTable<BatchWrite>,
    "KeyValueService/TransactGet": TransactGetRequest => TransactGet,
    "KeyValueService/TransactWrite": TransactWriteRequest => TransactWrite,
    "KeyValueService/ListKeys": ListKeysRequest => Paged<ListKeys>,
    "ItemService/GetItem": GetItemRequest => OnTable<GetItem>,
    "ItemService/PutItem": PutItemRequest => OnTable<ItemCall<PutItem, ReturnOld>>,
    "ItemService/UpdateItem": UpdateItemRequest => OnTable<ItemCall<UpdateItem, ReturnValues>>,
    "ItemService/DeleteItem": DeleteItemRequest => OnTable<ItemDelete>,
    "ItemService/Query": QueryRequest => Paged<Query>,
    "ItemService/Scan": ScanRequest => Paged<Scan>,
    "TableService/CreateTable": CreateTableRequest => OnTable<TableDraft>,
    "TableService/DescribeTable": DescribeTableRequest => OnTable<()>,
    "TableService/ListTables": ListTablesRequest => ListTables,
    "TableService/EnableTtl": EnableTtlRequest => OnTable<()>,
    "TableService/DeleteTable": DeleteTableRequest => OnTable<()>,
    "ItemService/BatchGetItems": BatchGetItemsRequest => BatchGetItems,
    "ItemService/BatchWriteItems": BatchWriteItemsRequest => BatchWriteItems,
];
