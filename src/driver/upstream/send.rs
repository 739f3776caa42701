//! Sends a request once: through the lean client or through the AWS SDK. The only file that calls the SDK's client.

use aws_sdk_dynamodb::operation;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::answers::{BatchGetAnswer, PageAnswer};
use super::connection::Connection;
use super::failure::Failure;
use super::lean::{read_batch, read_page};
use crate::driver::store::AnswerItem;

/// A request to DynamoDB: one action with its parameters.
pub(crate) trait Request: Send + Sized {
    type Answer: Send;

    /// DynamoDB's name of the action.
    const ACTION: &'static str;

    /// Sends it once.
    fn send<'a>(self, connection: &'a Connection) -> BoxFuture<'a, Result<Self::Answer, Failure>>
    where
        Self: 'a;
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

            fn send<'a>(self, connection: &'a Connection) -> BoxFuture<'a, Result<Self::Answer, Failure>>
            where
                Self: 'a,
            {
                match connection.lean_client() {
                    Some(lean) => lean.send(self).boxed(),
                    None => through_the_sdk!(self, connection),
                }
            }
        }
    )*};
}

item_requests! {
    batch_write_item::{BatchWriteItemInputBuilder, BatchWriteItemOutput} = "BatchWriteItem",
    delete_item::{DeleteItemInputBuilder, DeleteItemOutput} = "DeleteItem",
    get_item::{GetItemInputBuilder, GetItemOutput} = "GetItem",
    put_item::{PutItemInputBuilder, PutItemOutput} = "PutItem",
    transact_get_items::{TransactGetItemsInputBuilder, TransactGetItemsOutput} = "TransactGetItems",
    transact_write_items::{TransactWriteItemsInputBuilder, TransactWriteItemsOutput} = "TransactWriteItems",
    update_item::{UpdateItemInputBuilder, UpdateItemOutput} = "UpdateItem",
}

/// A read of many items, each of which becomes what this function makes of it.
pub(crate) struct ReadItems<I, F> {
    request: I,
    make: F,
}

impl<I, F> ReadItems<I, F> {
    pub(crate) fn new<T>(request: I, make: F) -> Self
    where
        F: Fn(AnswerItem<'_>) -> T,
    {
        Self { request, make }
    }
}

/// Reads of many items, with the modules of their actions.
macro_rules! reads_of_items {
    ($($module:ident::$input:ident reads $answer:ident by $read:ident = $action:literal,)*) => {$(
        impl<T: Send + 'static, F: Fn(AnswerItem<'_>) -> T + Send> Request for ReadItems<operation::$module::builders::$input, F> {
            type Answer = $answer<T>;

            const ACTION: &'static str = $action;

            fn send<'a>(self, connection: &'a Connection) -> BoxFuture<'a, Result<Self::Answer, Failure>>
            where
                Self: 'a,
            {
                let Self { request, make } = self;
                match connection.lean_client() {
                    Some(lean) => lean.send_and_read(request, move |body| $read(body, &make)).boxed(),
                    None => {
                        async move { Ok($answer::from(request.send_with(connection.client()).await?).map(make)) }.boxed()
                    }
                }
            }
        }
    )*};
}

reads_of_items! {
    batch_get_item::BatchGetItemInputBuilder reads BatchGetAnswer by read_batch = "BatchGetItem",
    query::QueryInputBuilder reads PageAnswer by read_page = "Query",
    scan::ScanInputBuilder reads PageAnswer by read_page = "Scan",
}

/// Requests about tables.
macro_rules! table_requests {
    ($($module:ident::{$input:ident, $output:ident} = $action:literal,)*) => {$(
        impl Request for operation::$module::builders::$input {
            type Answer = operation::$module::$output;

            const ACTION: &'static str = $action;

            fn send<'a>(self, connection: &'a Connection) -> BoxFuture<'a, Result<Self::Answer, Failure>>
            where
                Self: 'a,
            {
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
