//! Transactions: all operations or none, with the reasons if none.
//!
//! Every operation that writes an entry carries the condition that it has not done so yet (`NOT version = :nonce`).
//! So whoever repeats a transaction that has been committed, after a lost answer or a restart, is cancelled on an item
//! that carries our own nonce, and that means: committed.

use std::sync::Arc;

use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update as UpdateRequest,
};
use futures_util::FutureExt;

use super::aws_error::{Cancellation, CancellationKind, Failure, FailureKind};
use super::capacity::Capacity;
use super::digest::Digest;
use super::error::{Error, Upstream};
use super::layout::Item;
use super::prepare::{Kind, Prepared};
use super::purge::Expired;
use super::set::Written;
use super::transact::{check_distinct, name_table};
use super::{Attempts, Deadline, Driver, Pacing};
use crate::model::{Entry, RequestId, Transaction};

/// What became of a transaction.
#[derive(Debug, Clone)]
pub enum TransactOutcome {
    /// All operations happened; for each that writes, what it has written.
    Committed(Vec<Option<Written>>),
    /// None happened; for each why it was in the way, if it was.
    Cancelled(Vec<Cancelled>),
}

/// Why an operation cancelled its transaction, or that it did not.
#[derive(Debug, Clone)]
pub struct Cancelled {
    /// Why.
    pub reason: CancelReason,
    /// If the caller asked and the condition failed: what is there.
    pub current: Current,
}

/// Why an operation cancelled its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What a condition failed on.
#[derive(Debug, Clone)]
pub enum Current {
    /// The caller did not ask, or there is nothing.
    Nothing,
    /// The entry.
    Entry(Entry),
    /// The item.
    Item(Item),
}

/// How a transaction ended.
enum Ended {
    Committed,
    /// An earlier attempt had committed it, as the items show that came with these reasons.
    Found(Vec<Cancellation>),
    Cancelled(Vec<Cancellation>),
}

/// What a cancellation means.
enum Judgement {
    Ended(Ended),
    /// Expired items were in the way, those of these operations.
    Purge(Vec<usize>),
    /// It may go through a moment later.
    Again(FailureKind),
    /// DynamoDB refused this operation.
    Refused(usize),
}

impl Driver {
    /// Carries out operations on up to 100 items, all or none.
    ///
    /// # Contract
    /// Time stands still for the call: expiry is judged as of its beginning. Expired items are absent.
    ///
    /// # Cost
    /// Two writes for each operation; and one for each expired item that is in the way.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the index of the operation. [`Error::TransactionConflict`], [`Error::Throttled`] if that is
    /// all that stayed in the way. [`Error::OutcomeUnknown`] if an answer was lost for good.
    pub async fn transact_write(
        &self,
        transaction: Transaction,
        wants_capacity: bool,
        deadline: Deadline,
    ) -> Result<(TransactOutcome, Capacity), Error> {
        let id = self.transaction_id(&transaction);
        let operations = self.prepare(transaction.operations, id, deadline).await?;
        check_distinct(operations.iter().map(|operation| (&*operation.table, &operation.key)))?;
        let token = token(id, &operations, wants_capacity);
        let (outcome, consumed) = self.run(&operations, &token, wants_capacity, deadline).await?;
        let outcome = match outcome {
            Ended::Committed => TransactOutcome::Committed(operations.into_iter().map(|op| op.written).collect()),
            Ended::Found(reasons) => {
                TransactOutcome::Committed(operations.into_iter().zip(reasons).map(as_stored).collect())
            }
            Ended::Cancelled(reasons) => {
                let reasons = operations.iter().zip(reasons).map(|(operation, reason)| self.explain(operation, reason));
                TransactOutcome::Cancelled(reasons.collect())
            }
        };
        Ok((outcome, consumed))
    }

