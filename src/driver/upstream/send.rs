//! The only file that calls the AWS SDK.

use aws_sdk_dynamodb::{Client, operation};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::failure::Failure;

/// A request to DynamoDB: one action with its parameters.
pub(crate) trait Request: Send + Sized {
    type Answer: Send;

    /// DynamoDB's name of the action.
    const ACTION: &'static str;

    /// Sends it once. Boxed: the SDK's futures take kilobytes.
    fn send(self, client: &Client) -> BoxFuture<'_, Result<Self::Answer, Failure>>;
}

macro_rules! requests {
    ($($module:ident::{$input:ident, $output:ident} = $action:literal,)*) => {$(
        impl Request for operation::$module::builders::$input {
            type Answer = operation::$module::$output;

            const ACTION: &'static str = $action;

            fn send(self, client: &Client) -> BoxFuture<'_, Result<Self::Answer, Failure>> {
                async move { Ok(self.send_with(client).await?) }.boxed()
            }
        }
    )*};
}

requests! {
    batch_get_item::{BatchGetItemInputBuilder, BatchGetItemOutput} = "BatchGetItem",
    batch_write_item::{BatchWriteItemInputBuilder, BatchWriteItemOutput} = "BatchWriteItem",
    create_table::{CreateTableInputBuilder, CreateTableOutput} = "CreateTable",
    delete_item::{DeleteItemInputBuilder, DeleteItemOutput} = "DeleteItem",
    delete_table::{DeleteTableInputBuilder, DeleteTableOutput} = "DeleteTable",
    describe_table::{DescribeTableInputBuilder, DescribeTableOutput} = "DescribeTable",
    describe_time_to_live::{DescribeTimeToLiveInputBuilder, DescribeTimeToLiveOutput} = "DescribeTimeToLive",
    get_item::{GetItemInputBuilder, GetItemOutput} = "GetItem",
    list_tables::{ListTablesInputBuilder, ListTablesOutput} = "ListTables",
    put_item::{PutItemInputBuilder, PutItemOutput} = "PutItem",
    query::{QueryInputBuilder, QueryOutput} = "Query",
    scan::{ScanInputBuilder, ScanOutput} = "Scan",
    transact_get_items::{TransactGetItemsInputBuilder, TransactGetItemsOutput} = "TransactGetItems",
    transact_write_items::{TransactWriteItemsInputBuilder, TransactWriteItemsOutput} = "TransactWriteItems",
    update_item::{UpdateItemInputBuilder, UpdateItemOutput} = "UpdateItem",
    update_time_to_live::{UpdateTimeToLiveInputBuilder, UpdateTimeToLiveOutput} = "UpdateTimeToLive",
}
