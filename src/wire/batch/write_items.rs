use prost::Message;

use super::count::each;
use super::failures::Failures;
use super::results::{WriteResponse, WriteResult};
use crate::driver::{BatchItemKind, BatchItemOperation, BatchOutcome, BatchWriteItems, Item, Written};
use crate::model::{Invalid, Version};
use crate::pb;
use crate::wire::item::{delete_item, put_item};
use crate::wire::kv::{parse_request_id, timestamp};
use crate::wire::{InField, Violation};

impl TryFrom<pb::BatchWriteItemsRequest> for BatchWriteItems {
    type Error = Violation;

    fn try_from(request: pb::BatchWriteItemsRequest) -> Result<Self, Violation> {
        let pb::BatchWriteItemsRequest { operations, request_id, return_consumed_capacity: wants_capacity } = request;
        let request_id = parse_request_id(&request_id)?;
        Ok(Self { operations: each(operations, parse_operation)?, wants_capacity, request_id })
    }
}

fn parse_operation(operation: pb::BatchWriteItemsOperation) -> Result<BatchItemOperation, Violation> {
    use pb::batch_write_items_operation::Kind;
    let pb::BatchWriteItemsOperation { table, return_current, kind } = operation;
    let kind = match kind {
        Some(Kind::PutItem(put)) => parse_put(put).map_err(|violation| violation.within("put_item"))?,
        Some(Kind::DeleteItem(delete)) => parse_delete(delete).map_err(|violation| violation.within("delete_item"))?,
        None => return Err(Invalid::new("needs one of put_item or delete_item")).in_field("kind"),
    };
    Ok(BatchItemOperation { table, return_current, kind })
}

fn parse_put(put: pb::BatchPutItem) -> Result<BatchItemKind, Violation> {
    let pb::BatchPutItem { item, ttl, condition, names, values } = put;
    put_item(item, ttl, &condition, names, values).map(BatchItemKind::Put)
}

fn parse_delete(delete: pb::BatchDeleteItem) -> Result<BatchItemKind, Violation> {
    let pb::BatchDeleteItem { key, report_existed, condition, names, values } = delete;
    let delete = delete_item(key, &condition, names, values)?;
    Ok(BatchItemKind::Delete { delete, reports_existence: report_existed })
}

impl WriteResponse for pb::BatchWriteItemsResponse {
    type Result = pb::BatchWriteItemsResult;

    fn new(results: Vec<pb::BatchWriteItemsResult>, consumed_capacity: Option<pb::ConsumedCapacity>) -> Self {
        Self { results, consumed_capacity }
    }
}

impl WriteResult for pb::BatchWriteItemsResult {
    type Current = Item;

    fn of(outcome: BatchOutcome<Item>, failures: &mut Failures<'_>) -> Self {
        use pb::batch_write_items_result::Outcome;
        let mut result = Self::default();
        match outcome {
            BatchOutcome::Written(Written { version, expire_time }) => {
                result.set_outcome(Outcome::Applied);
                result.version = Some(Version::into_string(version));
                result.expire_time = expire_time.map(timestamp);
            }
            BatchOutcome::Deleted(existed) => {
                result.set_outcome(Outcome::Applied);
                result.existed = existed;
            }
            BatchOutcome::ConditionFailed { current, is_omitted } => {
                result.set_outcome(Outcome::ConditionFailed);
                result.current = current.map(Into::into);
                result.current_omitted = is_omitted;
            }
            BatchOutcome::Superseded => result.set_outcome(Outcome::Superseded),
            BatchOutcome::Failed(error) => {
                result.set_outcome(Outcome::Failed);
                result.failed = Some(failures.status(&error));
            }
        }
        result
    }

    fn current_bytes(&self) -> Option<usize> {
        self.current.as_ref().map(Message::encoded_len)
    }

    fn omit_current(&mut self) {
        (self.current, self.current_omitted) = (None, true);
    }
}
