use clap::Args;

use super::show::Items;
use super::{Amount, Connection, Count, Selection, Table, select};
use crate::cli::error::Error;
use crate::cli::notation;
use crate::cli::output::{Output, Verdict};

/// Show the items of a table or index, in no particular order.
///
/// A terminal shows a table; a pipe or a file, or --json, gets one JSON object per line. To save a whole table, use
/// `export`, which can resume after an interruption.
#[derive(Debug, Args)]
#[command(after_long_help = notation::HELP)]
pub(in crate::cli) struct Scan {
    /// Number of segments that the server reads in parallel, 1 to 32
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=32))]
    segments: u32,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    amount: Amount,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Scan {
    pub(in crate::cli) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let client = self.connection.to(&self.table).await?;
        let count = self.selection.count;
        let call = select!(client.scan().segments(self.segments), self.selection);
        if count {
            return output.show(&Count { count: call.count().await? });
        }
        self.amount.list(call, output, Items::new(output)).await
    }
}
