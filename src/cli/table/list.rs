use clap::Args;
use dynakv_client::ListedTable;
use serde::Serialize;

use crate::cli::connection::Connection;
use crate::cli::error::Error;
use crate::cli::output::Report;

/// List the server's tables with their names in DynamoDB, the default table first.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl List {
    pub(in crate::cli) async fn run(self) -> Result<TableList, Error> {
        let tables = self.connection.connect().await?.list_tables().await?;
        Ok(TableList { tables: tables.into_iter().map(Into::into).collect() })
    }
}

#[derive(Debug, Serialize)]
pub(in crate::cli) struct TableList {
    tables: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Listed {
    name: String,
    physical_name: String,
    is_default: bool,
}

impl From<ListedTable> for Listed {
    fn from(ListedTable { name, physical_name, is_default }: ListedTable) -> Self {
        Self { name, physical_name, is_default }
    }
}

impl Report for TableList {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        let line = |table: &Listed| format!("{}\t{}\n", table.name, table.physical_name);
        self.tables.iter().map(line).collect::<String>().into_bytes()
    }
}
