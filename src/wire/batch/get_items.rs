use std::collections::HashMap;

use super::answers::{AnswerMessage, Told};
use super::count::each;
use crate::driver::{BatchGetItems, BatchItemRead};
use crate::pb;
use crate::wire::encoded_item::EncodedItem;
use crate::wire::expression::Expressions;
use crate::wire::kv::consistency;
use crate::wire::{Violation, value};

impl TryFrom<pb::BatchGetItemsRequest> for BatchGetItems {
    type Error = Violation;

    fn try_from(request: pb::BatchGetItemsRequest) -> Result<Self, Violation> {
        let pb::BatchGetItemsRequest {
            operations,
            consistent_read,
            return_consumed_capacity: wants_capacity,
            names,
            projection,
        } = request;
        let reads = each(operations, |pb::BatchGetItemsOperation { table, key }| {
            Ok(BatchItemRead { table, key: value::item_key(key, "key")? })
        })?;
        let mut expressions = Expressions::new("", names, HashMap::new())?;
        let projection = expressions.projection(&projection)?;
        expressions.finish()?;
        Ok(Self { reads, projection, consistency: consistency(consistent_read), wants_capacity })
    }
}

impl AnswerMessage for pb::BatchGetItemsResponse {
    type Item = EncodedItem;
    type Result = pb::BatchGetItemsResult;

    fn result(index: u32, found: Told<EncodedItem>) -> pb::BatchGetItemsResult {
        use pb::batch_get_items_result::{Missing, Result};
        let result = match found {
            Told::Found(EncodedItem(message)) => Result::Found(message),
            Told::Missing => Result::Missing(Missing {}),
            Told::Failed(status) => Result::Failed(status),
        };
        pb::BatchGetItemsResult { index, result: Some(result) }
    }

    fn new(results: Vec<pb::BatchGetItemsResult>, consumed_capacity: Option<pb::ConsumedCapacity>) -> Self {
        Self { results, consumed_capacity }
    }
}
