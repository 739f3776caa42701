//! BatchGet and BatchWrite: converts requests to operations and outcomes to responses.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use prost::Message;

use super::kv::{consistency, parse_expected, parse_key, parse_request_id, parse_ttl, timestamp};
use super::status::{self, Access, Length, MAX_MESSAGE_BYTES};
use super::{InField, OnTable, Violation};
use crate::driver::{Answer, BatchOperation, BatchOutcome, BatchWritten, Capacity, Consistency, Error, Found, Written};
use crate::model::{CompareAndDelete, CompareAndSet, Expected, Invalid, Key, RequestId, Set, SetExpiry, Version};
use crate::pb;

/// Maximum number of keys or operations in a batch.
pub(super) const MAX_BATCH: usize = 10_000;

/// Approximate size of a BatchGet message: small enough to arrive soon, large enough to keep their number low.
const MESSAGE_BYTES: usize = 1024 * 1024;

/// A read of many entries.
#[derive(Debug)]
pub(crate) struct BatchGet {
    pub(crate) keys: Vec<Key>,
    pub(crate) consistency: Consistency,
    pub(crate) wants_capacity: bool,
}

/// Many sets and deletes.
#[derive(Debug)]
pub(crate) struct BatchWrite {
    pub(crate) operations: Vec<BatchOperation>,
    pub(crate) wants_capacity: bool,
}

impl TryFrom<pb::BatchGetRequest> for OnTable<BatchGet> {
    type Error = Violation;

    fn try_from(request: pb::BatchGetRequest) -> Result<Self, Violation> {
        let pb::BatchGetRequest { table, keys, consistent_read, return_consumed_capacity: wants_capacity } = request;
        check_count(keys.len(), "keys")?;
        let parse = |(index, key)| Key::try_from(key).in_field(format!("keys[{index}]"));
        let keys = keys.into_iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { table, command: BatchGet { keys, consistency: consistency(consistent_read), wants_capacity } })
    }
}

impl TryFrom<pb::BatchWriteRequest> for OnTable<BatchWrite> {
    type Error = Violation;

    fn try_from(request: pb::BatchWriteRequest) -> Result<Self, Violation> {
        let pb::BatchWriteRequest { table, operations, request_id, return_consumed_capacity: wants_capacity } = request;
        check_count(operations.len(), "operations")?;
        let request_id = parse_request_id(&request_id)?;
        let parse = |(index, operation)| {
            parse_operation(operation, request_id).map_err(|violation| violation.within(format!("operations[{index}]")))
        };
        let operations = operations.into_iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { table, command: BatchWrite { operations, wants_capacity } })
    }
}

fn check_count(count: usize, field: &str) -> Result<(), Violation> {
    if (1..=MAX_BATCH).contains(&count) {
        return Ok(());
    }
    let problem = format!("has {count} {field}, 1 to {MAX_BATCH} are allowed");
    Err(Invalid::limit(problem, format!("1..{MAX_BATCH} {field}"))).in_field(field)
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

/// Total size of the detailed statuses of a call. Further ones are brief: 10,000 of 4 KiB each would not fit into a
/// response.
const FULL_STATUSES_BYTES: usize = 4 * 1024 * 1024;

/// What is left of the budget for detailed statuses.
#[derive(Debug)]
pub(crate) struct StatusBudget(usize);

impl Default for StatusBudget {
    fn default() -> Self {
        Self(FULL_STATUSES_BYTES)
    }
}

/// Builds the statuses of failed operations. Operations that were sent together share one error, so each error is
/// converted only once: after a timeout thousands of operations fail, and little time is left to build their statuses.
struct Failures<'a> {
    access: Access,
    /// Whether the client has made an earlier attempt of this batch.
    is_repeated: bool,
    budget: &'a mut StatusBudget,
    full: HashMap<*const Error, tonic_types::Status>,
    brief: HashMap<*const Error, tonic_types::Status>,
}

impl<'a> Failures<'a> {
    fn new(access: Access, is_repeated: bool, budget: &'a mut StatusBudget) -> Self {
        Self { access, is_repeated, budget, full: HashMap::new(), brief: HashMap::new() }
    }

    fn status(&mut self, error: &Arc<Error>) -> tonic_types::Status {
        let make = |length| status::part_of_error(error, self.access, self.is_repeated, length);
        let StatusBudget(budget) = self.budget;
        if *budget > 0 {
            let status = self.full.entry(Arc::as_ptr(error)).or_insert_with(|| make(Length::Full));
            *budget = budget.saturating_sub(status.encoded_len());
            return status.clone();
        }
        self.brief.entry(Arc::as_ptr(error)).or_insert_with(|| make(Length::Brief)).clone()
    }
}

