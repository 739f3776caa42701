//! TransactGet and TransactWrite: converts requests to operations and outcomes to responses.

use super::item::{delete_item, only_condition, put_item, update_item};
use super::kv::{parse_expected, parse_key, parse_request_id, parse_ttl, timestamp};
use super::{InField, Violation, value};
use crate::driver::{
    CancelReason, Cancelled, Capacity, Current, Snapshot, Target, TransactOutcome, TransactRead, Written,
};
use crate::model::{Expected, Invalid, TransactKind, TransactOperation, Transaction, Version};
use crate::pb;

/// Maximum number of operations in a transaction. Source: "Quotas in Amazon DynamoDB", transactions.
pub(super) const MAX_OPERATIONS: usize = 100;

/// A consistent read of several items.
#[derive(Debug)]
pub(crate) struct TransactGet {
    pub(crate) reads: Vec<TransactRead>,
    pub(crate) wants_capacity: bool,
}

/// An atomic write of several items.
#[derive(Debug)]
pub(crate) struct TransactWrite {
    pub(crate) transaction: Transaction,
    pub(crate) wants_capacity: bool,
}

impl TryFrom<pb::TransactGetRequest> for TransactGet {
    type Error = Violation;

    fn try_from(request: pb::TransactGetRequest) -> Result<Self, Violation> {
        use pb::transact_get_operation::Target as Kind;
        let pb::TransactGetRequest { operations, return_consumed_capacity: wants_capacity } = request;
        let parse = |operation| {
            let pb::TransactGetOperation { table, target } = operation;
            let target = match target {
                Some(Kind::Key(key)) => Target::Entry(parse_key(key)?),
                Some(Kind::ItemKey(key)) => Target::Item(value::item_key(Some(key), "item_key")?),
                None => return Err(Invalid::new("needs one of key or item_key")).in_field("target"),
            };
            Ok(TransactRead { table, target })
        };
        Ok(Self { reads: each(operations, parse)?, wants_capacity })
    }
}

impl TryFrom<pb::TransactWriteRequest> for TransactWrite {
    type Error = Violation;

    fn try_from(request: pb::TransactWriteRequest) -> Result<Self, Violation> {
        let pb::TransactWriteRequest { operations, request_id, return_consumed_capacity: wants_capacity } = request;
        let request_id = parse_request_id(&request_id)?;
        let operations = each(operations, parse_operation)?;
        Ok(Self { transaction: Transaction { operations, request_id }, wants_capacity })
    }
}

/// Parses each operation and adds its index to the path of errors.
fn each<O, T>(operations: Vec<O>, parse: impl Fn(O) -> Result<T, Violation>) -> Result<Vec<T>, Violation> {
    if !(1..=MAX_OPERATIONS).contains(&operations.len()) {
        let problem = format!("has {} operations, 1 to {MAX_OPERATIONS} are allowed", operations.len());
        return Err(Invalid::limit(problem, format!("1..{MAX_OPERATIONS} operations"))).in_field("operations");
    }
    let locate =
        |(index, operation)| parse(operation).map_err(|violation| violation.within(format!("operations[{index}]")));
    operations.into_iter().enumerate().map(locate).collect()
}

fn parse_operation(operation: pb::TransactWriteOperation) -> Result<TransactOperation, Violation> {
    use pb::transact_write_operation::Kind;
    let pb::TransactWriteOperation { table, return_current, kind } = operation;
    let kind = match kind {
        Some(Kind::Set(set)) => parse_set(set).map_err(|violation| violation.within("set"))?,
        Some(Kind::Delete(delete)) => parse_delete(delete).map_err(|violation| violation.within("delete"))?,
        Some(Kind::PutItem(put)) => parse_put_item(put).map_err(|violation| violation.within("put_item"))?,
        Some(Kind::UpdateItem(update)) => {
            parse_update_item(update).map_err(|violation| violation.within("update_item"))?
        }
        Some(Kind::DeleteItem(delete)) => {
            parse_delete_item(delete).map_err(|violation| violation.within("delete_item"))?
        }
        Some(Kind::Check(check)) => parse_check(check).map_err(|violation| violation.within("check"))?,
        None => {
            let problem = "needs one of set, delete, put_item, update_item, delete_item or check";
            return Err(Invalid::new(problem)).in_field("kind");
        }
    };
    Ok(TransactOperation { table, return_current, kind })
}

