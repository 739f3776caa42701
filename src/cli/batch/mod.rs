//! `dynakv batch` and `dynakv item batch`: many entries or items, from arguments, a file or standard input, processed in parts.

mod items;
mod read;
mod record;
mod source;
mod tally;
mod write;
mod writer;

pub(super) use items::ItemBatch;

use clap::Subcommand;

use super::connection::Connection;
use super::error::Error;
use super::output::{Output, Verdict};

/// Read, write or delete many entries.
///
/// Exit codes: 0 if all were found or applied, 1 if some are missing, 2 if a line is invalid, 3 if some failed, 4 if
/// the outcome of some is unknown. The highest one that applies is used.
#[derive(Debug, Subcommand)]
pub(super) enum Batch {
    Get(read::Get),
    Set(write::Set),
    Del(write::Del),
}

impl Batch {
    pub(super) async fn run(self, output: Output) -> Result<Verdict, Error> {
        match self {
            Self::Get(command) => command.run(output).await,
            Self::Set(command) => command.run(output).await,
            Self::Del(command) => command.run(output).await,
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        match self {
            Self::Get(command) => &command.connection,
            Self::Set(command) => &command.connection,
            Self::Del(command) => &command.connection,
        }
    }
}

#[cfg(test)]
mod tests;
