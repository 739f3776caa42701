use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::table::TableState;

impl Driver {
    /// Describes a table.
    ///
    /// # Errors
    /// Those of a read; [`Error::TableNotFound`]; [`Error::BackendAccessDenied`] if the role lacks
    /// `dynamodb:DescribeTable`.
    pub async fn describe_table(&self, table: &str, deadline: Deadline) -> Result<TableState, Error> {
        let core = &*self.core;
        core.describe(&*core.table(table)?, deadline).await
    }
}
