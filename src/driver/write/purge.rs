//! Deletes the expired item that makes the condition of a write fail.
//!
//! A condition of the caller must not see an expired item. So if the item has expired, it is deleted, and the write is sent
//! again.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;

use super::claim::claim;
use super::plan::Target;
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::expression::{Condition, render_condition};
use crate::driver::store::{Layout, some_unless_empty};
use crate::driver::table::{Core, Table};
use crate::driver::upstream::{Capacity, Effect, Failure, FailureKind};
use crate::model::Millis;

/// An item that had expired at `now`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expired<'a> {
    pub(super) table: &'a Table,
    pub(super) layout: &'a Layout,
    pub(super) target: &'a Target,
    pub(super) now: Millis,
}

impl Core {
    /// Deletes an item on the condition that it has expired at `now`. Callers do not see expired items, so the delete may be
    /// repeated.
    pub(super) async fn purge(
        &self,
        expired: Expired<'_>,
        wants_capacity: bool,
        deadline: Deadline,
    ) -> Result<Capacity, Error> {
        let delete = || self.delete_expired(expired, wants_capacity, deadline);
        self.repeat((expired.table, Effect::Invisible), deadline, delete).await
    }

    async fn delete_expired(
        &self,
        expired: Expired<'_>,
        wants_capacity: bool,
        deadline: Deadline,
    ) -> Result<Capacity, Failure> {
        let Expired { table, layout, target, now } = expired;
        let _guard = claim(std::iter::once((table, target.key())), deadline).await?;
        let rendered = render_condition(layout, Some(&Condition::not(Condition::Alive)), now);
        let request = DeleteItemInput::builder()
            .table_name(table.physical_name())
            .set_key(Some(target.key_attributes(layout)))
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(some_unless_empty(rendered.names))
            .set_expression_attribute_values(some_unless_empty(rendered.values))
            .set_return_consumed_capacity(Capacity::request(wants_capacity));
        match self.dispatcher.send(request).await {
            Ok(answer) => Ok(Capacity::of(answer.consumed_capacity.as_slice())),
            // Another caller has written the item since then.
            Err(Failure { kind: FailureKind::ConditionFailed(_), .. }) => Ok(Capacity::default()),
            Err(failure) => Err(failure),
        }
    }
}