fn parse_set(set: pb::TransactSet) -> Result<TransactKind, Violation> {
    let pb::TransactSet { key, value, ttl, expected } = set;
    let expected = expected.map(|expected| parse_expected(Some(expected))).transpose()?;
    Ok(TransactKind::Set { key: parse_key(key)?, value, ttl: ttl.map(parse_ttl).transpose()?, expected })
}

fn parse_delete(delete: pb::TransactDelete) -> Result<TransactKind, Violation> {
    let pb::TransactDelete { key, expected } = delete;
    let expected = expected.map(|expected| parse_expected(Some(expected))).transpose()?;
    if expected == Some(Expected::Absent) {
        return Err(Invalid::new("leaves nothing to delete; use present, version or value"))
            .in_field("expected.absent");
    }
    Ok(TransactKind::Delete { key: parse_key(key)?, expected })
}

fn parse_put_item(put: pb::TransactPutItem) -> Result<TransactKind, Violation> {
    let pb::TransactPutItem { item, ttl, condition, names, values } = put;
    put_item(item, ttl, &condition, names, values).map(TransactKind::PutItem)
}

fn parse_update_item(update: pb::TransactUpdateItem) -> Result<TransactKind, Violation> {
    let pb::TransactUpdateItem { key, update, condition, names, values } = update;
    update_item(key, update.map(Into::into), &condition, names, values).map(TransactKind::UpdateItem)
}

fn parse_delete_item(delete: pb::TransactDeleteItem) -> Result<TransactKind, Violation> {
    let pb::TransactDeleteItem { key, condition, names, values } = delete;
    delete_item(key, &condition, names, values).map(TransactKind::DeleteItem)
}

fn parse_check(check: pb::TransactCheck) -> Result<TransactKind, Violation> {
    let pb::TransactCheck { key, condition, names, values } = check;
    let key = value::item_key(key, "key")?;
    let condition = only_condition(&condition, names, values)?;
    let condition = condition.ok_or_else(|| Invalid::new("is required")).in_field("condition")?;
    Ok(TransactKind::Check { key, condition })
}

/// The response to a TransactGet.
pub(crate) fn get_response(
    snapshots: Vec<Snapshot>,
    consumed: Capacity,
    wants_capacity: bool,
) -> pb::TransactGetResponse {
    use pb::transact_get_result::{Absent, Result as Kind};
    let result = |snapshot| {
        let result = match snapshot {
            Snapshot::Entry(entry) => Kind::Entry(entry.into()),
            Snapshot::Item(item) => Kind::Item(item.into()),
            Snapshot::Absent => Kind::Absent(Absent {}),
        };
        pb::TransactGetResult { result: Some(result) }
    };
    let results = snapshots.into_iter().map(result).collect();
    pb::TransactGetResponse { results, consumed_capacity: wants_capacity.then(|| consumed.into()) }
}

/// The response to a TransactWrite.
pub(crate) fn write_response(
    outcome: TransactOutcome,
    consumed: Capacity,
    wants_capacity: bool,
) -> pb::TransactWriteResponse {
    use pb::transact_write_response::Outcome;
    let (outcome, results) = match outcome {
        TransactOutcome::Committed(written) => (Outcome::Committed, written.into_iter().map(committed).collect()),
        TransactOutcome::Cancelled(reasons) => (Outcome::Cancelled, reasons.into_iter().map(cancelled).collect()),
    };
    let consumed_capacity = wants_capacity.then(|| consumed.into());
    pb::TransactWriteResponse { outcome: outcome.into(), results, consumed_capacity }
}

fn committed(written: Option<Written>) -> pb::TransactWriteResult {
    let (version, expire_time) = written.map(|written| (written.version, written.expire_time)).unzip();
    pb::TransactWriteResult {
        version: version.map(Version::into_string),
        expire_time: expire_time.flatten().map(timestamp),
        ..Default::default()
    }
}

fn cancelled(Cancelled { reason, current }: Cancelled) -> pb::TransactWriteResult {
    use pb::transact_write_result::Reason;
    let reason = match reason {
        CancelReason::None => Reason::None,
        CancelReason::ConditionFailed => Reason::ConditionFailed,
        CancelReason::Conflict => Reason::Conflict,
        CancelReason::Throttled => Reason::Throttled,
        CancelReason::ItemCollectionFull => Reason::ItemCollectionFull,
        CancelReason::NotApplicable => Reason::NotApplicable,
    };
    let (current, current_item) = match current {
        Current::Nothing => (None, None),
        Current::Entry(entry) => (Some(entry.into()), None),
        Current::Item(item) => (None, Some(item.into())),
    };
    pb::TransactWriteResult { reason: reason.into(), current, current_item, ..Default::default() }
}
