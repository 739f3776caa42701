use std::sync::Arc;

use aws_sdk_dynamodb::types::{Get, TransactGetItem};
use futures_util::FutureExt;

use super::aws_error::{Cancellation, CancellationKind, Failure, FailureKind};
use super::capacity::Capacity;
use super::error::Error;
use super::layout::Item;
use super::table::Table;
use super::{Attempts, Deadline, Driver, Pacing};
use crate::model::{Entry, ItemKey, Key};

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

/// What a transaction has read.
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
    /// Reads entries and items as they are at one and the same moment.
    ///
    /// # Cost
    /// Two strong reads each.
    ///
    /// # Errors
    /// [`Error::TransactionConflict`] if a write to one of them stays under way.
    pub async fn transact_get(
        &self,
        reads: Vec<TransactRead>,
        wants_capacity: bool,
        deadline: Deadline,
    ) -> Result<(Vec<Snapshot>, Capacity), Error> {
        let mut prepared = Vec::with_capacity(reads.len());
        for (index, read) in reads.into_iter().enumerate() {
            prepared.push(self.prepare_read(index, read, deadline).await?);
        }
        super::transact::check_distinct(prepared.iter().map(|read| (&*read.table, &read.key)))?;
        let inner = &*self.0;
        let mut attempts = Attempts::new(&inner.runtime, &inner.budget, Pacing::patient(deadline));
        let (items, consumed) = loop {
            let failure = match attempts.make(self.transact_get_items(&prepared, wants_capacity)).await {
                Ok(answer) => break answer,
                Err(failure) => failure,
            };
            if !attempts.another_after(&failure.kind).await {
                return Err(super::transact::name_table(failure, prepared.iter().map(|read| &*read.table)));
            }
        };
        let now = inner.runtime.clock.now();
        let mut items = items.into_iter();
        let snapshot = |read: &Prepared| {
            let layout = read.table.layout();
            match items.next().flatten().filter(|item| layout.is_alive(item, now)) {
                None => Ok(Snapshot::Absent),
                Some(item) if read.is_entry => layout.entry(item).map(Snapshot::Entry),
                Some(item) => Ok(Snapshot::Item(item)),
            }
        };
        Ok((prepared.iter().map(snapshot).collect::<Result<_, _>>()?, consumed))
    }

    async fn prepare_read(&self, index: usize, read: TransactRead, deadline: Deadline) -> Result<Prepared, Error> {
        let within = |error| super::transact::within(error, index);
        let table = self.existing_table(&read.table, deadline).await.map_err(within)?;
        match read.target {
            Target::Entry(key) => {
                table.check_shape()?;
                let attributes = table.layout().key(&key);
                Ok(Prepared { table, key: key.into(), attributes, is_entry: true })
            }
            Target::Item(key) => {
                let schema = self.key_schema(&table, deadline).await.map_err(within)?;
                let attributes =
                    schema.attributes(&key).map_err(|violation| within(violation.within("item_key").into()))?;
                Ok(Prepared { table, key, attributes, is_entry: false })
            }
        }
    }

    async fn transact_get_items(
        &self,
        reads: &[Prepared],
        wants_capacity: bool,
    ) -> Result<(Vec<Option<Item>>, Capacity), Failure> {
        let get = |read: &Prepared| {
            let get =
                Get::builder().table_name(read.table.physical_name()).set_key(Some(read.attributes.clone())).build();
            Ok(TransactGetItem::builder().get(get.map_err(Failure::unbuildable)?).build())
        };
        let answer = self
            .0
            .client
            .transact_get_items()
            .set_transact_items(Some(reads.iter().map(get).collect::<Result<_, Failure>>()?))
            .set_return_consumed_capacity(Capacity::request(wants_capacity))
            .send()
            .boxed()
            .await
            .map_err(|error| cancelled_read(Failure::from(error)))?;
        let responses = answer.responses.unwrap_or_default();
        if responses.len() != reads.len() {
            return Err(Failure::unreadable());
        }
        let items = responses.into_iter().map(|response| response.item).collect();
        Ok((items, Capacity::of(answer.consumed_capacity.as_deref().unwrap_or_default())))
    }
}

/// A read has no condition of its own: what cancels it is a conflict or a throttle, which pass, or a table that is not what
/// it was.
fn cancelled_read(failure: Failure) -> Failure {
    let Failure { kind, upstream } = failure;
    let kind = match kind {
        FailureKind::Cancelled(reasons) if any(&reasons, CancellationKind::Conflict) => FailureKind::Conflict,
        FailureKind::Cancelled(reasons) if any(&reasons, CancellationKind::Throttled) => FailureKind::Throttled,
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
