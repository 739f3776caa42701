use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;
use serde::Serialize;

use crate::cli::connection::Connection;
use crate::cli::error::Error;
use crate::cli::output::Report;

/// Delete a table and all that it holds, if the server's configuration allows it.
#[derive(Debug, Args)]
pub(in crate::cli) struct Delete {
    /// The table. Always named, also if it is the default one.
    table: String,
    /// Do not ask. Without it, the name has to be typed once more, at a terminal.
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

/// Has a person type the name of the table.
fn confirm(table: &str) -> Result<(), Error> {
    if !io::stdin().is_terminal() {
        return Err(Error::Usage("say --yes to delete a table where nobody can be asked".into()));
    }
    let asked = write!(io::stderr(), "This deletes the table and all that it holds. Type its name to go on: ");
    let mut typed = String::new();
    asked
        .and_then(|()| io::stdin().read_line(&mut typed))
        .map_err(|source| Error::Input { path: "the terminal".into(), source })?;
    if typed.trim() == table { Ok(()) } else { Err(Error::Usage("that is not its name; nothing was deleted".into())) }
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
