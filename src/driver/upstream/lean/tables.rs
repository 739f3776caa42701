//! Which table a request names.

use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemInputBuilder;
use aws_sdk_dynamodb::operation::batch_write_item::builders::BatchWriteItemInputBuilder;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemInputBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemInputBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemInputBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryInputBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanInputBuilder;
use aws_sdk_dynamodb::operation::transact_get_items::builders::TransactGetItemsInputBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsInputBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemInputBuilder;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactGetItem, TransactWriteItem, Update};

/// A request that says where it goes.
pub(in crate::driver::upstream) trait Addressed {
    /// A table of the request: the rules of endpoints look at one only.
    fn table(&self) -> Option<&str>;
}

macro_rules! to_one_table {
    ($($input:ident),* $(,)?) => {$(
        impl Addressed for $input {
            fn table(&self) -> Option<&str> {
                self.get_table_name().as_deref()
            }
        }
    )*};
}

to_one_table! {
    DeleteItemInputBuilder,
    GetItemInputBuilder,
    PutItemInputBuilder,
    QueryInputBuilder,
    ScanInputBuilder,
    UpdateItemInputBuilder,
}

macro_rules! to_many_tables {
    ($($input:ident::$items:ident, $name:expr;)*) => {$(
        impl Addressed for $input {
            fn table(&self) -> Option<&str> {
                self.$items().iter().flatten().next().and_then($name)
            }
        }
    )*};
}

to_many_tables! {
    BatchGetItemInputBuilder::get_request_items, |(table, _)| Some(table.as_str());
    BatchWriteItemInputBuilder::get_request_items, |(table, _)| Some(table.as_str());
    TransactGetItemsInputBuilder::get_transact_items, table_read;
    TransactWriteItemsInputBuilder::get_transact_items, table_written;
}

fn table_read(item: &TransactGetItem) -> Option<&str> {
    Some(item.get()?.table_name())
}

fn table_written(item: &TransactWriteItem) -> Option<&str> {
    let check = || item.condition_check().map(ConditionCheck::table_name);
    let put = || item.put().map(Put::table_name);
    let delete = || item.delete().map(Delete::table_name);
    let update = || item.update().map(Update::table_name);
    check().or_else(put).or_else(delete).or_else(update)
}
