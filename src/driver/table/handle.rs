use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use aws_sdk_dynamodb::types::TableDescription;

use super::item_size::ItemSize;
use super::schema::{Indexes, KeySchema};
use super::state::TableState;
use crate::driver::coalesce::{BatchQueue, KeyLocks, ReadBatch, WriteBatch};
use crate::driver::error::Error;
use crate::driver::store::Layout;
use crate::driver::upstream::{Failure, FailureKind, Pacers};
use crate::model::TableSpec;

/// The queues of a table, and the locks of keys that are being written. Reads of different consistency cannot share a batch.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    pub(crate) eventual_reads: BatchQueue<ReadBatch>,
    pub(crate) strong_reads: BatchQueue<ReadBatch>,
    pub(crate) writes: BatchQueue<WriteBatch>,
    pub(crate) key_locks: KeyLocks,
}

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    spec: TableSpec,
    layout: Layout,
    schema: RwLock<Arc<KnownSchema>>,
    /// Estimated size of its items.
    pub(crate) item_size: ItemSize,
    /// Its calls in flight and the batches that wait.
    pub(crate) queues: Queues,
    /// Paces its calls while DynamoDB throttles them.
    pub(crate) pacers: Pacers,
}

/// What is known of a table from DescribeTable.
///
/// The key of a table never changes, but another table may be created under its name. Then a new `KnownSchema` replaces this
/// one, so that a late answer about the old table does not describe the new one.
#[derive(Debug, Default)]
pub(crate) struct KnownSchema {
    pub(crate) key: OnceLock<KeySchema>,
    pub(crate) indexes: Indexes,
}

impl Table {
    pub(crate) fn new(spec: TableSpec) -> Self {
        let layout = Layout::new(spec.attributes.clone());
        Self {
            spec,
            layout,
            schema: RwLock::default(),
            item_size: ItemSize::default(),
            queues: Queues::default(),
            pacers: Pacers::default(),
        }
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
        KeySchema { partition: (self.spec.attributes.key.clone(), "S".to_owned()), sort: None }
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
    pub(super) fn store_schema(&self, asked_for: &KnownSchema, description: &TableDescription, state: &TableState) {
        let Some(key) = state.key_schema().filter(|_| !state.is_deleting()) else { return };
        if *asked_for.key.get_or_init(|| key.clone()) == key {
            asked_for.indexes.replace(description);
        } else {
            // Another program has deleted the table and created one with another key.
            let fresh = self.replace_schema();
            fresh.key.get_or_init(|| key);
            fresh.indexes.replace(description);
        }
    }
}
