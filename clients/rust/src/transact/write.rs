use std::time::SystemTime;

use tonic::Status;

use super::TransactOperation;
use crate::call::{Operation, Write};
use crate::entry::{entry, time, unreadable};
use crate::method::{Idempotency, Method};
use crate::point::rpc;
use crate::{Entry, Item, Version, pb, value};

/// What became of a [`transact_write`](crate::Client::transact_write).
#[derive(Debug, Clone, PartialEq)]
pub enum Transaction {
    /// All operations happened. For each, in their order, what it wrote.
    Committed(Vec<Committed>),
    /// None happened. For each operation, in their order, whether it is why.
    Cancelled(Vec<Cancellation>),
}

impl Transaction {
    /// Whether all operations happened.
    #[must_use]
    pub fn is_committed(&self) -> bool {
        matches!(self, Self::Committed(_))
    }
}

/// What an operation of a transaction wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// The version as written. `None` for what deletes or checks.
    pub version: Option<Version>,
    /// When it expires, if the operation gave a TTL.
    pub expire_time: Option<SystemTime>,
}

/// What an operation had to do with the end of its transaction.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Cancellation {
    /// Why it cancelled the transaction, if it did.
    pub reason: CancelReason,
    /// With `return_current`, for a set or delete: the entry as it is, if there is one.
    pub current: Option<Entry>,
    /// With `return_current`, for the other kinds: the item as it is, if there is one.
    pub current_item: Option<Item>,
}

/// Why an operation cancelled its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CancelReason {
    /// It did not.
    None,
    /// Its condition did not hold.
    ConditionFailed,
    /// Another transaction or write touched the item.
    Conflict,
    /// DynamoDB throttled it.
    Throttled,
    /// The item collection has reached 10 GB.
    ItemCollectionFull,
    /// The update does not fit the stored item.
    NotApplicable,
}

impl CancelReason {
    /// The reason as the proto spells it, such as `CONDITION_FAILED`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::ConditionFailed => "CONDITION_FAILED",
            Self::Conflict => "CONFLICT",
            Self::Throttled => "THROTTLED",
            Self::ItemCollectionFull => "ITEM_COLLECTION_FULL",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

pub(crate) fn request(
    operations: impl IntoIterator<Item = impl Into<TransactOperation>>,
    table: &str,
) -> pb::TransactWriteRequest {
    let mut operations: Vec<_> = operations.into_iter().map(|operation| operation.into().0).collect();
    for operation in operations.iter_mut().filter(|operation| operation.table.is_empty()) {
        table.clone_into(&mut operation.table);
    }
    pb::TransactWriteRequest { operations, request_id: String::new(), return_consumed_capacity: false }
}

impl Write for pb::TransactWriteRequest {}

impl Operation for pb::TransactWriteRequest {
    type Output = Transaction;
    rpc!(TRANSACT_WRITE, transact_write, TransactWriteResponse);

    fn request_id(&mut self) -> Option<&mut String> {
        Some(&mut self.request_id)
    }

    /// Deletes and checks leave no version behind by which a repeat could be recognised: a transaction of nothing else
    /// is sent once.
    fn method(&self) -> Method {
        use pb::transact_write_operation::Kind;
        let leaves_version = |operation: &pb::TransactWriteOperation| {
            matches!(operation.kind, Some(Kind::Set(_) | Kind::PutItem(_) | Kind::UpdateItem(_)))
        };
        if self.operations.iter().any(leaves_version) {
            Self::METHOD
        } else {
            Method { idempotency: Idempotency::Unknown, ..Self::METHOD }
        }
    }

    fn read(&self, response: pb::TransactWriteResponse) -> Result<Transaction, Status> {
        use pb::transact_write_response::Outcome;
        if response.results.len() != self.operations.len() {
            return Err(unreadable("another number of results than the call has operations"));
        }
        match response.outcome() {
            Outcome::Committed => {
                response.results.into_iter().map(committed).collect::<Result<_, _>>().map(Transaction::Committed)
            }
            Outcome::Cancelled => {
                response.results.into_iter().map(cancellation).collect::<Result<_, _>>().map(Transaction::Cancelled)
            }
            Outcome::Unspecified => Err(unreadable("no known outcome")),
        }
    }
}

fn committed(result: pb::TransactWriteResult) -> Result<Committed, Status> {
    Ok(Committed { version: result.version.map(Version::from), expire_time: time(result.expire_time)? })
}

fn cancellation(result: pb::TransactWriteResult) -> Result<Cancellation, Status> {
    use pb::transact_write_result::Reason;
    let reason = match result.reason() {
        Reason::None => CancelReason::None,
        Reason::ConditionFailed => CancelReason::ConditionFailed,
        Reason::Conflict => CancelReason::Conflict,
        Reason::Throttled => CancelReason::Throttled,
        Reason::ItemCollectionFull => CancelReason::ItemCollectionFull,
        Reason::NotApplicable => CancelReason::NotApplicable,
        Reason::Unspecified => return Err(unreadable("no known reason")),
    };
    let current_item = result.current_item.map(value::item).transpose()?;
    Ok(Cancellation { reason, current: entry(result.current)?, current_item })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::TRANSACT_WRITE;

    #[test]
    fn what_could_not_be_recognised_is_sent_once() {
        let request = |operations: Vec<TransactOperation>| pb::TransactWriteRequest {
            operations: operations.into_iter().map(|operation| operation.0).collect(),
            ..Default::default()
        };
        let deletes = request(vec![TransactOperation::delete("cart").into()]);
        assert_eq!(deletes.method().idempotency, Idempotency::Unknown);
        let both = vec![TransactOperation::delete("cart").into(), TransactOperation::set("order", "placed").into()];
        assert_eq!(request(both).method(), TRANSACT_WRITE);
    }
}
