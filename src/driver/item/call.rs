use std::sync::Arc;

use super::plan::ItemPlanner;
use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::table::{KeySchema, Scope};
use crate::driver::upstream::Patience;
use crate::driver::write::WriteIdentity;
use crate::model::{RequestId, Violation};

/// Calls on the items of one table.
#[derive(Debug, Clone)]
pub struct Items {
    pub(crate) scope: Scope,
    pub(crate) schema: Arc<KeySchema>,
}

impl Driver {
    /// Calls on the items of a table; the empty name means the default one.
    ///
    /// # Errors
    /// [`Error::TableNotConfigured`]; those of a read, if the table has to be described first.
    pub async fn items(&self, table: &str, deadline: Deadline) -> Result<Items, Error> {
        let table = self.core.existing_table(table, deadline).await?;
        let schema = Arc::new(self.core.key_schema(&table, deadline).await?);
        let layout = table.layout().with_partition_key(&schema.partition.0);
        Ok(Items { scope: Scope { layout, ..Scope::new(Arc::clone(&self.core), table, deadline) }, schema })
    }
}

impl Items {
    /// The same calls as parts of a batch, which wait out all transient failures until the deadline.
    pub(crate) fn retrying_until_deadline(self) -> Self {
        Self { scope: Scope { patience: Patience::AllFailures, ..self.scope }, ..self }
    }

    /// A planner whose nonces depend on this request and payload only, so that a repeat has the same ones.
    pub(super) fn planner(
        &self,
        request_id: RequestId,
        add_payload: impl FnOnce(&mut WriteIdentity) -> Result<(), Violation>,
    ) -> Result<ItemPlanner, Violation> {
        let mut identity = WriteIdentity::new(request_id);
        // No transaction starts with these bytes, so its nonces differ.
        identity.start("Item", &[]);
        identity.table(&self.scope.table);
        add_payload(&mut identity)?;
        Ok(ItemPlanner {
            table: Arc::clone(&self.scope.table),
            layout: self.scope.layout.clone(),
            schema: Arc::clone(&self.schema),
            id: identity.into_request_id(),
            now: self.scope.now(),
        })
    }
}
