use tokio::task::coop::consume_budget;

use super::outcome::{BatchOutcome, BatchWritten};
use super::tables::{BatchTable, tables_of};
use super::write::{Calls, PlainWrites, last_of_each};
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::item::{ItemAnswers, ItemOutcome, Items, PlannedPut};
use crate::driver::store::{Item, item_bytes};
use crate::driver::upstream::Capacity;
use crate::driver::write::{Action, Content, WritePlan};
use crate::model::{DeleteItem, ItemKey, PutItem, RequestId};

/// Write and delete many items, of one table or of several.
#[derive(Clone)]
pub struct BatchWriteItems {
    /// What to do.
    pub operations: Vec<BatchItemOperation>,
    /// Whether to report the capacity consumed.
    pub wants_capacity: bool,
    /// Identifies the logical write across its attempts.
    pub request_id: RequestId,
}

/// One operation of a batch.
#[derive(Clone)]
pub struct BatchItemOperation {
    /// The table; empty for the default one.
    pub table: String,
    /// Whether the outcome shows the current item if the condition fails.
    pub return_current: bool,
    /// What to do.
    pub kind: BatchItemKind,
}

/// What an operation of a batch does with an item.
#[derive(Clone)]
pub enum BatchItemKind {
    /// Write it in place of what is there.
    Put(PutItem),
    /// Delete it.
    Delete {
        /// The key and the condition.
        delete: DeleteItem,
        /// Whether the outcome reports that the item existed.
        reports_existence: bool,
    },
}

/// An operation, ready to be sent.
struct Planned {
    /// The index of its table.
    table: usize,
    return_current: bool,
    kind: PlannedKind,
}

enum PlannedKind {
    Put(PlannedPut),
    Delete { write: WritePlan, reports_existence: bool },
}

impl Driver {
    /// Carries out many independent puts and deletes of items.
    ///
    /// # Contract
    /// Of several operations on one item only the last one is carried out. Each operation has an outcome. What fails on one table
    /// does not end the writes of another.
    ///
    /// # Cost
    /// One write each; one more if a condition fails on an expired item. Plain operations on a table share calls to DynamoDB. An
    /// operation is sent alone if it has a condition or reports existence.
    ///
    /// # Errors
    /// [`Error::Invalid`] and those of [`Driver::items`], with the index of the operation and before anything is sent. Any other
    /// failure is an outcome.
    pub async fn batch_write_items(
        &self,
        batch: BatchWriteItems,
        deadline: Deadline,
    ) -> Result<BatchWritten<Item>, Error> {
        let BatchWriteItems { operations, wants_capacity, request_id } = batch;
        let names: Vec<&str> = operations.iter().map(|operation| operation.table.as_str()).collect();
        let (tables, of_operations) = tables_of(self, &names, deadline).await?;
        let mut planned = Vec::with_capacity(operations.len());
        for ((position, operation), table) in operations.into_iter().enumerate().zip(of_operations) {
            let BatchTable { items, .. } = tables.get(table).ok_or_else(Error::internal)?;
            let BatchItemOperation { table: _, return_current, kind } = operation;
            let kind = items.plan_part(kind, request_id).await;
            let kind = kind.map_err(|error| error.within(format_args!("operations[{position}]")))?;
            planned.push(Planned { table, return_current, kind });
            // Thousands of plans take milliseconds, so other tasks get a turn in between.
            consume_budget().await;
        }
        let count = planned.len();
        let calls = calls(&tables, planned, wants_capacity)?;
        Ok(calls.run(count, self.core.batch_concurrency).await)
    }
}

impl Items {
    /// Checks and plans an operation of a batch.
    async fn plan_part(&self, kind: BatchItemKind, request_id: RequestId) -> Result<PlannedKind, Error> {
        match kind {
            BatchItemKind::Put(put) => {
                let planned = self.plan_put(put, request_id).await;
                planned.map(PlannedKind::Put).map_err(|error| error.within("put_item"))
            }
            BatchItemKind::Delete { delete, reports_existence } => {
                let write = self.plan_delete(delete, request_id);
                let write = write.map_err(|violation| violation.within("delete_item"))?;
                Ok(PlannedKind::Delete { write, reports_existence })
            }
        }
    }

    /// Carries out an operation that has to be sent alone.
    async fn send_part(
        &self,
        kind: PlannedKind,
        answers: ItemAnswers,
    ) -> Result<(BatchOutcome<Item>, Capacity), Error> {
        Ok(match kind {
            PlannedKind::Put(put) => {
                let (outcome, consumed) = self.send_put(put, answers).await?;
                (outcome_of(outcome, BatchOutcome::Written), consumed)
            }
            PlannedKind::Delete { write, reports_existence } => {
                let (outcome, consumed) = self.send_delete(write, answers).await?;
                let deleted = |existed: bool| BatchOutcome::Deleted(reports_existence.then_some(existed));
                (outcome_of(outcome, deleted), consumed)
            }
        })
    }
}

/// The calls for the last operation on each item.
fn calls(tables: &[BatchTable], planned: Vec<Planned>, wants_capacity: bool) -> Result<Calls<'_, Item>, Error> {
    let same_as = |table: usize| tables.get(table).map(|table| table.same_as);
    let is_last = last_of_each(planned.iter().map(|planned| (same_as(planned.table), planned.kind.key())));
    let mut calls = Calls::new(wants_capacity);
    let mut plain: Vec<_> = tables.iter().map(|table| PlainWrites::new(&table.items.scope)).collect();
    for ((position, planned), is_last) in planned.into_iter().enumerate().zip(is_last) {
        if !is_last {
            continue;
        }
        let Planned { table, return_current, kind } = planned;
        let (table, plain) = tables.get(table).zip(plain.get_mut(table)).ok_or_else(Error::internal)?;
        let bytes = kind.bytes();
        match kind {
            PlannedKind::Put(PlannedPut { write, written, .. }) if write.condition.is_none() => {
                plain.add(position, (write, bytes), BatchOutcome::Written(written));
            }
            PlannedKind::Delete { write, reports_existence: false } if write.condition.is_none() => {
                plain.add(position, (write, bytes), BatchOutcome::Deleted(None));
            }
            alone => {
                let answers = ItemAnswers { shows_old: false, return_current, wants_capacity };
                calls.add_alone(position, table.items.send_part(alone, answers));
            }
        }
    }
    for plain in plain {
        calls.add_plain(plain);
    }
    Ok(calls)
}

fn outcome_of<W>(outcome: ItemOutcome<W>, applied: impl FnOnce(W) -> BatchOutcome<Item>) -> BatchOutcome<Item> {
    match outcome {
        ItemOutcome::Applied(written, _) => applied(written),
        ItemOutcome::ConditionFailed(current) => BatchOutcome::ConditionFailed { current, is_omitted: false },
    }
}

impl PlannedKind {
    fn write(&self) -> &WritePlan {
        let (Self::Put(PlannedPut { write, .. }) | Self::Delete { write, .. }) = self;
        write
    }

    fn key(&self) -> &ItemKey {
        self.write().target.key()
    }

    /// The approximate size in a chunk; at least what DynamoDB counts.
    fn bytes(&self) -> usize {
        const OVERHEAD: usize = 256;
        /// A partition key and a sort key of the greatest length.
        const KEY: usize = 2048 + 1024;
        match &self.write().action {
            Action::Put(Content::Item(item)) => item_bytes(item) + OVERHEAD,
            Action::Put(Content::Entry { .. }) | Action::Update(_) | Action::Delete | Action::Check => KEY + OVERHEAD,
        }
    }
}
