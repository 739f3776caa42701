//! The requests of the actions. The parameters are those of the Amazon DynamoDB API Reference.

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

use super::json::Json;
use super::object::{field_name, write_field};

macro_rules! inputs {
    ($($type:ty { $($get:ident: $name:literal,)* })*) => {$(
        impl Json for $type {
            fn write(&self, body: &mut Vec<u8>) {
                body.push(b'{');
                $(write_field(body, field_name!($name), self.$get());)*
                body.push(b'}');
            }
        }
    )*};
}

inputs! {
    GetItemInputBuilder {
        get_table_name: "TableName",
        get_key: "Key",
        get_attributes_to_get: "AttributesToGet",
        get_consistent_read: "ConsistentRead",
        get_return_consumed_capacity: "ReturnConsumedCapacity",
        get_projection_expression: "ProjectionExpression",
        get_expression_attribute_names: "ExpressionAttributeNames",
    }
    PutItemInputBuilder {
        get_table_name: "TableName",
        get_item: "Item",
        get_expected: "Expected",
        get_return_values: "ReturnValues",
        get_return_consumed_capacity: "ReturnConsumedCapacity",
        get_return_item_collection_metrics: "ReturnItemCollectionMetrics",
        get_conditional_operator: "ConditionalOperator",
        get_condition_expression: "ConditionExpression",
        get_expression_attribute_names: "ExpressionAttributeNames",
        get_expression_attribute_values: "ExpressionAttributeValues",
        get_return_values_on_condition_check_failure: "ReturnValuesOnConditionCheckFailure",
    }
    UpdateItemInputBuilder {
        get_table_name: "TableName",
        get_key: "Key",
        get_attribute_updates: "AttributeUpdates",
        get_expected: "Expected",
        get_conditional_operator: "ConditionalOperator",
        get_return_values: "ReturnValues",
        get_return_consumed_capacity: "ReturnConsumedCapacity",
        get_return_item_collection_metrics: "ReturnItemCollectionMetrics",
        get_update_expression: "UpdateExpression",
        get_condition_expression: "ConditionExpression",
        get_expression_attribute_names: "ExpressionAttributeNames",
        get_expression_attribute_values: "ExpressionAttributeValues",
        get_return_values_on_condition_check_failure: "ReturnValuesOnConditionCheckFailure",
    }
    DeleteItemInputBuilder {
        get_table_name: "TableName",
        get_key: "Key",
        get_expected: "Expected",
        get_conditional_operator: "ConditionalOperator",
        get_return_values: "ReturnValues",
        get_return_consumed_capacity: "ReturnConsumedCapacity",
        get_return_item_collection_metrics: "ReturnItemCollectionMetrics",
        get_condition_expression: "ConditionExpression",
        get_expression_attribute_names: "ExpressionAttributeNames",
        get_expression_attribute_values: "ExpressionAttributeValues",
        get_return_values_on_condition_check_failure: "ReturnValuesOnConditionCheckFailure",
    }
    BatchGetItemInputBuilder {
        get_request_items: "RequestItems",
        get_return_consumed_capacity: "ReturnConsumedCapacity",
    }
    BatchWriteItemInputBuilder {
        get_request_items: "RequestItems",
        get_return_consumed_capacity: "ReturnConsumedCapacity",
        get_return_item_collection_metrics: "ReturnItemCollectionMetrics",
    }
    TransactGetItemsInputBuilder {
        get_transact_items: "TransactItems",
        get_return_consumed_capacity: "ReturnConsumedCapacity",
    }
    TransactWriteItemsInputBuilder {
        get_transact_items: "TransactItems",
        get_return_consumed_capacity: "ReturnConsumedCapacity",
        get_return_item_collection_metrics: "ReturnItemCollectionMetrics",
        get_client_request_token: "ClientRequestToken",
    }
    QueryInputBuilder {
        get_table_name: "TableName",
        get_index_name: "IndexName",
        get_select: "Select",
        get_attributes_to_get: "AttributesToGet",
        get_limit: "Limit",
        get_consistent_read: "ConsistentRead",
        get_key_conditions: "KeyConditions",
        get_query_filter: "QueryFilter",
        get_conditional_operator: "ConditionalOperator",
        get_scan_index_forward: "ScanIndexForward",
        get_exclusive_start_key: "ExclusiveStartKey",
        get_return_consumed_capacity: "ReturnConsumedCapacity",
        get_projection_expression: "ProjectionExpression",
        get_filter_expression: "FilterExpression",
        get_key_condition_expression: "KeyConditionExpression",
        get_expression_attribute_names: "ExpressionAttributeNames",
        get_expression_attribute_values: "ExpressionAttributeValues",
    }
    ScanInputBuilder {
        get_table_name: "TableName",
        get_index_name: "IndexName",
        get_attributes_to_get: "AttributesToGet",
        get_limit: "Limit",
        get_select: "Select",
        get_scan_filter: "ScanFilter",
        get_conditional_operator: "ConditionalOperator",
        get_exclusive_start_key: "ExclusiveStartKey",
        get_return_consumed_capacity: "ReturnConsumedCapacity",
        get_total_segments: "TotalSegments",
        get_segment: "Segment",
        get_projection_expression: "ProjectionExpression",
        get_filter_expression: "FilterExpression",
        get_expression_attribute_names: "ExpressionAttributeNames",
        get_expression_attribute_values: "ExpressionAttributeValues",
        get_consistent_read: "ConsistentRead",
    }
}
