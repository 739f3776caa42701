use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use aws_sdk_dynamodb::types::TableDescription;

use super::item_size::ItemSize;
use super::schema::{Indexes, KeySchema};
use super::state::TableState;
use crate::driver::coalesce::{BatchQueue, KeyLocks, ReadBatch, WriteBatch};
use crate::driver::error::Error;
use crate::driver::store::Layout;
use crate::driver::upstream::{Failure, FailureKind};
use crate::model::TableSpec;

/// The queues of a table, and the keys that are being written. Reads of different consistency cannot be one batch.
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
    known: RwLock<Arc<Known>>,
    /// How large its items are.
    pub(crate) item_size: ItemSize,
    /// Its calls in flight.
    pub(crate) queues: Queues,
}

/// What DynamoDB has said of a table.
///
/// Its key never changes; but a table may be deleted, and another one made under its name. Then there is a new cell, so that
/// what is said of the old one, however late it comes, is not taken for the new one's.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) key: OnceLock<KeySchema>,
    pub(crate) indexes: Indexes,
}

impl Table {
    pub(crate) fn new(spec: TableSpec) -> Self {
        let layout = Layout::new(spec.attributes.clone());
        Self { spec, layout, known: RwLock::default(), item_size: ItemSize::default(), queues: Queues::default() }
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

    /// Refuses a table that is known to have another key than one string. As long as nothing is known, DynamoDB judges.
    pub(crate) fn check_shape(&self) -> Result<(), Error> {
        match self.known().key.get() {
            Some(KeySchema { partition: (name, of_type), sort: None })
                if *name == self.spec.attributes.key && of_type == "S" =>
            {
                Ok(())
            }
            Some(_) => Err(Error::TableShape(self.name().to_owned())),
            None => Ok(()),
        }
    }

    /// What key-value calls need: one string.
    pub(crate) fn configured_schema(&self) -> KeySchema {
        KeySchema { partition: (self.spec.attributes.key.clone(), "S".to_owned()), sort: None }
    }

    /// What DynamoDB has said of it so far.
    pub(crate) fn known(&self) -> Arc<Known> {
        // Nothing is behind the lock that a panic could leave half changed.
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The failure as the end of a call. What is known of the table is forgotten if it may not be what it was.
    pub(crate) fn end(&self, failure: Failure) -> Error {
        if matches!(failure.kind, FailureKind::TableNotFound | FailureKind::OtherKeySchema) {
            self.forget();
        }
        failure.into_error(self.name())
    }

    /// The table in DynamoDB may not be the one that it was.
    pub(crate) fn forget(&self) {
        self.renew();
    }

    fn renew(&self) -> Arc<Known> {
        let fresh = Arc::new(Known::default());
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        fresh
    }

    /// Takes in what DynamoDB said when it was asked for this cell.
    pub(super) fn learn(&self, asked_for: &Known, description: &TableDescription, state: &TableState) {
        let Some(key) = state.key_schema().filter(|_| !state.is_deleting()) else { return };
        if *asked_for.key.get_or_init(|| key.clone()) == key {
            asked_for.indexes.learn(description);
        } else {
            // Some other program has made the table anew.
            let fresh = self.renew();
            fresh.key.get_or_init(|| key);
            fresh.indexes.learn(description);
        }
    }
}