/// Packs the answers into messages of about [`MESSAGE_BYTES`]. A larger entry gets a message of its own.
pub(crate) fn messages(answers: Vec<Answer>, budget: &mut StatusBudget) -> VecDeque<pb::BatchGetResponse> {
    let mut messages = VecDeque::new();
    let mut failures = Failures::new(Access::Read, false, budget);
    let mut results = Vec::new();
    let mut bytes = 0;
    for answer in answers {
        let result = result(answer, &mut failures);
        let size = result.encoded_len();
        if bytes + size > MESSAGE_BYTES && !results.is_empty() {
            messages.push_back(pb::BatchGetResponse { results: std::mem::take(&mut results), consumed_capacity: None });
            bytes = 0;
        }
        bytes += size;
        results.push(result);
    }
    if !results.is_empty() {
        messages.push_back(pb::BatchGetResponse { results, consumed_capacity: None });
    }
    messages
}

/// The message after the last answer.
pub(crate) fn last_message(consumed: Capacity) -> pb::BatchGetResponse {
    pb::BatchGetResponse { results: Vec::new(), consumed_capacity: Some(consumed.into()) }
}

fn result((index, found): Answer, failures: &mut Failures<'_>) -> pb::BatchGetResult {
    use pb::batch_get_result::{Missing, Result};
    let result = match found {
        Found::Item(entry) => Result::Found((*entry).into()),
        Found::Nothing => Result::Missing(Missing {}),
        Found::Failed(error) => Result::Failed(failures.status(&error)),
    };
    pb::BatchGetResult { index: u32::try_from(index).unwrap_or(u32::MAX), result: Some(result) }
}

/// The response to a batch of writes, or an error if all operations failed with the same code. If the client has made
/// an earlier attempt of the batch, no failure says NOT_APPLIED: the earlier attempt may have written.
pub(crate) fn write_response(
    written: BatchWritten,
    wants_capacity: bool,
    is_repeated: bool,
) -> Result<pb::BatchWriteResponse, Arc<Error>> {
    let BatchWritten { outcomes, consumed } = written;
    if let Some(error) = common_failure(&outcomes) {
        return Err(error);
    }
    let mut budget = MAX_MESSAGE_BYTES;
    let mut status_budget = StatusBudget::default();
    let mut failures = Failures::new(Access::Write, is_repeated, &mut status_budget);
    let mut results: Vec<pb::BatchWriteResult> =
        outcomes.into_iter().map(|outcome| write_result(outcome, &mut failures)).collect();
    for result in &mut results {
        // The outcomes come first; the current entries get the remaining space.
        budget =
            budget.saturating_sub(result.encoded_len() - result.current.as_ref().map_or(0, Message::encoded_len) + 16);
    }
    for result in &mut results {
        let Some(current) = &result.current else { continue };
        let bytes = current.encoded_len();
        if bytes <= budget {
            budget -= bytes;
        } else {
            (result.current, result.current_omitted) = (None, true);
        }
    }
    Ok(pb::BatchWriteResponse { results, consumed_capacity: wants_capacity.then(|| consumed.into()) })
}

fn common_failure(outcomes: &[BatchOutcome]) -> Option<Arc<Error>> {
    let mut carried_out = outcomes.iter().filter(|outcome| !matches!(outcome, BatchOutcome::Superseded));
    let Some(BatchOutcome::Failed(first)) = carried_out.next() else { return None };
    let is_like_first =
        |outcome: &BatchOutcome| matches!(outcome, BatchOutcome::Failed(error) if status::same_code(error, first));
    if !carried_out.all(is_like_first) {
        return None;
    }
    // If any write may have happened, the common error has to say so.
    let may_have_happened = outcomes.iter().find_map(|outcome| match outcome {
        BatchOutcome::Failed(error) if error.may_have_happened() => Some(error),
        _ => None,
    });
    Some(Arc::clone(may_have_happened.unwrap_or(first)))
}

fn write_result(outcome: BatchOutcome, failures: &mut Failures<'_>) -> pb::BatchWriteResult {
    use pb::batch_write_result::Outcome;
    let mut result = pb::BatchWriteResult::default();
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

impl From<Capacity> for pb::ConsumedCapacity {
    fn from(Capacity { units, read_units, write_units }: Capacity) -> Self {
        Self { capacity_units: units, read_capacity_units: read_units, write_capacity_units: write_units }
    }
}

#[cfg(test)]
mod tests;
