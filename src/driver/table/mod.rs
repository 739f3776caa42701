mod create;
mod delete;
mod list;
mod state;
mod ttl;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, TableDescription};
use futures_util::FutureExt;

pub use list::{ListedTable, TableList};
pub use state::{IndexState, TableState, TtlState};

use super::aws_error::{Failure, FailureKind};
use super::coalesce::Lanes;
use super::error::Error;
use super::layout::Layout;
use super::page::ItemSize;
use super::schema::{Indexes, KeySchema};
use super::{Deadline, Driver, Inner};
use crate::model::{TableDefinition, TableDraft, TableSpec};

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    spec: TableSpec,
    layout: Layout,
    known: RwLock<Arc<Known>>,
    /// How large its items are.
    pub(super) item_size: ItemSize,
    /// Its calls in flight, which others may share.
    pub(super) lanes: Lanes,
}

/// What DynamoDB has said of a table.
///
/// Its key never changes; but a table may be deleted, and another one made under its name. Then there is a new cell, so that
/// what is said of the old one, however late it comes, is not taken for the new one's.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) key: OnceLock<KeySchema>,
    pub(super) indexes: Indexes,
}

impl Table {
    pub(super) fn new(spec: TableSpec) -> Self {
        let layout = Layout::new(spec.attributes.clone());
        Self { spec, layout, known: RwLock::default(), item_size: ItemSize::default(), lanes: Lanes::default() }
    }

    pub(super) fn spec(&self) -> &TableSpec {
        &self.spec
    }

    /// What callers call it.
    pub(super) fn name(&self) -> &str {
        &self.spec.name
    }

    pub(super) fn physical_name(&self) -> &str {
        &self.spec.physical_name
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Refuses a table that is known to have another key than one string. As long as nothing is known, DynamoDB judges.
    pub(super) fn check_shape(&self) -> Result<(), Error> {
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
    pub(super) fn configured_schema(&self) -> KeySchema {
        KeySchema { partition: (self.spec.attributes.key.clone(), "S".to_owned()), sort: None }
    }

    /// What DynamoDB has said of it so far.
    pub(super) fn known(&self) -> Arc<Known> {
        // Nothing is behind the lock that a panic could leave half changed.
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The failure as the end of a call. What is known of the table is forgotten if it may not be what it was.
    pub(super) fn end(&self, failure: Failure) -> Error {
        if matches!(failure.kind, FailureKind::TableNotFound | FailureKind::OtherKeySchema) {
            self.forget();
        }
        failure.into_error(self.name())
    }

    /// The table in DynamoDB may not be the one that it was.
    pub(super) fn forget(&self) {
        self.renew();
    }

    fn renew(&self) -> Arc<Known> {
        let fresh = Arc::new(Known::default());
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        fresh
    }

    /// Takes in what DynamoDB said when it was asked for this cell.
    fn learn(&self, asked_for: &Known, description: &TableDescription, state: &TableState) {
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

impl Driver {
    /// Describes a table.
    ///
    /// # Errors
    /// Those of a read; [`Error::TableNotFound`]; [`Error::BackendAccessDenied`] where the role lacks
    /// `dynamodb:DescribeTable`.
    pub async fn describe_table(&self, table: &str, deadline: Deadline) -> Result<TableState, Error> {
        let inner = &*self.0;
        inner.describe(&*inner.table(table)?, deadline).await
    }

    /// Sees to it that a table for key-values is there: makes it if it is not, with on-demand billing, enables TTL, and
    /// waits until it is ACTIVE.
    ///
    /// # Contract
    /// A table that exists already is left as it is, except for its TTL, and is no error.
    pub async fn ensure_table(&self, table: &str, deadline: Deadline) -> Result<(), Error> {
        let inner = &*self.0;
        let table = &*inner.table(table)?;
        let definition = TableDefinition::new(TableDraft::default(), &table.spec.attributes)?;
        match inner.retry(table, deadline, || inner.create(table, &definition)).await {
            // "In use" is what DynamoDB calls a table that exists.
            Ok(_) | Err(Error::TableNotActive(..)) => {}
            Err(error) => return Err(error),
        }
        while !inner.is_active(table, deadline).await? {
            inner.runtime.pause(Duration::from_millis(500)).await;
        }
        inner.enable_ttl(table, deadline).await.map(drop)
    }

    /// Asks DynamoDB for an item that hardly exists, to see whether it answers.
    ///
    /// # Contract
    /// A throttle, a missing permission or another key schema is an answer, too.
    ///
    /// # Cost
    /// Half a read unit.
    pub async fn probe(&self, deadline: Deadline) -> Result<(), Error> {
        let inner = &*self.0;
        let table = &*inner.table("")?;
        let key = HashMap::from([(table.spec.attributes.key.clone(), AttributeValue::S(PROBE_KEY.to_owned()))]);
        let read = || async {
            let request = inner.client.get_item().table_name(table.physical_name()).set_key(Some(key.clone()));
            Ok(request.send().boxed().await.map(drop)?)
        };
        let answer = inner.retry(table, deadline, read).await;
        if table.known().key.get().is_none() {
            // The backend may have been out of reach when this was first asked; what comes of it now is not the point.
            let _state = inner.describe(table, deadline).await;
        }
        match answer {
            Ok(()) | Err(Error::Throttled(_) | Error::BackendAccessDenied(_) | Error::TableShape(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The key that a probe asks for.
const PROBE_KEY: &str = "dynakv:probe";

impl Inner {
    pub(super) async fn describe(&self, table: &Table, deadline: Deadline) -> Result<TableState, Error> {
        let known = table.known();
        let description = self.retry(table, deadline, || self.describe_table(table)).await?;
        let ttl = self.ttl_state(table, deadline).await.unwrap_or(TtlState::Unknown);
        let state = TableState::new(table, self.tables.is_default(table), &description, ttl);
        table.learn(&known, &description, &state);
        Ok(state)
    }

    /// A table that has just been made may not be known yet to whoever describes it.
    async fn is_active(&self, table: &Table, deadline: Deadline) -> Result<bool, Error> {
        match self.describe(table, deadline).await {
            Ok(state) => Ok(state.is_active()),
            Err(Error::TableNotFound(..)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn describe_table(&self, table: &Table) -> Result<TableDescription, Failure> {
        let answer = self.client.describe_table().table_name(table.physical_name()).send().boxed().await?;
        answer.table.ok_or_else(Failure::unreadable)
    }
}
