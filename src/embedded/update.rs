//! Where the engine's updates are not quite DynamoDB's.

use std::collections::HashMap;

use dynoxide::actions::transact_write_items::{TransactWriteItemsRequest, TransactWriteItemsResponse};
use dynoxide::actions::update_item::{UpdateItemRequest, UpdateItemResponse};
use dynoxide::types::normalize_dynamo_number;
use dynoxide::{AttributeValue, NativeDatabase, Result};

/// The engine calls the key alone the old item of an update that has made its item; DynamoDB says that there was none.
/// (An item that really has nothing but its key is not shown either.)
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

/// The engine adds members to a set of numbers and takes them out by their text, where DynamoDB goes by their value.
fn write_numbers_as_stored(values: Option<&mut HashMap<String, AttributeValue>>) {
    for value in values.into_iter().flat_map(HashMap::values_mut) {
        if let AttributeValue::NS(members) = value {
            for number in members {
                *number = normalize_dynamo_number(number);
            }
        }
    }
}
