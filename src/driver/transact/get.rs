use std::sync::Arc;

use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsInput;
use aws_sdk_dynamodb::types::{Get, TransactGetItem};

use super::operation::{check_distinct, name_table, within};
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::store::{Item, Layout, Unexpected};
use crate::driver::table::{Core, Table};
use crate::driver::upstream::{
    Attempts, Call, CancelReason, Cancellation, CancellationKind, Capacity, Failure, FailureKind, Paced, Patience,
    Verdict,
};
use crate::model::{Entry, ItemKey, Key, Millis};

/// One read of a transaction.
#[derive(Debug, Clone)]
pub struct TransactRead {
    /// The table; empty for the default one.
    pub table: String,
    /// What to read there.
    pub target: Target,
}

/// What a transaction reads.
#[derive(Debug, Clone)]
pub enum Target {
    /// An entry.
    Entry(Key),
    /// An item with all its attributes.
    Item(ItemKey),
}

/// The result of one read of a transaction.
#[derive(Debug, Clone)]
pub enum Snapshot {
    /// The entry.
    Entry(Entry),
    /// The item.
    Item(Item),
    /// There is no such entry or item.
    Absent,
}

/// A read, ready to be sent.
struct Prepared {
    table: Arc<Table>,
    key: ItemKey,
    attributes: Item,
    is_entry: bool,
}

impl Driver {
    /// Reads entries and items as of a single moment.
    ///
    /// # Cost
    /// Two strongly consistent reads each.
    ///
    /// # Errors
    /// [`Error::TransactionConflict`] if all attempts conflict with writes. [`Error::Invalid`] for more than 4 MB.
    pub async fn transact_get(
        &self,
        reads: Vec<TransactRead>,
        wants_capacity: bool,
        deadline: Deadline,
    ) -> Result<(Vec<Snapshot>, Capacity), Error> {
        let mut prepared = Vec::with_capacity(reads.len());
        for (index, read) in reads.into_iter().enumerate() {
            prepared.push(self.prepare_read(read, deadline).await.map_err(|error| within(error, index))?);
        }
        check_distinct(prepared.iter().map(|read| (&*read.table, &read.key)))?;
        let core = &*self.core;
        let mut call = SnapshotCall { core, reads: &prepared, wants_capacity };
        let mut attempts = Attempts::new(deadline, Patience::Throttles);
        let (items, consumed) = core.dispatcher.run(&mut attempts, &mut call).await?;
        let now = core.now();
        let snapshots = prepared.iter().zip(items).map(|(read, item)| read.snapshot(item, now));
        Ok((snapshots.collect::<Result<_, _>>()?, consumed))
    }

    async fn prepare_read(&self, read: TransactRead, deadline: Deadline) -> Result<Prepared, Error> {
        let table = self.core.existing_table(&read.table, deadline).await?;
        match read.target {
            Target::Entry(key) => {
                table.check_shape()?;
                let attributes = table.layout().key(&key);
                Ok(Prepared { table, key: key.into(), attributes, is_entry: true })
            }
            Target::Item(key) => {
                let schema = self.core.key_schema(&table, deadline).await?;
                let attributes = schema.attributes(&key).map_err(|violation| violation.within("item_key"))?;
                Ok(Prepared { table, key, attributes, is_entry: false })
            }
        }
    }
}

impl Prepared {
    fn snapshot(&self, item: Option<Item>, now: Millis) -> Result<Snapshot, Unexpected> {
        let layout: &Layout = self.table.layout();
        match item.filter(|item| layout.is_alive(item, now)) {
            None => Ok(Snapshot::Absent),
            Some(item) if self.is_entry => layout.entry(item).map(Snapshot::Entry),
            Some(item) => Ok(Snapshot::Item(item)),
        }
    }

    fn request(&self) -> Result<TransactGetItem, Failure> {
        let get = Get::builder().table_name(self.table.physical_name()).set_key(Some(self.attributes.clone()));
        Ok(TransactGetItem::builder().get(get.build().map_err(Failure::unbuildable)?).build())
    }
}

struct SnapshotCall<'a> {
    core: &'a Core,
    reads: &'a [Prepared],
    wants_capacity: bool,
}

impl Call for SnapshotCall<'_> {
    type Answer = (Vec<Option<Item>>, Capacity);
    type Outcome = Self::Answer;

    async fn attempt(&mut self) -> Result<Self::Answer, Failure> {
        let items = self.reads.iter().map(Prepared::request).collect::<Result<_, Failure>>()?;
        let request = TransactGetItemsInput::builder()
            .set_transact_items(Some(items))
            .set_return_consumed_capacity(Capacity::request(self.wants_capacity));
        let answer = self.core.dispatcher.send(request).await.map_err(cancelled_read)?;
        let responses = answer.responses.unwrap_or_default();
        if responses.len() != self.reads.len() {
            return Err(Failure::unreadable());
        }
        let items = responses.into_iter().map(|response| response.item).collect();
        Ok((items, Capacity::of(answer.consumed_capacity.as_deref().unwrap_or_default())))
    }

    /// Paced by the table of its first part, as transactions that write are.
    fn paced(&self) -> Option<Paced<'_>> {
        Some(Paced::new(&self.reads.first()?.table.queues.pacers.reads, None, self.reads.len()))
    }

    async fn judge(&mut self, result: Result<Self::Answer, Failure>) -> Verdict<Self::Answer> {
        match result {
            Ok(answer) => Verdict::Done(answer),
            Err(failure) => Verdict::Again(failure),
        }
    }

    fn is_ambiguous(&self, _: &FailureKind) -> bool {
        false
    }

    fn give_up(&mut self, failure: Failure) -> Result<Self::Answer, Error> {
        Err(name_table(failure, self.reads.iter().map(|read| &*read.table)))
    }
}

/// The failure of a cancelled read. A read has no condition, so the reason is a conflict or a throttle, which are transient, or
/// a table with another key.
fn cancelled_read(failure: Failure) -> Failure {
    let Failure { kind, upstream } = failure;
    let kind = match kind {
        FailureKind::Cancelled(reasons) if any(&reasons, CancellationKind::Reason(CancelReason::Conflict)) => {
            FailureKind::Conflict
        }
        FailureKind::Cancelled(reasons) if any(&reasons, CancellationKind::Reason(CancelReason::Throttled)) => {
            FailureKind::Throttled
        }
        FailureKind::Cancelled(reasons) if any(&reasons, CancellationKind::OtherKeySchema) => {
            FailureKind::OtherKeySchema
        }
        FailureKind::Cancelled(_) => FailureKind::Refused,
        other => other,
    };
    Failure { kind, upstream }
}

fn any(reasons: &[Cancellation], kind: CancellationKind) -> bool {
    reasons.iter().any(|reason| reason.kind == kind)
}
