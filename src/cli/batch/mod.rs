//! `dynakv batch`: many entries, read from arguments, a file or standard input, a part at a time.

mod read;
mod record;
mod source;
mod tally;
mod write;

use clap::Subcommand;

use super::connection::Connection;
use super::error::Error;
use super::output::{Output, Verdict};

/// Read, write or delete many entries.
///
/// Ends with 0 if all were found or applied, 1 if some are missing, 2 if a line is bad, 3 if some failed, and 4 if it is
/// not known of some whether they happened. The highest that applies counts.
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
