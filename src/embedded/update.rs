//! Adapts the engine's updates.

use std::collections::HashMap;

use dynoxide::actions::transact_write_items::{TransactWriteItemsRequest, TransactWriteItemsResponse};
use dynoxide::actions::update_item::{UpdateItemRequest, UpdateItemResponse};
use dynoxide::types::normalize_dynamo_number;
use dynoxide::{AttributeValue, NativeDatabase, Result};

/// If an update created the item, the engine returns its key as the old item, where DynamoDB returns none. So an old
/// item with only the key is removed here. (This also hides a real old item that has only its key.)
pub(super) fn update_item(database: &NativeDatabase, mut request: UpdateItemRequest) -> Result<UpdateItemResponse> {
    write_numbers_as_stored(request.expression_attribute_values.as_mut());
    let old_of = request.return_values.as_deref().filter(|values| *values == "ALL_OLD").map(|_| request.key.clone());
    let mut answer = database.update_item(request)?;
    answer.attributes = answer.attributes.filter(|attributes| Some(attributes) != old_of.as_ref());
    Ok(answer)
}

pub(super) fn transact_write_items(
    database: &NativeDatabase,
    mut request: TransactWriteItemsRequest,
) -> Result<TransactWriteItemsResponse> {
    for update in request.transact_items.iter_mut().filter_map(|item| item.update.as_mut()) {
        write_numbers_as_stored(update.expression_attribute_values.as_mut());
    }
    database.transact_write_items(request)
}

/// The engine compares members of number sets as text, where DynamoDB compares by value.
fn write_numbers_as_stored(values: Option<&mut HashMap<String, AttributeValue>>) {
    for value in values.into_iter().flat_map(HashMap::values_mut) {
        if let AttributeValue::NS(members) = value {
            for number in members {
                *number = normalize_dynamo_number(number);
            }
        }
    }
}
