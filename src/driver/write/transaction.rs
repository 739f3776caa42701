//! Sends a transaction: all writes or none.
//!
//! All attempts have the same token, by which DynamoDB recognises a repeat. So a transaction is sent again while it is in doubt,
//! also one of only deletes and checks.
//!
//! Every part that writes has the condition `NOT version = :nonce`. So if a committed transaction is sent again, after a lost
//! answer or a restart, DynamoDB cancels it and returns an item that has our nonce. This proves that it was committed.

use std::sync::Arc;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsInput;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use super::claim::claim;
use super::plan::{Action, WritePlan};
use super::purge::Expired;
use crate::driver::deadline::Deadline;
use crate::driver::error::{Error, Upstream};
use crate::driver::expression::Rendered;
use crate::driver::store::{Item, Layout, some_unless_empty};
use crate::driver::table::{Core, Table};
use crate::driver::upstream::{
    Attempts, Call, CancelReason, Cancellation, CancellationKind, Capacity, Failure, FailureKind, Paced, Patience,
    Verdict,
};
use crate::model::Millis;

/// One write or check of a transaction, rendered as of the time at which the transaction judges expiry.
#[derive(Debug)]
pub(crate) struct TransactionPart {
    pub(crate) table: Arc<Table>,
    /// The table's layout, with the partition key that DynamoDB reports.
    pub(crate) layout: Layout,
    pub(crate) plan: WritePlan,
    /// The whole item of a put; for anything else the primary key.
    pub(crate) attributes: Item,
    pub(crate) rendered: Rendered,
    pub(crate) now: Millis,
}

/// How a transaction ended.
pub(crate) enum TransactionEnd {
    Committed,
    /// An earlier attempt committed it, as the items in these reasons show.
    Found(Vec<Cancellation>),
    Cancelled(Vec<Cancellation>),
    /// DynamoDB refused the request; with the index of the part, if DynamoDB says which.
    Refused(Option<usize>, Upstream),
}

/// A transaction, ready to be sent.
pub(crate) struct TransactionWrite<'a> {
    pub(crate) core: &'a Core,
    pub(crate) parts: &'a [TransactionPart],
    /// The ClientRequestToken, by which DynamoDB recognises a repeat.
    pub(crate) token: &'a str,
    pub(crate) wants_capacity: bool,
    pub(crate) deadline: Deadline,
    /// The time of the first attempt.
    pub(crate) started_at: Millis,
    pub(crate) consumed: Capacity,
    pub(crate) was_sent: bool,
    /// Whether an attempt so far was ambiguous.
    pub(crate) is_in_doubt: bool,
}

/// How long DynamoDB recognises the token of a transaction that it has committed. "Do not resubmit the same request with the same
/// client token for more than 10 minutes, or the result might not be idempotent." Source: `TransactWriteItems`, Amazon DynamoDB
/// API Reference.
const TOKEN_MILLIS: Millis = 10 * 60 * 1000;

impl TransactionWrite<'_> {
    /// Sends the transaction until it is committed or cancelled for good. `error` names the tables in a failure.
    pub(crate) async fn run(
        mut self,
        error: impl Fn(Failure) -> Error + Send,
    ) -> Result<(TransactionEnd, Capacity), Error> {
        let mut attempts = Attempts::new(self.deadline, Patience::Throttles);
        let core = self.core;
        let mut call = TransactionCall { write: &mut self, error };
        let end = core.dispatcher.run(&mut attempts, &mut call).await?;
        Ok((end, self.consumed))
    }

    async fn attempt(&mut self) -> Result<Capacity, Failure> {
        self.was_sent = false;
        let keys = self.parts.iter().map(|part| (&*part.table, part.plan.target.key()));
        let _guards = claim(keys, self.deadline).await?;
        if self.is_in_doubt && self.core.now() - self.started_at >= TOKEN_MILLIS {
            // An earlier attempt may have committed, and this one would do so once more.
            return Err(Failure::refused());
        }
        self.was_sent = true;
        let items = self.parts.iter().map(TransactionPart::request).collect::<Result<_, _>>()?;
        let request = TransactWriteItemsInput::builder()
            .set_transact_items(Some(items))
            .client_request_token(self.token)
            .set_return_consumed_capacity(Capacity::request(self.wants_capacity));
        let answer = self.core.dispatcher.send(request).await?;
        Ok(Capacity::of(answer.consumed_capacity.as_deref().unwrap_or_default()))
    }

    /// Decides what follows from a cancellation. Proof of a commit has to be looked for first.
    async fn judge(&mut self, reasons: Vec<Cancellation>, upstream: Upstream) -> Verdict<TransactionEnd> {
        // DynamoDB gives one reason for each part. Any other number is an unreadable answer.
        if reasons.len() != self.parts.len() {
            return Verdict::Again(Failure { kind: FailureKind::Unavailable, upstream });
        }
        let parts = || self.parts.iter().zip(&reasons);
        if parts().any(|(part, reason)| reason.item.as_ref().is_some_and(|item| part.wrote(item))) {
            return Verdict::Done(TransactionEnd::Found(reasons));
        }
        let is_expired = |part: &TransactionPart, item: &Item| !part.layout.is_alive(item, part.now);
        let expired: Vec<&TransactionPart> = parts()
            .filter(|(part, reason)| reason.item.as_ref().is_some_and(|item| is_expired(part, item)))
            .map(|(part, _)| part)
            .collect();
        if !expired.is_empty() {
            return match self.purge(&expired).await {
                Ok(consumed) => {
                    self.consumed += consumed;
                    Verdict::AtOnce
                }
                Err(error) => Verdict::Refused(Err(error)),
            };
        }
        if let Some(index) = parts().position(|(part, reason)| part.is_refused(reason)) {
            let message = reasons.get(index).and_then(|reason| reason.message.as_deref());
            return Verdict::Refused(Ok(TransactionEnd::Refused(Some(index), upstream.saying(message))));
        }
        match transient_cause(&reasons) {
            Some(kind) => Verdict::Again(Failure { kind, upstream }),
            // If an earlier attempt is in doubt, it has not committed before this one, or DynamoDB would have recognised the
            // token. But DynamoDB remembers only what has committed: if the attempt arrives later, it may still commit.
            None => Verdict::Refused(Ok(TransactionEnd::Cancelled(reasons))),
        }
    }

    async fn purge(&self, expired: &[&TransactionPart]) -> Result<Capacity, Error> {
        let mut consumed = Capacity::default();
        for TransactionPart { table, layout, plan, now, .. } in expired {
            let expired = Expired { table, layout, target: &plan.target, now: *now };
            consumed += self.core.purge(expired, self.wants_capacity, self.deadline).await?;
        }
        Ok(consumed)
    }
}

