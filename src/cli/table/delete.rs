use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;
use serde::Serialize;

use crate::cli::connection::Connection;
use crate::cli::error::Error;
use crate::cli::output::Report;

/// Delete a table with all its data, if the server's configuration allows it.
#[derive(Debug, Args)]
pub(in crate::cli) struct Delete {
    /// The table. Required, even for the default table
    table: String,
    /// Do not ask for confirmation. Otherwise the name has to be typed again on a terminal
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    pub(super) connection: Connection,
}

impl Delete {
    pub(in crate::cli) async fn run(self) -> Result<Deleted, Error> {
        if !self.yes {
            confirm(&self.table)?;
        }
        let client = self.connection.connect().await?;
        client.delete_table(&self.table).await.map_err(Error::of_table)?;
        Ok(Deleted { table: self.table, deleted: true })
    }
}

/// Asks the user to type the name of the table.
fn confirm(table: &str) -> Result<(), Error> {
    if !io::stdin().is_terminal() {
        return Err(Error::Usage("say --yes to delete a table where nobody can be asked".into()));
    }
    let asked = write!(io::stderr(), "This deletes the table with all its data. Type its name to continue: ");
    let mut typed = String::new();
    asked
        .and_then(|()| io::stdin().read_line(&mut typed))
        .map_err(|source| Error::Input { path: "the terminal".into(), source })?;
    if typed.trim() == table {
        Ok(())
    } else {
        Err(Error::Usage("the name does not match; nothing was deleted".into()))
    }
}

#[derive(Debug, Serialize)]
pub(in crate::cli) struct Deleted {
    table: String,
    deleted: bool,
}

impl Report for Deleted {
    fn text(&self, _terminal: bool) -> Vec<u8> {
        Vec::new()
    }
}
