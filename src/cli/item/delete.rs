use clap::Args;

use super::key::Key;
use super::report::{Requested, WriteReport};
use crate::cli::connection::{Connection, RequestId, Table};
use crate::cli::error::Error;
use crate::cli::expression::{Condition, conditional};

/// Delete an item.
///
/// Exits with 1 if there was none or the condition does not hold. In the latter case the item is unchanged. With --omit-existed it
/// exits with 0 whether or not there was one.
#[derive(Debug, Args)]
pub(in crate::cli) struct Delete {
    #[command(flatten)]
    key: Key,
    /// Write the deleted item to standard output.
    #[arg(long)]
    return_old: bool,
    /// Do not ask whether there was an item: such a delete may share a call to DynamoDB with other writes
    #[arg(long, conflicts_with_all = ["return_old", "condition"])]
    omit_existed: bool,
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
        let requested = Requested { attributes: self.return_old, current: self.condition.return_current };
        let mut call = conditional!(client.delete_item(key), self.condition).request_id(self.id.request_id);
        if self.return_old {
            call = call.return_old();
        }
        if self.omit_existed {
            return Ok(WriteReport::removed(call.omit_existed().await?));
        }
        Ok(WriteReport::deleted(requested, call.await?))
    }
}
