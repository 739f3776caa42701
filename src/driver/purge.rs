//! Expired items that are in the way of a write.
//!
//! A write that looks at what is stored carries the condition that it has not expired. If it has, it is deleted first.

use futures_util::FutureExt;

use super::aws_error::{Failure, FailureKind};
use super::capacity::Capacity;
use super::condition::{Condition, render};
use super::error::Error;
use super::layout::{Item, Layout};
use super::table::Table;
use super::{Deadline, Inner};
use crate::model::Millis;

/// An item that had expired by then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expired<'a> {
    pub(super) table: &'a Table,
    pub(super) layout: &'a Layout,
    pub(super) key: &'a Item,
    pub(super) now: Millis,
}

impl Inner {
    /// Deletes an expired item. Under the condition that it is expired, as of the same moment, this changes nothing that
    /// anybody could see; so it may be sent any number of times.
    pub(super) async fn purge(
        &self,
        expired: Expired<'_>,
        wants_capacity: bool,
        deadline: Deadline,
    ) -> Result<Capacity, Error> {
        self.retry(expired.table, deadline, || self.delete_expired(expired, wants_capacity)).await
    }

    async fn delete_expired(&self, expired: Expired<'_>, wants_capacity: bool) -> Result<Capacity, Failure> {
        let Expired { table, layout, key, now } = expired;
        let rendered = render(layout, Some(&Condition::not(Condition::Alive)), None, now);
        let request = self
            .client
            .delete_item()
            .table_name(table.physical_name())
            .set_key(Some(key.clone()))
            .set_condition_expression(rendered.condition)
            .set_expression_attribute_names(Some(rendered.names))
            .set_expression_attribute_values(Some(rendered.values))
            .set_return_consumed_capacity(Capacity::request(wants_capacity));
        match request.send().boxed().await.map_err(Failure::from) {
            Ok(answer) => Ok(Capacity::of(answer.consumed_capacity.as_slice())),
            // Somebody has written it anew.
            Err(Failure { kind: FailureKind::ConditionFailed(_), .. }) => Ok(Capacity::default()),
            Err(failure) => Err(failure),
        }
    }
}
