//! How a write is sent, and what becomes of it when an answer is lost.
//!
//! An attempt is unambiguous when DynamoDB answered with a throttle, a failed condition or a validation error; it is
//! ambiguous after a 5xx, a reset, a timeout or an unreadable answer. An ambiguous write is never reported as a success
//! or as a lost race on a guess: either the stored item shows our nonce, or the caller is told that the outcome is
//! unknown.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use futures_util::FutureExt;

use super::KeyValues;
use super::aws_error::{Failure, FailureKind};
use super::condition::{Condition, Rendered, Update, render};
use super::error::Error;
use super::layout::{Item, NewValue};
use super::nonce::Nonce;
use super::read::{Consistency, Part};
use crate::model::{ExpireTime, Key};

/// One conditional or unconditional write of one item.
#[derive(Debug)]
pub(super) struct Write<'a> {
    pub(super) key: &'a Key,
    pub(super) action: Action<'a>,
    pub(super) condition: Option<Condition>,
    /// What to do after an ambiguous attempt.
    pub(super) in_doubt: InDoubt,
}

impl Write<'_> {
    /// Whether it replaces whatever is there and asks for nothing, so that it may share a call with others.
    fn is_plain(&self) -> bool {
        self.condition.is_none() && matches!(&self.action, Action::Put { answer: ReturnValue::None, .. })
    }
}

#[derive(Debug)]
pub(super) enum Action<'a> {
    /// Replaces the whole item.
    Put { value: NewValue<'a>, expire: Option<ExpireTime>, nonce: Nonce, answer: ReturnValue },
    /// Changes some attributes.
    Update { update: Update, answer: ReturnValue },
    /// Deletes the item and answers with it.
    Delete,
}

/// What an ambiguous attempt leads to.
#[derive(Debug, Clone, Copy)]
pub(super) enum InDoubt {
    /// The write is sent again: once or twice makes no difference, or the nonce in the old item tells.
    SendAgain,
    /// The write is not sent again; a strong read tells whether the item carries this nonce.
    LookFor(Nonce),
}

/// What became of a write.
#[derive(Debug)]
pub(super) enum Sent {
    /// It happened; with the item that the action answers with.
    Applied { item: Option<Item>, doubt: Option<Failure> },
    /// It happened, as the stored item shows; the answer was lost.
    Found(Item),
    /// The condition did not hold on this item.
    Refused { old: Option<Item>, doubt: Option<Failure> },
}

impl KeyValues {
    /// Sends a write until its outcome is known or cannot be.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] or [`Error::DeadlineExceeded`] if some attempt may have happened; any other error means
    /// that none did.
    pub(super) async fn send(&self, write: &Write<'_>) -> Result<Sent, Error> {
        let mut attempts = self.attempts();
        let mut doubt = None;
        loop {
            // A plain one claims its key when it knows whether it goes by itself.
            let keys = if write.is_plain() { &[] } else { std::slice::from_ref(write.key) };
            let claims = self.claim(keys).await;
            let result = attempts.make(self.attempt(write)).await;
            drop(claims);
            let failure = match result {
                Ok(item) => return Ok(Sent::Applied { item, doubt }),
                Err(Failure { kind: FailureKind::ConditionFailed(old), .. }) => {
                    return Ok(Sent::Refused { old, doubt });
                }
                Err(failure) => failure,
            };
            let is_ambiguous = failure.kind.may_have_happened();
            if let (true, InDoubt::LookFor(nonce)) = (is_ambiguous, write.in_doubt) {
                return self.look_for(write.key, nonce, failure).await.map(Sent::Found);
            }
            if !attempts.another_after(&failure.kind).await {
                let unknown = is_ambiguous || doubt.is_some();
                return Err(if unknown { failure.into_unknown() } else { self.table.end(failure) });
            }
            if is_ambiguous {
                doubt = Some(failure);
            }
        }
    }

    /// The item, if the write with this nonce made it.
    async fn look_for(&self, key: &Key, nonce: Nonce, failure: Failure) -> Result<Item, Error> {
        match self.read_item(key, Consistency::Strong, Part::Whole).await {
            Ok(Some(item)) if self.table.layout().was_written_by(&item, nonce) => Ok(item),
            Ok(_) | Err(_) => Err(failure.into_unknown()),
        }
    }

    /// Sends a write once. Conditions are rendered as of now, so that a retry judges expiry at its own time.
    async fn attempt(&self, write: &Write<'_>) -> Result<Option<Item>, Failure> {
        match &write.action {
            Action::Put { value, expire, nonce, .. } if write.is_plain() => {
                let item = || self.table.layout().item(write.key, *value, *expire, *nonce);
                self.put_plain(write.key, item).await.map(|()| None)
            }
            Action::Put { value, expire, nonce, answer } => {
                let item = self.table.layout().item(write.key, *value, *expire, *nonce);
                self.put(item, self.render(write, None), answer.clone()).await
            }
            Action::Update { update, answer } => {
                self.update(write.key, self.render(write, Some(update)), answer.clone()).await
            }
            Action::Delete => self.delete_item(write.key, self.render(write, None)).await,
        }
    }

    fn render(&self, write: &Write<'_>, update: Option<&Update>) -> Rendered {
        render(self.table.layout(), write.condition.as_ref(), update, self.now())
    }

    pub(super) async fn put(
        &self,
        item: Item,
        rendered: Rendered,
        return_values: ReturnValue,
    ) -> Result<Option<Item>, Failure> {
        let answer = self
            .driver
            .client
            .put_item()
            .table_name(self.table.physical_name())
            .set_item(Some(item))
            .set_return_values_on_condition_check_failure(all_old(&rendered))
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(some(rendered.names))
            .set_expression_attribute_values(some(rendered.values))
            .return_values(return_values)
            .send()
            .boxed()
            .await?;
        Ok(answer.attributes)
    }

    async fn update(&self, key: &Key, rendered: Rendered, return_values: ReturnValue) -> Result<Option<Item>, Failure> {
        let answer = self
            .driver
            .client
            .update_item()
            .table_name(self.table.physical_name())
            .set_key(Some(self.table.layout().key(key)))
            .set_return_values_on_condition_check_failure(all_old(&rendered))
            .set_update_expression(rendered.update)
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(some(rendered.names))
            .set_expression_attribute_values(some(rendered.values))
            .return_values(return_values)
            .send()
            .boxed()
            .await?;
        Ok(answer.attributes)
    }

    async fn delete_item(&self, key: &Key, rendered: Rendered) -> Result<Option<Item>, Failure> {
        let answer = self
            .driver
            .client
            .delete_item()
            .table_name(self.table.physical_name())
            .set_key(Some(self.table.layout().key(key)))
            .set_return_values_on_condition_check_failure(all_old(&rendered))
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(some(rendered.names))
            .set_expression_attribute_values(some(rendered.values))
            .return_values(ReturnValue::AllOld)
            .send()
            .boxed()
            .await?;
        Ok(answer.attributes)
    }
}

/// A failed condition answers with the item that it failed on: it costs nothing, and it may carry our nonce.
fn all_old(rendered: &Rendered) -> Option<ReturnValuesOnConditionCheckFailure> {
    rendered.condition.as_ref().map(|_| ReturnValuesOnConditionCheckFailure::AllOld)
}

/// DynamoDB rejects an empty map of names or values.
pub(super) fn some<K, V>(map: HashMap<K, V>) -> Option<HashMap<K, V>> {
    (!map.is_empty()).then_some(map)
}
