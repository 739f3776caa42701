//! The answers of the actions.

use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemOutput, builders::BatchWriteItemOutputBuilder};
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemOutput, builders::DeleteItemOutputBuilder};
use aws_sdk_dynamodb::operation::get_item::{GetItemOutput, builders::GetItemOutputBuilder};
use aws_sdk_dynamodb::operation::put_item::{PutItemOutput, builders::PutItemOutputBuilder};
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::scan::ScanOutput;
use aws_sdk_dynamodb::operation::transact_get_items::{
    TransactGetItemsOutput, builders::TransactGetItemsOutputBuilder,
};
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsOutput, builders::TransactWriteItemsOutputBuilder,
};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemOutput, builders::UpdateItemOutputBuilder};

use serde::de::{DeserializeSeed, Deserializer};

use super::items::{Batch, Page};
use super::object::objects;
use super::readable::Readable;
use crate::driver::store::AnswerItem;

objects! {
    GetItemOutput = GetItemOutputBuilder {
        "Item" => set_item,
        "ConsumedCapacity" => set_consumed_capacity,
    } |builder| Ok(builder.build());

    PutItemOutput = PutItemOutputBuilder {
        "Attributes" => set_attributes,
        "ConsumedCapacity" => set_consumed_capacity,
        "ItemCollectionMetrics" => set_item_collection_metrics,
    } |builder| Ok(builder.build());

    UpdateItemOutput = UpdateItemOutputBuilder {
        "Attributes" => set_attributes,
        "ConsumedCapacity" => set_consumed_capacity,
        "ItemCollectionMetrics" => set_item_collection_metrics,
    } |builder| Ok(builder.build());

    DeleteItemOutput = DeleteItemOutputBuilder {
        "Attributes" => set_attributes,
        "ConsumedCapacity" => set_consumed_capacity,
        "ItemCollectionMetrics" => set_item_collection_metrics,
    } |builder| Ok(builder.build());

    BatchWriteItemOutput = BatchWriteItemOutputBuilder {
        "UnprocessedItems" => set_unprocessed_items,
        "ItemCollectionMetrics" => set_item_collection_metrics,
        "ConsumedCapacity" => set_consumed_capacity,
    } |builder| Ok(builder.build());

    TransactGetItemsOutput = TransactGetItemsOutputBuilder {
        "ConsumedCapacity" => set_consumed_capacity,
        "Responses" => set_responses,
    } |builder| Ok(builder.build());

    TransactWriteItemsOutput = TransactWriteItemsOutputBuilder {
        "ConsumedCapacity" => set_consumed_capacity,
        "ItemCollectionMetrics" => set_item_collection_metrics,
    } |builder| Ok(builder.build());
}

/// Answers with many items, of which all are wanted as maps.
macro_rules! with_items {
    ($($type:ty = $reader:ident,)*) => {$(
        impl Readable for $type {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let make = |item: AnswerItem<'_>| item.into_owned();
                $reader::of(&make).deserialize(deserializer).map(Into::into)
            }
        }
    )*};
}

with_items! {
    BatchGetItemOutput = Batch,
    QueryOutput = Page,
    ScanOutput = Page,
}
