use super::operation::{check_distinct, explain_size, name_table, within};
use super::prepare::Operation;
use crate::driver::deadline::Deadline;
use crate::driver::error::{Error, Upstream};
use crate::driver::handle::Driver;
use crate::driver::store::{Digest, Item};
use crate::driver::upstream::{CancelReason, Cancellation, CancellationKind, Capacity, Validation};
use crate::driver::write::{TransactionEnd, TransactionPart, TransactionWrite, Written};
use crate::model::{Entry, Invalid, RequestId, Transaction, Violation};

/// The outcome of a transaction.
#[derive(Debug, Clone)]
pub enum TransactOutcome {
    /// All operations happened. Has the result of each operation that writes.
    Committed(Vec<Option<Written>>),
    /// No operation happened. Has a reason for each operation.
    Cancelled(Vec<Cancelled>),
}

/// Why one operation cancelled the transaction, if it did.
#[derive(Debug, Clone)]
pub struct Cancelled {
    /// The reason.
    pub reason: CancelReason,
    /// What is stored, if the condition failed and the caller asked for it.
    pub current: Current,
}

/// The stored entry or item on which a condition failed.
#[derive(Debug, Clone)]
pub enum Current {
    /// The caller did not ask, or there is nothing.
    Nothing,
    /// The entry.
    Entry(Entry),
    /// The item.
    Item(Item),
}

impl Driver {
    /// Carries out operations on up to 100 items, all or none.
    ///
    /// # Contract
    /// Expiry is judged as of the start of the call. Expired items are absent.
    ///
    /// # Cost
    /// Two writes for each operation, and one for each expired item on which a condition fails.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the index of the operation. [`Error::TransactionConflict`] or [`Error::Throttled`] if these were
    /// the only reasons. [`Error::OutcomeUnknown`] if an answer was lost and no later attempt showed the outcome.
    pub async fn transact_write(
        &self,
        transaction: Transaction,
        wants_capacity: bool,
        deadline: Deadline,
    ) -> Result<(TransactOutcome, Capacity), Error> {
        let id = self.transaction_id(&transaction);
        let (operations, parts) = self.prepare(transaction.operations, id, deadline).await?;
        check_distinct(operations.iter().zip(&parts).map(|(operation, part)| (&*part.table, &operation.key)))?;
        let write = TransactionWrite {
            core: &self.core,
            parts: &parts,
            token: &token(id, &parts, wants_capacity),
            wants_capacity,
            deadline,
            started_at: self.core.now(),
            consumed: Capacity::default(),
            was_sent: false,
            is_in_doubt: false,
        };
        let tables = || parts.iter().map(|part| &*part.table);
        let ended = write.run(|failure| name_table(failure, tables())).await;
        let (end, consumed) = ended.map_err(|error| match error {
            // DynamoDB refuses some values for the keys of indexes before it looks at the operations one by one.
            Error::UpdateNotApplicable(upstream) => refused_value((&operations, &parts), upstream),
            other => other,
        })?;
        let outcome = match end {
            TransactionEnd::Committed => {
                TransactOutcome::Committed(operations.into_iter().map(|operation| operation.written).collect())
            }
            TransactionEnd::Found(reasons) => {
                let found = operations.into_iter().zip(&parts).zip(reasons);
                let stored = found.map(|((operation, part), reason)| as_stored(operation, part, reason));
                TransactOutcome::Committed(stored.collect())
            }
            TransactionEnd::Cancelled(reasons) => {
                let cancelled = operations.iter().zip(&parts).zip(reasons);
                TransactOutcome::Cancelled(
                    cancelled.map(|(operation, reason)| self.explain(operation, reason)).collect(),
                )
            }
            TransactionEnd::Refused(index, upstream) => return Err(refused((&operations, &parts), index, upstream)),
        };
        Ok((outcome, consumed))
    }

