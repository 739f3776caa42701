use futures_util::FutureExt;

use super::super::error::Error;
use super::super::{Deadline, Driver, Inner};
use super::Table;

impl Driver {
    /// Deletes a table and all that it holds, and returns without waiting for the end of that.
    ///
    /// # Errors
    /// [`Error::TableNotFound`]; [`Error::TableNotActive`]; [`Error::TableProtected`]; [`Error::OutcomeUnknown`] if an
    /// answer was lost.
    pub async fn delete_table(&self, table: &str, deadline: Deadline) -> Result<(), Error> {
        let inner = &*self.0;
        let table = &*inner.table(table)?;
        let delete = || async {
            Ok(inner.client.delete_table().table_name(table.physical_name()).send().boxed().await.map(drop)?)
        };
        let deleted = inner.change(table, deadline, delete).await;
        inner.tables.forget(table.physical_name());
        match deleted {
            Err(error) => Err(inner.protected(table, error, deadline).await),
            Ok(()) => Ok(()),
        }
    }
}

impl Inner {
    /// DynamoDB gives the refusal of a protected table no code of its own; the table tells.
    async fn protected(&self, table: &Table, error: Error, deadline: Deadline) -> Error {
        let Error::Internal(upstream) = error else { return error };
        match self.describe(table, deadline).await {
            Ok(state) if state.is_protected => Error::TableProtected(table.name().to_owned(), upstream),
            Ok(_) | Err(_) => Error::Internal(upstream),
        }
    }
}
