use clap::Args;

use super::show::KeyLines;
use super::{Amount, Connection, Table};
use crate::cli::error::Error;
use crate::cli::output::{Output, Verdict};

/// Write the keys of entries to standard output, one per line, in no particular order.
#[derive(Debug, Args)]
pub(in crate::cli) struct Keys {
    /// Only keys that match this pattern, such as 'user:*:cart'. `*` matches any number of characters, `?` matches one,
    /// `[a-z]` and `[!a-z]` match one in or outside of the range; a backslash escapes the next character
    pattern: Option<String>,
    /// Only keys with this prefix
    #[arg(long, conflicts_with = "pattern")]
    prefix: Option<String>,
    /// Use strongly consistent reads, at twice the cost
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
