//! How a write of an item is sent, and what becomes of it when an answer is lost; see `attempt`.

use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use futures_util::FutureExt;

use super::{Content, ItemPlan, Items};
use crate::driver::Attempts;
use crate::driver::Pacing;
use crate::driver::attempt::{InDoubt, Sent, some};
use crate::driver::aws_error::{Failure, FailureKind};
use crate::driver::capacity::Capacity;
use crate::driver::condition::Rendered;
use crate::driver::error::Error;
use crate::driver::layout::Item;
use crate::driver::nonce::Nonce;
use crate::driver::purge::Expired;
use crate::driver::read::Consistency;
use crate::model::Millis;

/// A write, and how it is to be answered.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) plan: ItemPlan,
    /// What to do after an ambiguous attempt.
    pub(super) in_doubt: InDoubt,
    pub(super) return_values: ReturnValue,
    pub(super) wants_capacity: bool,
}

impl Items {
    /// Sends a write until its outcome is known or cannot be. An expired item that its condition fails on is deleted.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] or [`Error::DeadlineExceeded`] if some attempt may have happened; any other error means
    /// that none did.
    pub(super) async fn send(&self, write: &Write) -> Result<(Sent, Capacity), Error> {
        let mut attempts = Attempts::new(&self.driver.runtime, &self.driver.budget, Pacing::new(self.deadline));
        let mut consumed = Capacity::default();
        let mut doubt = None;
        let key = write.plan.key.entry_key();
        loop {
            let _claim = match &key {
                Some(key) => self.table.lanes.claims.single_until(key, self.deadline).await,
                None => None,
            };
            let now = self.now();
            let rendered = write.plan.render(now)?;
            let failure = match attempts.make(self.attempt(write, rendered)).await {
                Ok((item, charged)) => {
                    consumed += charged;
                    return Ok((Sent::Applied { item, doubt }, consumed));
                }
                Err(failure) => failure,
            };
            if let FailureKind::ConditionFailed(old) = failure.kind {
                match old {
                    Some(item) if self.is_ours(write, &item) => return Ok((Sent::Found(item), consumed)),
                    Some(item) if !self.layout.is_alive(&item, now) => match self.purge(write, now).await {
                        Ok(charged) => consumed += charged,
                        Err(error) => return Err(doubt.map_or(error, Failure::into_unknown)),
                    },
                    old => return Ok((Sent::Refused { old, doubt }, consumed)),
                }
                continue;
            }
            let is_ambiguous = failure.kind.may_have_happened();
            if let (true, InDoubt::LookFor(nonce)) = (is_ambiguous, write.in_doubt) {
                return self.look_for(write, nonce, failure).await.map(|item| (Sent::Found(item), consumed));
            }
            if !attempts.another_after(&failure.kind).await {
                let unknown = is_ambiguous || doubt.is_some();
                return Err(if unknown { failure.into_unknown() } else { self.error(write, failure) });
            }
            if is_ambiguous {
                doubt = Some(failure);
            }
        }
    }

    /// Whether this write, in an earlier attempt or call, was the last to write the item.
    fn is_ours(&self, write: &Write, item: &Item) -> bool {
        write.plan.nonce.is_some_and(|nonce| self.layout.was_written_by(item, nonce))
    }

    async fn purge(&self, write: &Write, now: Millis) -> Result<Capacity, Error> {
        let expired = Expired { table: &self.table, layout: &self.layout, key: &write.plan.key_attributes, now };
        self.driver.purge(expired, write.wants_capacity, self.deadline).await
    }

    /// The item, if the write with this nonce made it.
    async fn look_for(&self, write: &Write, nonce: Nonce, failure: Failure) -> Result<Item, Error> {
        match self.read(&write.plan.key_attributes, Consistency::Strong).await {
            Ok(Some(item)) if self.layout.was_written_by(&item, nonce) => Ok(item),
            Ok(_) | Err(_) => Err(failure.into_unknown()),
        }
    }

    /// The failure as the end of a write that certainly did not happen.
    fn error(&self, write: &Write, failure: Failure) -> Error {
        write.plan.caller_fields.blame(self.table.end(failure))
    }

    /// Sends a write once. A failed condition answers with the item that it failed on: it costs nothing, and it may carry
    /// our nonce or have expired.
    async fn attempt(&self, write: &Write, rendered: Rendered) -> Result<(Option<Item>, Capacity), Failure> {
        let Write { plan, return_values, wants_capacity, in_doubt: _ } = write;
        let on_failure = rendered.condition.as_ref().map(|_| ReturnValuesOnConditionCheckFailure::AllOld);
        macro_rules! send {
            ($request:expr) => {{
                let request = $request
                    .table_name(self.table.physical_name())
                    .set_return_values_on_condition_check_failure(on_failure)
                    .set_condition_expression(rendered.condition)
                    .set_expression_attribute_names(some(rendered.names))
                    .set_expression_attribute_values(some(rendered.values))
                    .return_values(return_values.clone())
                    .set_return_consumed_capacity(Capacity::request(*wants_capacity));
                let answer = request.send().boxed().await?;
                Ok((answer.attributes, Capacity::of(answer.consumed_capacity.as_slice())))
            }};
        }
        let client = &self.driver.client;
        let key = || Some(plan.key_attributes.clone());
        match &plan.content {
            Content::Item(item) => send!(client.put_item().set_item(Some(item.clone()))),
            Content::Update(..) => send!(client.update_item().set_key(key()).set_update_expression(rendered.update)),
            Content::Nothing => send!(client.delete_item().set_key(key())),
        }
    }
}
