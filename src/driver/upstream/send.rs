//! Sends a request once: through the lean client or through the AWS SDK. The only file that calls the SDK's client.

use aws_sdk_dynamodb::operation;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::connection::Connection;
use super::failure::Failure;

/// A request to DynamoDB: one action with its parameters.
pub(crate) trait Request: Send + Sized {
    type Answer: Send;

    /// DynamoDB's name of the action.
    const ACTION: &'static str;

    /// Sends it once.
    fn send(self, connection: &Connection) -> BoxFuture<'_, Result<Self::Answer, Failure>>;
}

/// Sends through the SDK, whose futures take kilobytes.
macro_rules! through_the_sdk {
    ($request:expr, $connection:expr) => {
        async move { Ok($request.send_with($connection.client()).await?) }.boxed()
    };
}

/// Requests about items, with the modules of their actions.
macro_rules! item_requests {
    ($($module:ident::{$input:ident, $output:ident} = $action:literal,)*) => {$(
        impl Request for operation::$module::builders::$input {
            type Answer = operation::$module::$output;

            const ACTION: &'static str = $action;

            fn send(self, connection: &Connection) -> BoxFuture<'_, Result<Self::Answer, Failure>> {
                match connection.lean_client() {
                    Some(lean) => lean.send(self).boxed(),
                    None => through_the_sdk!(self, connection),
                }
            }
        }
    )*};
}

item_requests! {
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

/// Requests about tables.
macro_rules! table_requests {
    ($($module:ident::{$input:ident, $output:ident} = $action:literal,)*) => {$(
        impl Request for operation::$module::builders::$input {
            type Answer = operation::$module::$output;

            const ACTION: &'static str = $action;

            fn send(self, connection: &Connection) -> BoxFuture<'_, Result<Self::Answer, Failure>> {
                through_the_sdk!(self, connection)
            }
        }
    )*};
}

table_requests! {
    create_table::{CreateTableInputBuilder, CreateTableOutput} = "CreateTable",
    delete_table::{DeleteTableInputBuilder, DeleteTableOutput} = "DeleteTable",
    describe_table::{DescribeTableInputBuilder, DescribeTableOutput} = "DescribeTable",
    describe_time_to_live::{DescribeTimeToLiveInputBuilder, DescribeTimeToLiveOutput} = "DescribeTimeToLive",
    list_tables::{ListTablesInputBuilder, ListTablesOutput} = "ListTables",
    update_time_to_live::{UpdateTimeToLiveInputBuilder, UpdateTimeToLiveOutput} = "UpdateTimeToLive",
}
