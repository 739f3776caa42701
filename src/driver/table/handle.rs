use std::sync::{Arc, PoisonError, RwLock};

use aws_sdk_dynamodb::types::TableDescription;

use super::item_size::ItemSize;
use super::known::{KnownSchema, described_key};
use super::schema::KeySchema;
use super::state::TableState;
use crate::driver::coalesce::{BatchQueue, KeyLocks, ReadBatch, WriteBatch};
use crate::driver::error::Error;
use crate::driver::store::Layout;
use crate::driver::upstream::{Failure, FailureKind, Pacers};
use crate::model::{Millis, TableSpec};

/// The queues of a table, and the locks of keys that are being written. Reads of different consistency cannot share a batch.
#[derive(Debug)]
pub(crate) struct Queues {
    pub(crate) eventual_reads: BatchQueue<ReadBatch>,
    pub(crate) strong_reads: BatchQueue<ReadBatch>,
    pub(crate) writes: BatchQueue<WriteBatch>,
    pub(crate) key_locks: Arc<KeyLocks>,
    /// Pace its calls while DynamoDB throttles them, and limit those in flight.
    pub(crate) pacers: Pacers,
}

impl Queues {
    fn new(key_locks: Arc<KeyLocks>) -> Self {
        let pacers = Pacers::default();
        Self {
            eventual_reads: BatchQueue::of(&pacers.reads.in_flight),
            strong_reads: BatchQueue::of(&pacers.reads.in_flight),
            writes: BatchQueue::of(&pacers.writes.in_flight),
            key_locks,
            pacers,
        }
    }
}

/// A table under one of its names.
#[derive(Debug)]
pub(crate) struct Table {
    spec: TableSpec,
    layout: Layout,
    /// Shared by all names of the table in DynamoDB.
    schema: Arc<RwLock<Arc<KnownSchema>>>,
    /// Estimated size of its items.
    pub(crate) item_size: ItemSize,
    /// Its calls in flight and the batches that wait. Shared by all names of the table with the same attributes.
    pub(crate) queues: Arc<Queues>,
}

impl Table {
    /// A table that is none of `others`, or one of them under another name.
    ///
    /// What is known of the table and its queues are shared only if DynamoDB's name is the same: a name and an ARN may be tables
    /// of two accounts. Locks of keys are shared in that case too, since a lock too many only makes a write wait for another.
    pub(crate) fn beside(spec: TableSpec, others: &[Arc<Self>]) -> Self {
        let layout = Layout::new(spec.attributes.clone());
        let same = || others.iter().filter(|other| other.physical_name() == spec.physical_name);
        let schema = same().next().map(|other| Arc::clone(&other.schema));
        let same_attributes = same().find(|other| other.spec.attributes == spec.attributes);
        let own = || {
            let alike = others.iter().find(|other| other.spec.table_name() == spec.table_name());
            let key_locks = alike.map(|other| Arc::clone(&other.queues.key_locks)).unwrap_or_default();
            Arc::new(Queues::new(key_locks))
        };
        let queues = same_attributes.map_or_else(own, |other| Arc::clone(&other.queues));
        Self { spec, layout, schema: schema.unwrap_or_default(), item_size: ItemSize::default(), queues }
    }

    /// Whether both are the same table in DynamoDB.
    ///
    /// A name is that of a table of our own account, which only the ARN in its description shows. Without a description of both,
    /// for example without access to DescribeTable, a name and an ARN of a table of that name count as the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let (here, there) = (self.schema(), other.schema());
        let described = here.arn().zip(there.arn());
        let arns = described.or_else(|| self.spec.arn().zip(other.spec.arn()));
        self.physical_name() == other.physical_name()
            || self.spec.table_name() == other.spec.table_name() && arns.is_none_or(|(one, other)| one == other)
    }

    pub(crate) fn spec(&self) -> &TableSpec {
        &self.spec
    }

    /// Its name in requests.
    pub(crate) fn name(&self) -> &str {
        &self.spec.name
    }

    /// Its name in DynamoDB.
    pub(crate) fn physical_name(&self) -> &str {
        &self.spec.physical_name
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Refuses a table whose primary key is known not to be a single string. As long as the key is not known, DynamoDB decides.
    pub(crate) fn check_shape(&self) -> Result<(), Error> {
        match self.schema().key.get() {
            Some(KeySchema { partition: (name, of_type), sort: None })
                if *name == self.spec.attributes.key && of_type == "S" =>
            {
                Ok(())
            }
            Some(_) => Err(Error::TableShape(self.name().to_owned())),
            None => Ok(()),
        }
    }

    /// The primary key that key-value calls need: one string.
    pub(crate) fn configured_schema(&self) -> KeySchema {
        KeySchema::of_entries(&self.spec.attributes.key)
    }

    /// The primary key, if it is known; otherwise the one that the configuration implies.
    pub(crate) fn key_schema(&self) -> KeySchema {
        self.schema().key.get().cloned().unwrap_or_else(|| self.configured_schema())
    }

    /// What is known so far.
    pub(crate) fn schema(&self) -> Arc<KnownSchema> {
        // The value is always consistent, so a poisoned lock does not matter.
        Arc::clone(&self.schema.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Turns the last failure of a call into its error. Forgets what is known of the table if the failure shows that it may be
    /// another one by now.
    pub(crate) fn end(&self, failure: Failure) -> Error {
        if matches!(failure.kind, FailureKind::TableNotFound | FailureKind::OtherKeySchema) {
            self.forget();
        }
        failure.into_error(self.name())
    }

    /// Forgets what is known: DynamoDB may have another table under this name.
    pub(crate) fn forget(&self) {
        self.replace_schema();
    }

    fn replace_schema(&self) -> Arc<KnownSchema> {
        let fresh = Arc::new(KnownSchema::default());
        *self.schema.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        fresh
    }

    /// Stores a description that was requested for `asked_for`.
    pub(super) fn store_schema(
        &self,
        asked_for: &KnownSchema,
        (description, state): (&TableDescription, &TableState),
        now: Millis,
    ) {
        let Some(key) = described_key(state) else { return };
        if !asked_for.store(&key, description, now) {
            // Another program has deleted the table and created one with another key.
            self.replace_schema().store(&key, description, now);
        }
    }
}
