use std::time::Duration;

use clap::Args;

use super::report::{Requested, WriteReport};
use crate::cli::connection::{Connection, RequestId, Table};
use crate::cli::error::Error;
use crate::cli::expression::{Condition, conditional};
use crate::cli::input::{Input, without_mark};
use crate::cli::{duration, notation};

/// Write an item, replacing the old one, and print its new version.
///
/// The item is a JSON object with all its attributes, including the primary key. Exits with 1 if the condition does not
/// hold; then nothing is written.
#[derive(Debug, Args)]
#[command(override_usage = "dynakv item put [OPTIONS] <ITEM|--file <FILE>>")]
pub(in crate::cli) struct Put {
    #[command(flatten)]
    item: Input,
    /// TTL of the item, such as 60ms, 5s, 1h30m or 7d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ttl: Option<Duration>,
    /// Write the replaced item to standard output instead of the new version
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

impl Put {
    pub(super) async fn run(self) -> Result<WriteReport, Error> {
        let text = self.item.read()?;
        let not_text = |_| Error::Usage("the item is not UTF-8".into());
        let item = notation::item(without_mark(std::str::from_utf8(&text).map_err(not_text)?));
        let item = item.map_err(|problem| Error::Usage(format!("the item: {problem}").into()))?;
        let client = self.connection.to(&self.table).await?;
        let requested = Requested { attributes: self.return_old, current: self.condition.return_current };
        let mut call = conditional!(client.put_item(item), self.condition).request_id(self.id.request_id);
        if let Some(ttl) = self.ttl {
            call = call.ttl(ttl);
        }
        if self.return_old {
            call = call.return_old();
        }
        Ok(WriteReport::written(requested, call.await?))
    }
}
