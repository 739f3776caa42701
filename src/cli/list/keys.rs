use clap::Args;

use super::show::KeyLines;
use super::{Amount, Connection, Table};
use crate::cli::error::Error;
use crate::cli::output::{Output, Verdict};

/// Write the keys of entries to standard output, a key a line, in no order.
#[derive(Debug, Args)]
pub(in crate::cli) struct Keys {
    /// Only keys that match this as a whole, such as 'user:*:cart'. `*` stands for any characters, `?` for one, `[a-z]` and
    /// `[!a-z]` for one of those or of the others; a backslash takes the meaning off the next character.
    pattern: Option<String>,
    /// Only keys that begin with this.
    #[arg(long, conflicts_with = "pattern")]
    prefix: Option<String>,
    /// Read strongly consistently, at twice the cost.
    #[arg(long)]
    consistent: bool,
    #[command(flatten)]
    amount: Amount,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Keys {
    pub(in crate::cli) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let client = self.connection.to(&self.table).await?;
        let call = client.list_keys();
        let call = match (self.pattern, self.prefix) {
            (Some(glob), _) => call.glob(glob),
            (None, Some(prefix)) => call.prefix(prefix),
            (None, None) => call,
        };
        let call = if self.consistent { call.consistent() } else { call };
        self.amount.list(call, output, KeyLines { json: output.json }).await
    }
}
