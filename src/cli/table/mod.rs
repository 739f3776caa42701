//! `dynakv table`: creates, describes, checks and deletes tables.

mod check;
mod create;
mod definition;
mod delete;
mod describe;
mod list;
mod ttl;

use clap::{Args, Subcommand};
use dynakv_client::Client;

use super::connection::{Connection, Table};
use super::error::Error;
use super::output::{Output, Verdict};

/// Create, describe, list, check and delete tables.
#[derive(Debug, Subcommand)]
pub(super) enum TableCommand {
    Create(create::Create),
    Describe(describe::Describe),
    List(list::List),
    Check(check::Check),
    EnableTtl(ttl::EnableTtl),
    Delete(delete::Delete),
}

impl TableCommand {
    pub(super) async fn run(self, output: Output) -> Result<Verdict, Error> {
        match self {
            Self::Create(command) => output.show(&command.run(output).await?),
            Self::Describe(command) => output.show(&command.run().await?),
            Self::List(command) => output.show(&command.run().await?),
            Self::Check(command) => output.show(&command.run().await?),
            Self::EnableTtl(command) => output.show(&command.run().await?),
            Self::Delete(command) => output.show(&command.run().await?),
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        match self {
            Self::Create(command) => &command.server.connection,
            Self::Describe(command) => &command.server.connection,
            Self::List(command) => &command.connection,
            Self::Check(command) => &command.server.connection,
            Self::EnableTtl(command) => &command.server.connection,
            Self::Delete(command) => &command.connection,
        }
    }
}

/// The table and the server.
#[derive(Debug, Args)]
struct Server {
    /// The table; overrides --table
    #[arg(value_name = "TABLE")]
    name: Option<String>,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    connection: Connection,
}

impl Server {
    /// A client for the table.
    async fn connect(&self) -> Result<Client, Error> {
        match &self.name {
            Some(name) => self.connection.to_table(name).await,
            None => self.connection.to(&self.table).await,
        }
    }
}