    /// Sends the transaction until it is committed or cancelled for good.
    async fn run(
        &self,
        operations: &[Prepared],
        token: &str,
        wants_capacity: bool,
        deadline: Deadline,
    ) -> Result<(Ended, Capacity), Error> {
        let inner = &*self.0;
        let mut attempts = Attempts::new(&inner.runtime, &inner.budget, Pacing::patient(deadline));
        let mut in_doubt = false;
        let mut consumed = Capacity::default();
        let entry_key = |operation: &Prepared| Some((Arc::clone(&operation.table), operation.key.entry_key()?));
        let keys: Vec<_> = operations.iter().filter_map(entry_key).collect();
        loop {
            let mut claims = Vec::with_capacity(keys.len());
            for (table, key) in &keys {
                claims.extend(table.lanes.claims.single_until(key, deadline).await);
            }
            let sent = attempts.make(self.send_transaction(operations, token, wants_capacity)).await;
            drop(claims);
            let mut failure = match sent {
                Ok(charged) => {
                    consumed += charged;
                    return Ok((Ended::Committed, consumed));
                }
                Err(failure) => failure,
            };
            if let FailureKind::Cancelled(reasons) = failure.kind {
                match judge(operations, reasons) {
                    Judgement::Ended(ended) => return Ok((ended, consumed)),
                    Judgement::Purge(expired) => match self.purge(operations, &expired, wants_capacity, deadline).await
                    {
                        Ok(charged) => {
                            consumed += charged;
                            continue;
                        }
                        // With the expired item out of its way, an earlier attempt may yet go through.
                        Err(_) if in_doubt => return Err(Error::OutcomeUnknown(failure.upstream)),
                        Err(error) => return Err(error),
                    },
                    Judgement::Refused(index) => return Err(refused(operations, Some(index), failure.upstream)),
                    Judgement::Again(kind) => failure.kind = kind,
                }
            }
            in_doubt |= failure.kind.may_have_happened();
            if !attempts.another_after(&failure.kind).await {
                return Err(match failure.kind {
                    _ if in_doubt => failure.into_unknown(),
                    FailureKind::Refused => refused(operations, None, failure.upstream),
                    _ => name_table(failure, operations.iter().map(|operation| &*operation.table)),
                });
            }
        }
    }

    async fn send_transaction(
        &self,
        operations: &[Prepared],
        token: &str,
        wants_capacity: bool,
    ) -> Result<Capacity, Failure> {
        let items = operations.iter().map(request).collect::<Result<_, _>>()?;
        let answer = self
            .0
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .client_request_token(token)
            .set_return_consumed_capacity(Capacity::request(wants_capacity))
            .send()
            .boxed()
            .await?;
        Ok(Capacity::of(answer.consumed_capacity.as_deref().unwrap_or_default()))
    }

    /// Deletes expired items that were in the way.
    async fn purge(
        &self,
        operations: &[Prepared],
        expired: &[usize],
        wants_capacity: bool,
        deadline: Deadline,
    ) -> Result<Capacity, Error> {
        let mut consumed = Capacity::default();
        for operation in expired.iter().filter_map(|index| operations.get(*index)) {
            let Prepared { table, layout, key_attributes: key, now, .. } = operation;
            consumed += self.0.purge(Expired { table, layout, key, now: *now }, wants_capacity, deadline).await?;
        }
        Ok(consumed)
    }

    /// A reason as callers see it. What has expired is not shown as current.
    fn explain(&self, operation: &Prepared, cancellation: Cancellation) -> Cancelled {
        let reason = match cancellation.kind {
            CancellationKind::None => CancelReason::None,
            CancellationKind::ConditionFailed => CancelReason::ConditionFailed,
            CancellationKind::Conflict => CancelReason::Conflict,
            CancellationKind::Throttled => CancelReason::Throttled,
            CancellationKind::ItemCollectionFull => CancelReason::ItemCollectionFull,
            CancellationKind::NotApplicable | CancellationKind::OtherKeySchema | CancellationKind::Refused => {
                CancelReason::NotApplicable
            }
        };
        let now = self.0.runtime.clock.now();
        let item = cancellation.item.filter(|item| operation.return_current && operation.layout.is_alive(item, now));
        let current = match item {
            None => Current::Nothing,
            // One that holds what DynaKV does not read is left out: the outcome does not depend on it.
            Some(item) if operation.is_entry => operation.layout.entry(item).map_or(Current::Nothing, Current::Entry),
            Some(item) => Current::Item(item),
        };
        Cancelled { reason, current }
    }
}

/// What an operation has written, as the stored item shows: an earlier attempt has begun its TTL.
fn as_stored((operation, found): (Prepared, Cancellation)) -> Option<Written> {
    let Prepared { layout, written, nonce, .. } = operation;
    let ours = found.item.filter(|item| nonce.is_some_and(|nonce| layout.was_written_by(item, nonce)));
    written.map(|written| match ours {
        Some(item) if written.expire_time.is_some() => Written { expire_time: layout.expire_time(&item), ..written },
        Some(_) | None => written,
    })
}

/// What DynamoDB recognises the transaction by. It has to cover all that is sent: DynamoDB refuses a token that comes
/// again with another request. So a repeat is recognised by its token while nothing in it depends on the time, and
/// otherwise by the versions that it has written.
fn token(id: RequestId, operations: &[Prepared], wants_capacity: bool) -> String {
    let mut digest = Digest::new(id);
    digest.bytes(&[u8::from(wants_capacity)]);
    for Prepared { kind, table, attributes, rendered, .. } in operations {
        digest.bytes(kind.name().as_bytes());
        digest.bytes(table.physical_name().as_bytes());
        digest.attributes(attributes);
        digest.rendered(rendered);
    }
    digest.into_token()
}

