use clap::Args;
use dynakv_client::{Client, Found};

use super::record::Key;
use super::source::{Format, Records, Source, part};
use super::tally::{Reads, Tally as _};
use crate::cli::connection::{Connection, Table};
use crate::cli::error::{self, Error};
use crate::cli::output::{Output, Verdict, to_stdout_line};
use crate::cli::progress::Progress;
use crate::cli::read::Got;

/// Number of keys for each request. Entries are kept until they can be written in order, so this limits the memory: 400
/// MB in the worst case.
const PART: usize = 1000;

/// Write many entries to standard output, one JSON object per line, in the order of the keys.
///
/// The keys come from arguments, a file or standard input: one key per line, JSON lines or CSV.
#[derive(Debug, Args)]
pub(in crate::cli) struct Get {
    /// The keys.
    #[arg(value_name = "KEY", conflicts_with_all = ["file", "format"])]
    keys: Vec<String>,
    #[command(flatten)]
    source: Source,
    /// Use strongly consistent reads, at twice the cost
    #[arg(long)]
    consistent: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Get {
    pub(super) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let (progress, records) = input(&self.keys, &self.source)?;
        let client = self.connection.to(&self.table).await?;
        let mut reads = Reads::default();
        let result = self.read_all(&client, records, &progress, &mut reads).await;
        drop(progress);
        output.summary(&reads, &reads.sentence());
        result.map(|()| reads.verdict())
    }

    async fn read_all(
        &self,
        client: &Client,
        mut records: Records<Key>,
        progress: &Progress,
        reads: &mut Reads,
    ) -> Result<(), Error> {
        loop {
            let part = part(&mut records, PART)?;
            if part.is_empty() {
                return Ok(());
            }
            let call = client.batch_get(part.iter().map(|(_, Key(key))| key));
            let call = if self.consistent { call.consistent() } else { call };
            let lines = part.iter().map(|(line, _)| *line).collect::<Vec<_>>();
            let found = call.await.map_err(|error| Error::of_part(error, &lines))?;
            progress.advance(part.len() as u64);
            for ((_, Key(key)), found) in part.into_iter().zip(found) {
                progress.aside(|| show(key, found, reads))?;
            }
        }
    }
}

fn show(key: String, found: Found, reads: &mut Reads) -> Result<(), Error> {
    match found {
        Found::Entry(entry) => {
            reads.found += 1;
            to_stdout_line(&Got::new(key, Some(entry)))
        }
        Found::Missing => {
            reads.missing += 1;
            to_stdout_line(&Got::new(key, None))
        }
        Found::Failed(failure) => {
            reads.failed += 1;
            to_stdout_line(&error::OfKey::new(Some(key), None, failure.as_ref().clone()))
        }
    }
}

/// The keys and a progress bar.
pub(super) fn input(keys: &[String], source: &Source) -> Result<(Progress, Records<Key>), Error> {
    if keys.is_empty() {
        return Ok((Progress::start(), source.open(Format::Text)?));
    }
    let keys: Vec<_> = (1..).zip(keys.iter().cloned().map(Key)).map(Ok).collect();
    Ok((Progress::of(keys.len()), Box::new(keys.into_iter())))
}
