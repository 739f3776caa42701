use aws_sdk_dynamodb::operation;
use http::HeaderValue;

use super::read::read;
use super::unreadable::Unreadable;
use super::write::Json;

/// Most requests fit.
const RESERVED_BYTES: usize = 1024;

/// An action of DynamoDB: its request as JSON, and its answer.
pub(in crate::driver::upstream) trait Action {
    type Answer: Send;

    /// The value of `x-amz-target`.
    const TARGET: HeaderValue;

    /// Appends the request to the body.
    fn write(&self, body: &mut Vec<u8>);

    /// Reads an answer with the status 200.
    fn read(body: &[u8]) -> Result<Self::Answer, Unreadable>;
}

macro_rules! actions {
    ($($module:ident::{$input:ident, $output:ident} = $action:literal,)*) => {$(
        impl Action for operation::$module::builders::$input {
            type Answer = operation::$module::$output;

            const TARGET: HeaderValue = HeaderValue::from_static(concat!("DynamoDB_20120810.", $action));

            fn write(&self, body: &mut Vec<u8>) {
                body.reserve(RESERVED_BYTES);
                Json::write(self, body);
            }

            fn read(body: &[u8]) -> Result<Self::Answer, Unreadable> {
                read(body)
            }
        }
    )*};
}

actions! {
    batch_get_item::{BatchGetItemInputBuilder, BatchGetItemOutput} = "BatchGetItem",
    batch_write_item::{BatchWriteItemInputBuilder, BatchWriteItemOutput} = "BatchWriteItem",
    delete_item::{DeleteItemInputBuilder, DeleteItemOutput} = "DeleteItem",
    get_item::{GetItemInputBuilder, GetItemOutput} = "GetItem",
    put_item::{PutItemInputBuilder, PutItemOutput} = "PutItem",
    query::{QueryInputBuilder, QueryOutput} = "Query",
    scan::{ScanInputBuilder, ScanOutput} = "Scan",
    transact_get_items::{TransactGetItemsInputBuilder, TransactGetItemsOutput} = "TransactGetItems",
    transact_write_items::{TransactWriteItemsInputBuilder, TransactWriteItemsOutput} = "TransactWriteItems",
    update_item::{UpdateItemInputBuilder, UpdateItemOutput} = "UpdateItem",
}