    /// A reason as callers see it. An expired item is not shown as current.
    fn explain(&self, (operation, part): (&Operation, &TransactionPart), cancellation: Cancellation) -> Cancelled {
        let now = self.core.now();
        let shown = |item: &Item| part.layout.is_alive(item, now);
        let foreign = cancellation.item.as_ref().filter(|item| shown(item) && part.plan.fits(&part.layout, item));
        let reason = match cancellation.kind {
            // A partial update does not overwrite a version that DynaKV did not write.
            CancellationKind::Reason(CancelReason::ConditionFailed)
                if foreign.is_some_and(|item| part.layout.foreign_version(item).is_some()) =>
            {
                CancelReason::NotApplicable
            }
            CancellationKind::Reason(reason) => reason,
            CancellationKind::IndexKey | CancellationKind::OtherKeySchema | CancellationKind::Refused => {
                CancelReason::NotApplicable
            }
        };
        let item = cancellation.item.filter(|item| operation.return_current && shown(item));
        let current = match item {
            None => Current::Nothing,
            // An entry with an attribute of an unsupported type is left out. The outcome does not depend on it.
            Some(item) if operation.is_entry => part.layout.entry(item).map_or(Current::Nothing, Current::Entry),
            Some(item) => Current::Item(item),
        };
        Cancelled { reason, current }
    }
}

/// The result of an operation, with the expiry time of the stored item: an earlier attempt started its TTL.
fn as_stored(operation: Operation, part: &TransactionPart, found: Cancellation) -> Option<Written> {
    let ours = found.item.filter(|item| part.wrote(item));
    operation.written.map(|written| match ours {
        Some(item) if written.expire_time.is_some() => {
            Written { expire_time: part.layout.expire_time(&item), ..written }
        }
        Some(_) | None => written,
    })
}

/// The ClientRequestToken, by which DynamoDB recognises a repeat of the transaction. It covers the whole request, since
/// DynamoDB refuses a known token with another request. If the request depends on the time, a repeat has another token, and is
/// recognised by the versions that the transaction wrote.
fn token(id: RequestId, parts: &[TransactionPart], wants_capacity: bool) -> String {
    let mut digest = Digest::new(id);
    digest.bytes(&[u8::from(wants_capacity)]);
    for part in parts {
        digest.bytes(part.action_name().as_bytes());
        digest.bytes(part.table.physical_name().as_bytes());
        digest.attributes(&part.attributes);
        part.rendered.digest(&mut digest);
    }
    digest.into_token()
}

/// The error for a refused request: names the caller's field, or is a bug of ours if the caller wrote none of it.
///
/// If DynamoDB does not say which operation it refused, and it can have meant several, the error names the field `operations`.
fn refused((operations, parts): (&[Operation], &[TransactionPart]), index: Option<usize>, upstream: Upstream) -> Error {
    let mut candidates = operations
        .iter()
        .zip(parts)
        .enumerate()
        .filter(|(at, _)| index.is_none_or(|index| index == *at))
        .filter(|(_, (_, part))| part.plan.may_be_meant(&part.layout, &upstream));
    match (candidates.next(), candidates.next()) {
        (Some((at, (operation, part))), None) => {
            let error = part.plan.explain(&part.layout, upstream);
            within(error.within(operation.message), at)
        }
        (Some(_), Some(_)) => several_are_meant(upstream),
        (None, _) => explain_size(Error::Internal(upstream)),
    }
}

fn several_are_meant(upstream: Upstream) -> Error {
    let field = "operations".to_owned();
    match upstream.message() {
        Some(message) if Validation::of(message) == Validation::IndexKey => {
            let invalid = Invalid::new(format!("have a value that does not fit the key of an index: {message}"));
            Violation { field, invalid }.into()
        }
        Some(_) | None => Error::InvalidExpression { field, upstream },
    }
}

/// The error for a value that fits no index, if DynamoDB does not say in which operation.
fn refused_value(operations: (&[Operation], &[TransactionPart]), upstream: Upstream) -> Error {
    let is_put = |part: &TransactionPart| part.plan.may_be_meant(&part.layout, &upstream);
    if operations.1.iter().any(is_put) {
        refused(operations, None, upstream)
    } else {
        Error::UpdateNotApplicable(upstream)
    }
}
