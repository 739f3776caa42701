//! `dynakv item`: items with all their attributes, one by one or in batches.

mod delete;
mod get;
mod key;
mod put;
mod report;
#[cfg(test)]
mod tests;
mod update;

use clap::Subcommand;

use super::batch::ItemBatch;
use super::connection::Connection;
use super::error::Error;
use super::notation;
use super::output::{Output, Verdict};

/// Read or write items with all their attributes.
#[derive(Debug, Subcommand)]
#[command(after_long_help = notation::HELP)]
pub(super) enum Item {
    Get(get::Get),
    Put(put::Put),
    Update(Box<update::Update>),
    Delete(delete::Delete),
    #[command(subcommand)]
    Batch(ItemBatch),
}

impl Item {
    pub(super) async fn run(self, output: Output) -> Result<Verdict, Error> {
        match self {
            Self::Get(command) => output.show(&command.run().await?),
            Self::Put(command) => output.show(&command.run().await?),
            Self::Update(command) => output.show(&command.run().await?),
            Self::Delete(command) => output.show(&command.run().await?),
            Self::Batch(command) => command.run(output).await,
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        match self {
            Self::Get(command) => &command.connection,
            Self::Put(command) => &command.connection,
            Self::Update(command) => &command.connection,
            Self::Delete(command) => &command.connection,
            Self::Batch(command) => command.connection(),
        }
    }
}
