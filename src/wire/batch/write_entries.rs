use prost::Message;

use super::count::each;
use super::failures::Failures;
use super::results::{WriteResponse, WriteResult};
use crate::driver::{BatchOperation, BatchOutcome, Written};
use crate::model::{CompareAndDelete, CompareAndSet, Entry, Expected, Invalid, RequestId, Set, SetExpiry, Version};
use crate::pb;
use crate::wire::kv::{parse_expected, parse_key, parse_request_id, parse_ttl, timestamp};
use crate::wire::{InField, OnTable, Violation};

/// Many sets and deletes.
#[derive(Debug)]
pub(crate) struct BatchWrite {
    pub(crate) operations: Vec<BatchOperation>,
    pub(crate) wants_capacity: bool,
}

impl TryFrom<pb::BatchWriteRequest> for OnTable<BatchWrite> {
    type Error = Violation;

    fn try_from(request: pb::BatchWriteRequest) -> Result<Self, Violation> {
        let pb::BatchWriteRequest { table, operations, request_id, return_consumed_capacity: wants_capacity } = request;
        let request_id = parse_request_id(&request_id)?;
        let operations = each(operations, |operation| parse_operation(operation, request_id))?;
        Ok(Self { table, command: BatchWrite { operations, wants_capacity } })
    }
}

fn parse_operation(operation: pb::BatchWriteOperation, request_id: RequestId) -> Result<BatchOperation, Violation> {
    use pb::batch_write_operation::Kind;
    match operation.kind {
        Some(Kind::Set(set)) => parse_set(set, request_id).map_err(|violation| violation.within("set")),
        Some(Kind::Delete(delete)) => parse_delete(delete).map_err(|violation| violation.within("delete")),
        None => Err(Invalid::new("needs one of set or delete")).in_field("kind"),
    }
}

fn parse_set(set: pb::BatchSet, request_id: RequestId) -> Result<BatchOperation, Violation> {
    use pb::batch_set::Expiry;
    let pb::BatchSet { key, value, expected, return_current, expiry } = set;
    let key = parse_key(key)?;
    let expiry = match expiry {
        None | Some(Expiry::KeepTtl(false)) => SetExpiry::Never,
        Some(Expiry::KeepTtl(true)) => SetExpiry::Keep,
        Some(Expiry::Ttl(ttl)) => SetExpiry::After(parse_ttl(ttl)?),
    };
    Ok(match expected {
        None => BatchOperation::Set(Set { key, value, expiry, return_previous: false, request_id }),
        Some(expected) => {
            let expected = parse_expected(Some(expected))?;
            BatchOperation::CompareAndSet(CompareAndSet { key, value, expiry, expected, return_current, request_id })
        }
    })
}

fn parse_delete(delete: pb::BatchDelete) -> Result<BatchOperation, Violation> {
    let pb::BatchDelete { key, expected, return_current, report_existed } = delete;
    let key = parse_key(key)?;
    let Some(expected) = expected else {
        return Ok(if report_existed {
            BatchOperation::DeleteReportingExistence(key)
        } else {
            BatchOperation::Delete(key)
        });
    };
    let expected = parse_expected(Some(expected))?;
    if expected == Expected::Absent {
        return Err(Invalid::new("leaves nothing to delete; use present, version or value"))
            .in_field("expected.absent");
    }
    let delete = CompareAndDelete { key, expected, return_current };
    Ok(BatchOperation::CompareAndDelete { delete, reports_existence: report_existed })
}

impl WriteResponse for pb::BatchWriteResponse {
    type Result = pb::BatchWriteResult;

    fn new(results: Vec<pb::BatchWriteResult>, consumed_capacity: Option<pb::ConsumedCapacity>) -> Self {
        Self { results, consumed_capacity }
    }
}

impl WriteResult for pb::BatchWriteResult {
    type Current = Entry;

    fn of(outcome: BatchOutcome, failures: &mut Failures<'_>) -> Self {
        use pb::batch_write_result::Outcome;
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
