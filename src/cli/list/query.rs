use clap::Args;

use super::show::Items;
use super::{Amount, Connection, Count, Selection, Table, select};
use crate::cli::error::Error;
use crate::cli::notation;
use crate::cli::output::{Output, Verdict};

/// Show the items of one partition of a table or index, in the order of the sort key.
///
/// A terminal shows a table; a pipe or a file, or --json, gets one JSON object per line. For example:
///
///   dynakv query --key-condition 'pk = :user AND begins_with(sk, :o)' --value ':user="user-1"' --value ':o="order#"' --descending
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_long_help = notation::HELP)]
pub(in crate::cli) struct Query {
    /// DynamoDB key condition expression, such as 'pk = :user'
    #[arg(long, value_name = "EXPRESSION", help_heading = "Expressions")]
    key_condition: String,
    /// Descending order of the sort key
    #[arg(long)]
    descending: bool,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    amount: Amount,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Query {
    pub(in crate::cli) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let client = self.connection.to(&self.table).await?;
        let count = self.selection.count;
        let call = select!(client.query(self.key_condition), self.selection);
        let call = if self.descending { call.descending() } else { call };
        if count {
            return output.show(&Count { count: call.count().await? });
        }
        self.amount.list(call, output, Items::new(output)).await
    }
}
