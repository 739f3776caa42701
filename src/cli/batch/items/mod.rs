//! `dynakv item batch`: many items.

mod read;
mod record;
mod write;

use clap::Subcommand;

use crate::cli::connection::Connection;
use crate::cli::error::Error;
use crate::cli::output::{Output, Verdict};

/// Read, write or delete many items.
///
/// Exit codes: 0 if all were found or applied, 1 if some are missing, 2 if a line is invalid, 3 if some failed, 4 if
/// the outcome of some is unknown. The highest one that applies is used.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ItemBatch {
    Get(read::Get),
    Put(write::Put),
    Delete(write::Delete),
}

impl ItemBatch {
    pub(in crate::cli) async fn run(self, output: Output) -> Result<Verdict, Error> {
        match self {
            Self::Get(command) => command.run(output).await,
            Self::Put(command) => command.run(output).await,
            Self::Delete(command) => command.run(output).await,
        }
    }

    pub(in crate::cli) fn connection(&self) -> &Connection {
        match self {
            Self::Get(command) => &command.connection,
            Self::Put(command) => &command.connection,
            Self::Delete(command) => &command.connection,
        }
    }
}

#[cfg(test)]
mod tests;