/// What a cancellation means. The order of the questions matters: a commit, once seen, outweighs everything.
fn judge(operations: &[Prepared], reasons: Vec<Cancellation>) -> Judgement {
    // DynamoDB gives a reason for each operation. Whatever gives another number has not been understood.
    if reasons.len() != operations.len() {
        return Judgement::Again(FailureKind::Unavailable);
    }
    let with_reasons = || operations.iter().zip(&reasons).enumerate();
    let shows_commit = |operation: &Prepared, item: &Item| {
        operation.nonce.is_some_and(|nonce| operation.layout.was_written_by(item, nonce))
    };
    if with_reasons()
        .any(|(_, (operation, reason))| reason.item.as_ref().is_some_and(|item| shows_commit(operation, item)))
    {
        return Judgement::Ended(Ended::Found(reasons));
    }
    let is_expired = |operation: &Prepared, item: &Item| !operation.layout.is_alive(item, operation.now);
    let expired: Vec<usize> = with_reasons()
        .filter(|(_, (operation, reason))| reason.item.as_ref().is_some_and(|item| is_expired(operation, item)))
        .map(|(index, _)| index)
        .collect();
    if !expired.is_empty() {
        return Judgement::Purge(expired);
    }
    if let Some((index, _)) = with_reasons().find(|(_, (_, reason))| reason.kind == CancellationKind::Refused) {
        return Judgement::Refused(index);
    }
    let all_are = |allowed: &[CancellationKind]| reasons.iter().all(|reason| allowed.contains(&reason.kind));
    let any_is = |kind| reasons.iter().any(|reason| reason.kind == kind);
    if any_is(CancellationKind::OtherKeySchema) {
        return Judgement::Again(FailureKind::OtherKeySchema);
    }
    if all_are(&[CancellationKind::None, CancellationKind::Conflict, CancellationKind::Throttled]) {
        let is_conflict = any_is(CancellationKind::Conflict);
        return Judgement::Again(if is_conflict { FailureKind::Conflict } else { FailureKind::Throttled });
    }
    Judgement::Ended(Ended::Cancelled(reasons))
}

/// An operation that DynamoDB refused: the caller's expression, or else our own fault.
///
/// If DynamoDB does not say which operation it means, and several have expressions, its message has to do.
fn refused(operations: &[Prepared], index: Option<usize>, upstream: Upstream) -> Error {
    let with_expressions =
        || operations.iter().enumerate().filter(|(_, operation)| !operation.caller_fields.is_empty());
    let mut candidates = with_expressions().filter(|(at, _)| index.is_none_or(|index| index == *at));
    let field = match (candidates.next(), candidates.next()) {
        (Some((at, operation)), None) => match operation.caller_fields.refused(&upstream) {
            Some(field) => format!("operations[{at}].{}.{field}", operation.message),
            None => return Error::Internal(upstream),
        },
        (Some(_), Some(_)) => "operations".to_owned(),
        (None, _) => return Error::Internal(upstream),
    };
    Error::InvalidExpression { field, upstream }
}

/// An operation as DynamoDB takes it. All answer a failed condition with the item that it failed on.
fn request(operation: &Prepared) -> Result<TransactWriteItem, Failure> {
    const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;
    let Prepared { kind, table, attributes, rendered, .. } = operation;
    let table = table.physical_name();
    let names = (!rendered.names.is_empty()).then(|| rendered.names.clone());
    let values = (!rendered.values.is_empty()).then(|| rendered.values.clone());
    let condition = rendered.condition.clone();
    macro_rules! build {
        ($builder:expr) => {
            $builder
                .table_name(table)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(ALL_OLD)
                .build()
                .map_err(Failure::unbuildable)?
        };
    }
    let item = TransactWriteItem::builder();
    let attributes = Some(attributes.clone());
    Ok(match kind {
        Kind::Put => item.put(build!(Put::builder().set_item(attributes).set_condition_expression(condition))),
        Kind::Delete => item.delete(build!(Delete::builder().set_key(attributes).set_condition_expression(condition))),
        Kind::Update => {
            let update = UpdateRequest::builder().set_key(attributes).set_update_expression(rendered.update.clone());
            item.update(build!(update.set_condition_expression(condition)))
        }
        Kind::Check => {
            let check = ConditionCheck::builder().set_key(attributes).set_condition_expression(condition);
            item.condition_check(build!(check))
        }
    }
    .build())
}
