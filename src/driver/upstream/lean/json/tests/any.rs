//! Random requests, with every parameter set or not.

use std::collections::HashMap;
use std::fmt::Debug;

use aws_sdk_dynamodb::operation;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{self, AttributeValue};
use proptest::collection::{hash_map, vec};
use proptest::option;
use proptest::prelude::*;

pub(super) trait Any: Clone + Debug + Sized + 'static {
    fn any() -> BoxedStrategy<Self>;
}

/// Any characters at all, and at times many that need no escape.
pub(super) fn text() -> BoxedStrategy<String> {
    let any = vec(any::<char>(), 0..8).prop_map(String::from_iter);
    prop_oneof![any, "[\u{0}-\u{7f}]{0,40}", "[a-z]{0,60}[\"\\\\\n]?[a-z]{0,20}"].boxed()
}

fn number() -> BoxedStrategy<String> {
    prop_oneof![any::<i64>().prop_map(|n| n.to_string()), "-?[1-9][0-9]{0,37}", "-?0\\.[0-9]{1,37}", "1E-?1[0-2][0-5]"]
        .boxed()
}

impl Any for AttributeValue {
    fn any() -> BoxedStrategy<Self> {
        let leaf = prop_oneof![
            text().prop_map(Self::S),
            number().prop_map(Self::N),
            Blob::any().prop_map(Self::B),
            any::<bool>().prop_map(Self::Bool),
            any::<bool>().prop_map(Self::Null),
            vec(text(), 0..4).prop_map(Self::Ss),
            vec(number(), 0..4).prop_map(Self::Ns),
            vec(Blob::any(), 0..4).prop_map(Self::Bs),
        ];
        let tree = leaf.prop_recursive(4, 16, 3, |inner| {
            let list = vec(inner.clone(), 0..3).prop_map(Self::L);
            prop_oneof![list, hash_map(text(), inner, 0..3).prop_map(Self::M)]
        });
        tree.boxed()
    }
}

impl Any for Blob {
    fn any() -> BoxedStrategy<Self> {
        vec(any::<u8>(), 0..70).prop_map(Self::new).boxed()
    }
}

impl Any for String {
    fn any() -> BoxedStrategy<Self> {
        text()
    }
}

impl Any for bool {
    fn any() -> BoxedStrategy<Self> {
        any::<Self>().boxed()
    }
}

impl Any for i32 {
    fn any() -> BoxedStrategy<Self> {
        any::<Self>().boxed()
    }
}

impl<T: Any> Any for Option<T> {
    fn any() -> BoxedStrategy<Self> {
        option::of(T::any()).boxed()
    }
}

impl<T: Any> Any for Vec<T> {
    fn any() -> BoxedStrategy<Self> {
        vec(T::any(), 0..3).boxed()
    }
}

impl<T: Any> Any for HashMap<String, T> {
    fn any() -> BoxedStrategy<Self> {
        hash_map(text(), T::any(), 0..3).boxed()
    }
}

macro_rules! words {
    ($($type:ident,)*) => {$(
        impl Any for types::$type {
            fn any() -> BoxedStrategy<Self> {
                let words: Vec<_> = Self::values().iter().map(|word| Self::from(*word)).collect();
                proptest::sample::select(words).boxed()
            }
        }
    )*};
}

words! {
    AttributeAction, ComparisonOperator, ConditionalOperator, ReturnConsumedCapacity, ReturnItemCollectionMetrics, ReturnValue,
    ReturnValuesOnConditionCheckFailure, Select,
}

/// A builder with every parameter set as its setter takes it.
macro_rules! built {
    ($builder:ty { $($set:ident)* }) => {{
        let builders = Just(<$builder>::default()).boxed();
        $(let builders = (builders, Any::any()).prop_map(|(builder, value)| builder.$set(value)).boxed();)*
        builders
    }};
}

macro_rules! inputs {
    ($($module:ident::$builder:ident { $($set:ident)* })*) => {$(
        impl Any for operation::$module::builders::$builder {
            fn any() -> BoxedStrategy<Self> {
                built!(operation::$module::builders::$builder { $($set)* })
            }
        }
    )*};
}

/// Types with parameters that have to be set, and with others.
macro_rules! parts {
    ($($type:ident = $builder:ident { $($required:ident)* ; $($set:ident)* } $build:expr;)*) => {$(
        impl Any for types::$type {
            fn any() -> BoxedStrategy<Self> {
                let builders = built!(types::builders::$builder { $($set)* });
                $(let builders = (builders, Any::any())
                    .prop_map(|(builder, value)| builder.$required(Some(value)))
                    .boxed();)*
                let build: fn(types::builders::$builder) -> types::$type = $build;
                builders.prop_map(build).boxed()
            }
        }
    )*};
}

