//! The answers of the actions.

use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemOutput, builders::BatchGetItemOutputBuilder};
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemOutput, builders::BatchWriteItemOutputBuilder};
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemOutput, builders::DeleteItemOutputBuilder};
use aws_sdk_dynamodb::operation::get_item::{GetItemOutput, builders::GetItemOutputBuilder};
use aws_sdk_dynamodb::operation::put_item::{PutItemOutput, builders::PutItemOutputBuilder};
use aws_sdk_dynamodb::operation::query::{QueryOutput, builders::QueryOutputBuilder};
use aws_sdk_dynamodb::operation::scan::{ScanOutput, builders::ScanOutputBuilder};
use aws_sdk_dynamodb::operation::transact_get_items::{
    TransactGetItemsOutput, builders::TransactGetItemsOutputBuilder,
};
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsOutput, builders::TransactWriteItemsOutputBuilder,
};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemOutput, builders::UpdateItemOutputBuilder};

use super::object::objects;

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

    BatchGetItemOutput = BatchGetItemOutputBuilder {
        "Responses" => set_responses,
        "UnprocessedKeys" => set_unprocessed_keys,
        "ConsumedCapacity" => set_consumed_capacity,
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

    QueryOutput = QueryOutputBuilder {
        "Items" => set_items,
        "Count" => set_count,
        "ScannedCount" => set_scanned_count,
        "LastEvaluatedKey" => set_last_evaluated_key,
        "ConsumedCapacity" => set_consumed_capacity,
    } |builder| Ok(builder.build());

    ScanOutput = ScanOutputBuilder {
        "Items" => set_items,
        "Count" => set_count,
        "ScannedCount" => set_scanned_count,
        "LastEvaluatedKey" => set_last_evaluated_key,
        "ConsumedCapacity" => set_consumed_capacity,
    } |builder| Ok(builder.build());
}
