//! The types that answers are made of.

use aws_sdk_dynamodb::types::builders::{
    CancellationReasonBuilder, CapacityBuilder, ConsumedCapacityBuilder, DeleteRequestBuilder,
    ItemCollectionMetricsBuilder, ItemResponseBuilder, KeysAndAttributesBuilder, PutRequestBuilder,
    ThrottlingReasonBuilder, VectorCapacityBuilder, WriteRequestBuilder,
};
use aws_sdk_dynamodb::types::{
    CancellationReason, Capacity, ConsumedCapacity, DeleteRequest, ItemCollectionMetrics, ItemResponse,
    KeysAndAttributes, PutRequest, ThrottlingReason, VectorCapacity, WriteRequest,
};
use serde::de::Error;

use super::object::objects;

objects! {
    ConsumedCapacity = ConsumedCapacityBuilder {
        "TableName" => set_table_name,
        "CapacityUnits" => set_capacity_units,
        "ReadCapacityUnits" => set_read_capacity_units,
        "WriteCapacityUnits" => set_write_capacity_units,
        "Table" => set_table,
        "LocalSecondaryIndexes" => set_local_secondary_indexes,
        "GlobalSecondaryIndexes" => set_global_secondary_indexes,
        "VectorIndexes" => set_vector_indexes,
    } |builder| Ok(builder.build());

    Capacity = CapacityBuilder {
        "ReadCapacityUnits" => set_read_capacity_units,
        "WriteCapacityUnits" => set_write_capacity_units,
        "CapacityUnits" => set_capacity_units,
    } |builder| Ok(builder.build());

    VectorCapacity = VectorCapacityBuilder {
        "VectorSearchRequestBytes" => set_vector_search_request_bytes,
        "VectorWriteRequestBytes" => set_vector_write_request_bytes,
    } |builder| Ok(builder.build());

    ItemCollectionMetrics = ItemCollectionMetricsBuilder {
        "ItemCollectionKey" => set_item_collection_key,
        "SizeEstimateRangeGB" => set_size_estimate_range_gb,
    } |builder| Ok(builder.build());

    ItemResponse = ItemResponseBuilder {
        "Item" => set_item,
    } |builder| Ok(builder.build());

    // Without keys it has none, as in the SDK. The same for the two below.
    KeysAndAttributes = KeysAndAttributesBuilder {
        "Keys" => set_keys,
        "AttributesToGet" => set_attributes_to_get,
        "ConsistentRead" => set_consistent_read,
        "ProjectionExpression" => set_projection_expression,
        "ExpressionAttributeNames" => set_expression_attribute_names,
    } |builder| {
        let keys = builder.get_keys().is_none().then(Vec::new);
        let builder = if keys.is_some() { builder.set_keys(keys) } else { builder };
        builder.build().map_err(A::Error::custom)
    };

    PutRequest = PutRequestBuilder {
        "Item" => set_item,
    } |builder| {
        let item = builder.get_item().is_none().then(Default::default);
        let builder = if item.is_some() { builder.set_item(item) } else { builder };
        builder.build().map_err(A::Error::custom)
    };

    DeleteRequest = DeleteRequestBuilder {
        "Key" => set_key,
    } |builder| {
        let key = builder.get_key().is_none().then(Default::default);
        let builder = if key.is_some() { builder.set_key(key) } else { builder };
        builder.build().map_err(A::Error::custom)
    };

    WriteRequest = WriteRequestBuilder {
        "PutRequest" => set_put_request,
        "DeleteRequest" => set_delete_request,
    } |builder| Ok(builder.build());

    CancellationReason = CancellationReasonBuilder {
        "Item" => set_item,
        "Code" => set_code,
        "Message" => set_message,
    } |builder| Ok(builder.build());

    ThrottlingReason = ThrottlingReasonBuilder {
        "reason" => set_reason,
        "resource" => set_resource,
    } |builder| Ok(builder.build());
}
