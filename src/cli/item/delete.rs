use clap::Args;

use super::key::Key;
use super::report::{Asked, WriteReport};
use crate::cli::connection::{Connection, RequestId, Table};
use crate::cli::error::Error;
use crate::cli::expression::{Condition, conditional};

/// Delete an item.
///
/// Ends with 1 if there was none, or if the condition does not hold; in the latter case it is unchanged.
#[derive(Debug, Args)]
pub(in crate::cli) struct Delete {
    #[command(flatten)]
    key: Key,
    /// Write the deleted item to standard output.
    #[arg(long)]
    return_old: bool,
    #[command(flatten)]
    condition: Condition,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Delete {
    pub(super) async fn run(self) -> Result<WriteReport, Error> {
        let key = self.key.key()?;
        let client = self.connection.to(&self.table).await?;
        let asked = Asked { attributes: self.return_old, current: self.condition.return_current };
        let mut call = conditional!(client.delete_item(key), self.condition).request_id(self.id.request_id);
        if self.return_old {
            call = call.return_old();
        }
        Ok(WriteReport::deleted(asked, call.await?))
    }
}