parts! {
    Put = PutBuilder {
        set_item set_table_name;
        set_condition_expression set_expression_attribute_names set_expression_attribute_values
        set_return_values_on_condition_check_failure
    } |put| put.build().unwrap();
    Update = UpdateBuilder {
        set_key set_table_name set_update_expression;
        set_condition_expression set_expression_attribute_names set_expression_attribute_values
        set_return_values_on_condition_check_failure
    } |update| update.build().unwrap();
    Delete = DeleteBuilder {
        set_key set_table_name;
        set_condition_expression set_expression_attribute_names set_expression_attribute_values
        set_return_values_on_condition_check_failure
    } |delete| delete.build().unwrap();
    ConditionCheck = ConditionCheckBuilder {
        set_key set_table_name set_condition_expression;
        set_expression_attribute_names set_expression_attribute_values set_return_values_on_condition_check_failure
    } |check| check.build().unwrap();
    Get = GetBuilder {
        set_key set_table_name;
        set_projection_expression set_expression_attribute_names
    } |get| get.build().unwrap();
    TransactGetItem = TransactGetItemBuilder { ; set_get } |item| item.build();
    TransactWriteItem = TransactWriteItemBuilder {
        ; set_condition_check set_put set_delete set_update
    } |item| item.build();
    PutRequest = PutRequestBuilder { set_item; } |put| put.build().unwrap();
    DeleteRequest = DeleteRequestBuilder { set_key; } |delete| delete.build().unwrap();
    WriteRequest = WriteRequestBuilder { ; set_put_request set_delete_request } |write| write.build();
    KeysAndAttributes = KeysAndAttributesBuilder {
        set_keys;
        set_attributes_to_get set_consistent_read set_projection_expression set_expression_attribute_names
    } |keys| keys.build().unwrap();
    Condition = ConditionBuilder {
        set_comparison_operator;
        set_attribute_value_list
    } |condition| condition.build().unwrap();
    ExpectedAttributeValue = ExpectedAttributeValueBuilder {
        ; set_value set_exists set_comparison_operator set_attribute_value_list
    } |expected| expected.build();
    AttributeValueUpdate = AttributeValueUpdateBuilder { ; set_value set_action } |update| update.build();
}

inputs! {
    get_item::GetItemInputBuilder {
        set_table_name set_key set_attributes_to_get set_consistent_read set_return_consumed_capacity
        set_projection_expression set_expression_attribute_names
    }
    put_item::PutItemInputBuilder {
        set_table_name set_item set_expected set_return_values set_return_consumed_capacity
        set_return_item_collection_metrics set_conditional_operator set_condition_expression
        set_expression_attribute_names set_expression_attribute_values set_return_values_on_condition_check_failure
    }
    update_item::UpdateItemInputBuilder {
        set_table_name set_key set_attribute_updates set_expected set_conditional_operator set_return_values
        set_return_consumed_capacity set_return_item_collection_metrics set_update_expression set_condition_expression
        set_expression_attribute_names set_expression_attribute_values set_return_values_on_condition_check_failure
    }
    delete_item::DeleteItemInputBuilder {
        set_table_name set_key set_expected set_conditional_operator set_return_values set_return_consumed_capacity
        set_return_item_collection_metrics set_condition_expression set_expression_attribute_names
        set_expression_attribute_values set_return_values_on_condition_check_failure
    }
    batch_get_item::BatchGetItemInputBuilder { set_request_items set_return_consumed_capacity }
    batch_write_item::BatchWriteItemInputBuilder {
        set_request_items set_return_consumed_capacity set_return_item_collection_metrics
    }
    transact_get_items::TransactGetItemsInputBuilder { set_transact_items set_return_consumed_capacity }
    transact_write_items::TransactWriteItemsInputBuilder {
        set_transact_items set_return_consumed_capacity set_return_item_collection_metrics set_client_request_token
    }
    query::QueryInputBuilder {
        set_table_name set_index_name set_select set_attributes_to_get set_limit set_consistent_read set_key_conditions
        set_query_filter set_conditional_operator set_scan_index_forward set_exclusive_start_key
        set_return_consumed_capacity set_projection_expression set_filter_expression set_key_condition_expression
        set_expression_attribute_names set_expression_attribute_values
    }
    scan::ScanInputBuilder {
        set_table_name set_index_name set_attributes_to_get set_limit set_select set_scan_filter
        set_conditional_operator set_exclusive_start_key set_return_consumed_capacity set_total_segments set_segment
        set_projection_expression set_filter_expression set_expression_attribute_names set_expression_attribute_values
        set_consistent_read
    }
}