/// The failure for a cancellation that only conflicts, throttles or another key schema caused; `None` for any other.
fn transient_cause(reasons: &[Cancellation]) -> Option<FailureKind> {
    let any_is = |kind| reasons.iter().any(|reason| reason.kind == kind);
    let only_transient = reasons.iter().all(|reason| {
        matches!(
            reason.kind,
            CancellationKind::Reason(CancelReason::None | CancelReason::Conflict | CancelReason::Throttled)
        )
    });
    match () {
        () if any_is(CancellationKind::OtherKeySchema) => Some(FailureKind::OtherKeySchema),
        () if only_transient && any_is(CancellationKind::Reason(CancelReason::Conflict)) => Some(FailureKind::Conflict),
        () if only_transient => Some(FailureKind::Throttled),
        () => None,
    }
}

struct TransactionCall<'a, 'w, E> {
    write: &'a mut TransactionWrite<'w>,
    error: E,
}

impl<E: Fn(Failure) -> Error + Send> Call for TransactionCall<'_, '_, E> {
    type Answer = Capacity;
    type Outcome = TransactionEnd;

    async fn attempt(&mut self) -> Result<Capacity, Failure> {
        self.write.attempt().await
    }

    fn was_sent(&self) -> bool {
        self.write.was_sent
    }

    /// Paced by the table of its first part: one is enough to slow a transaction down, and most transactions have one table.
    fn paced(&self) -> Option<Paced<'_>> {
        let pacer = &self.write.parts.first()?.table.queues.pacers.writes;
        Some(Paced::new(pacer, None, self.write.parts.len()))
    }

    async fn judge(&mut self, result: Result<Capacity, Failure>) -> Verdict<TransactionEnd> {
        let verdict = match result {
            Ok(consumed) => {
                self.write.consumed += consumed;
                return Verdict::Done(TransactionEnd::Committed);
            }
            Err(Failure { kind: FailureKind::Cancelled(reasons), upstream }) => {
                self.write.judge(reasons, upstream).await
            }
            Err(failure) => Verdict::Again(failure),
        };
        if let Verdict::Again(failure) = &verdict {
            self.write.is_in_doubt |= self.is_ambiguous(&failure.kind);
        }
        verdict
    }

    fn give_up(&mut self, failure: Failure) -> Result<TransactionEnd, Error> {
        match failure {
            Failure { kind: FailureKind::Refused, upstream } => Ok(TransactionEnd::Refused(None, upstream)),
            failure => Err((self.error)(failure)),
        }
    }
}

impl TransactionPart {
    /// Whether this write was the last to write the item, in an earlier attempt or call.
    pub(crate) fn wrote(&self, item: &Item) -> bool {
        self.plan.wrote(&self.layout, item)
    }

    /// Whether DynamoDB refused this part as it was sent. A value of a put that does not fit the key of an index is the
    /// caller's; that of an update may come from the stored item.
    fn is_refused(&self, reason: &Cancellation) -> bool {
        let is_put = matches!(self.plan.action, Action::Put(_));
        reason.kind == CancellationKind::Refused || (reason.kind == CancellationKind::IndexKey && is_put)
    }

    /// DynamoDB's name of the action.
    pub(crate) fn action_name(&self) -> &'static str {
        match self.plan.action {
            Action::Put(_) => "Put",
            Action::Update(_) => "Update",
            Action::Delete => "Delete",
            Action::Check => "ConditionCheck",
        }
    }

    /// Builds the request. It asks for the item on which a condition fails.
    fn request(&self) -> Result<TransactWriteItem, Failure> {
        let Rendered { condition, update, names, values } = &self.rendered;
        macro_rules! build {
            ($builder:expr) => {
                $builder
                    .table_name(self.table.physical_name())
                    .set_expression_attribute_names(some_unless_empty(names.clone()))
                    .set_expression_attribute_values(some_unless_empty(values.clone()))
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                    .set_condition_expression(condition.clone())
                    .build()
                    .map_err(Failure::unbuildable)?
            };
        }
        let item = TransactWriteItem::builder();
        let attributes = Some(self.attributes.clone());
        Ok(match self.plan.action {
            Action::Put(_) => item.put(build!(Put::builder().set_item(attributes))),
            Action::Delete => item.delete(build!(Delete::builder().set_key(attributes))),
            Action::Update(_) => {
                let update = Update::builder().set_key(attributes).set_update_expression(update.clone());
                item.update(build!(update))
            }
            Action::Check => item.condition_check(build!(ConditionCheck::builder().set_key(attributes))),
        }
        .build())
    }
}
