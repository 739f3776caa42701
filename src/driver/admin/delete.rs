use aws_sdk_dynamodb::operation::delete_table::DeleteTableInput;

use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::table::{Core, Table};
use crate::driver::upstream::Effect;

impl Driver {
    /// Deletes a table with all of its items, and returns without waiting.
    ///
    /// # Errors
    /// [`Error::TableNotFound`]; [`Error::TableNotActive`]; [`Error::TableProtected`]; [`Error::OutcomeUnknown`] if an
    /// answer was lost.
    pub async fn delete_table(&self, table: &str, deadline: Deadline) -> Result<(), Error> {
        let core = &*self.core;
        let table = &*core.table(table)?;
        let delete = || async {
            core.dispatcher.send(DeleteTableInput::builder().table_name(table.physical_name())).await.map(drop)
        };
        let deleted = core.repeat((table, Effect::Loss), deadline, delete).await;
        core.catalog.forget(table);
        match deleted {
            Err(error) => Err(core.explain_refused_delete(table, error, deadline).await),
            Ok(()) => Ok(()),
        }
    }
}

impl Core {
    /// DynamoDB has no separate error code for a protected table. Describes the table to find out.
    async fn explain_refused_delete(&self, table: &Table, error: Error, deadline: Deadline) -> Error {
        let Error::Internal(upstream) = error else { return error };
        match self.describe_without_ttl(table, deadline).await {
            Ok(state) if state.is_protected => Error::TableProtected(table.name().to_owned(), upstream),
            Ok(_) | Err(_) => Error::Internal(upstream),
        }
    }
}
