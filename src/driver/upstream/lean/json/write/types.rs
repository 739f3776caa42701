//! The types that requests are made of.

use aws_sdk_dynamodb::types::{
    AttributeAction, AttributeValueUpdate, ComparisonOperator, Condition, ConditionCheck, ConditionalOperator, Delete,
    DeleteRequest, ExpectedAttributeValue, Get, KeysAndAttributes, Put, PutRequest, ReturnConsumedCapacity,
    ReturnItemCollectionMetrics, ReturnValue, ReturnValuesOnConditionCheckFailure, Select, TransactGetItem,
    TransactWriteItem, Update, WriteRequest,
};

use super::json::Json;
use super::object::{field_name, write_field};
use super::text::write_text;

macro_rules! objects {
    ($($type:ty { $($field:ident: $name:literal,)* })*) => {$(
        impl Json for $type {
            fn write(&self, body: &mut Vec<u8>) {
                body.push(b'{');
                $(write_field(body, field_name!($name), &self.$field);)*
                body.push(b'}');
            }
        }
    )*};
}

objects! {
    Put {
        item: "Item",
        table_name: "TableName",
        condition_expression: "ConditionExpression",
        expression_attribute_names: "ExpressionAttributeNames",
        expression_attribute_values: "ExpressionAttributeValues",
        return_values_on_condition_check_failure: "ReturnValuesOnConditionCheckFailure",
    }
    Update {
        key: "Key",
        update_expression: "UpdateExpression",
        table_name: "TableName",
        condition_expression: "ConditionExpression",
        expression_attribute_names: "ExpressionAttributeNames",
        expression_attribute_values: "ExpressionAttributeValues",
        return_values_on_condition_check_failure: "ReturnValuesOnConditionCheckFailure",
    }
    Delete {
        key: "Key",
        table_name: "TableName",
        condition_expression: "ConditionExpression",
        expression_attribute_names: "ExpressionAttributeNames",
        expression_attribute_values: "ExpressionAttributeValues",
        return_values_on_condition_check_failure: "ReturnValuesOnConditionCheckFailure",
    }
    ConditionCheck {
        key: "Key",
        table_name: "TableName",
        condition_expression: "ConditionExpression",
        expression_attribute_names: "ExpressionAttributeNames",
        expression_attribute_values: "ExpressionAttributeValues",
        return_values_on_condition_check_failure: "ReturnValuesOnConditionCheckFailure",
    }
    Get {
        key: "Key",
        table_name: "TableName",
        projection_expression: "ProjectionExpression",
        expression_attribute_names: "ExpressionAttributeNames",
    }
    TransactGetItem {
        get: "Get",
    }
    TransactWriteItem {
        condition_check: "ConditionCheck",
        put: "Put",
        delete: "Delete",
        update: "Update",
    }
    PutRequest {
        item: "Item",
    }
    DeleteRequest {
        key: "Key",
    }
    WriteRequest {
        put_request: "PutRequest",
        delete_request: "DeleteRequest",
    }
    KeysAndAttributes {
        keys: "Keys",
        attributes_to_get: "AttributesToGet",
        consistent_read: "ConsistentRead",
        projection_expression: "ProjectionExpression",
        expression_attribute_names: "ExpressionAttributeNames",
    }
    Condition {
        attribute_value_list: "AttributeValueList",
        comparison_operator: "ComparisonOperator",
    }
    ExpectedAttributeValue {
        value: "Value",
        exists: "Exists",
        comparison_operator: "ComparisonOperator",
        attribute_value_list: "AttributeValueList",
    }
    AttributeValueUpdate {
        value: "Value",
        action: "Action",
    }
}

macro_rules! words {
    ($($type:ident,)*) => {$(
        impl Json for $type {
            fn write(&self, body: &mut Vec<u8>) {
                write_text(body, self.as_str());
            }
        }
    )*};
}

words! {
    AttributeAction,
    ComparisonOperator,
    ConditionalOperator,
    ReturnConsumedCapacity,
    ReturnItemCollectionMetrics,
    ReturnValue,
    ReturnValuesOnConditionCheckFailure,
    Select,
}
