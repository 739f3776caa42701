use std::time::Duration;

use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::table::{Core, Table};
use crate::driver::upstream::Effect;
use crate::model::{TableDefinition, TableDraft};

/// Pause between two checks whether a new table is ACTIVE.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

impl Driver {
    /// Creates a table for key-values if it does not exist, with on-demand billing, enables TTL, and waits until it is
    /// ACTIVE.
    ///
    /// # Contract
    /// If the table exists already, this is no error: only its TTL is enabled.
    pub async fn ensure_table(&self, table: &str, deadline: Deadline) -> Result<(), Error> {
        let core = &*self.core;
        let table = &*core.table(table)?;
        let definition = TableDefinition::new(TableDraft::default(), &table.spec().attributes)?;
        match core.repeat((table, Effect::Invisible), deadline, || core.create(table, &definition)).await {
            // DynamoDB answers "in use" if the table exists.
            Ok(_) | Err(Error::TableNotActive(..)) => {}
            Err(error) => return Err(error),
        }
        while !core.is_active(table, deadline).await? {
            core.dispatcher.runtime().pause(POLL_INTERVAL).await;
        }
        core.enable_ttl(table, deadline).await.map(drop)
    }
}

impl Core {
    /// Whether the table is ACTIVE. DescribeTable may not know a new table yet, which counts as not ACTIVE.
    async fn is_active(&self, table: &Table, deadline: Deadline) -> Result<bool, Error> {
        match self.describe_without_ttl(table, deadline).await {
            Ok(state) => Ok(state.is_active()),
            Err(Error::TableNotFound(..)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
