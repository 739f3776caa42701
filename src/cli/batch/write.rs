use std::time::Duration;

use clap::Args;
use dynakv_client::{BatchOperation, BatchOutcome, Client, Uuid};

use super::read::input;
use super::record::{Key, NewEntry, Record};
use super::source::{Format, Records, Source, part};
use super::tally::{Tally as _, Writes};
use crate::cli::connection::{Connection, RequestId, Table};
use crate::cli::duration;
use crate::cli::error::{self, Error};
use crate::cli::output::{Output, Verdict, to_stdout_line};
use crate::cli::progress::Progress;

/// Number of operations for each request: a quarter of the maximum, so that it finishes in time on a busy table.
const PART: usize = 2500;

/// Write many entries.
///
/// They come from arguments, or from a file or standard input as JSON lines such as {"key": "k", "value": "v", "ttl":
/// "5s"}, with "value_base64" for binary values, or as CSV with these columns. Operations that were not applied are
/// written to standard output, one JSON object per line. Lines are sent in parts of up to 2,500. An invalid line stops
/// the command: its part is not sent, all earlier ones are.
#[derive(Debug, Args)]
pub(in crate::cli) struct Set {
    /// Keys and values, alternating
    #[arg(value_name = "KEY VALUE", allow_negative_numbers = true, conflicts_with_all = ["file", "format"])]
    entries: Vec<String>,
    #[command(flatten)]
    source: Source,
    /// TTL of entries without their own, such as 60ms, 5s, 1h30m or 7d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ttl: Option<Duration>,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Set {
    pub(super) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let (progress, records) = self.input()?;
        let client = self.connection.to(&self.table).await?;
        let operation = |NewEntry { key, value, ttl }| {
            let set = BatchOperation::set(key, value);
            if let Some(ttl) = ttl.or(self.ttl) { set.ttl(ttl) } else { set }.into()
        };
        Writer { client, id: self.id.id(), writes: Writes::default() }.run(records, operation, progress, output).await
    }

    fn input(&self) -> Result<(Progress, Records<NewEntry>), Error> {
        if self.entries.is_empty() {
            return Ok((Progress::start(), self.source.open(Format::Jsonl)?));
        }
        let mut entries = Vec::with_capacity(self.entries.len() / 2);
        for (number, pair) in (1..).zip(self.entries.chunks(2)) {
            let [key, value] = pair else { return Err(Error::Usage("the last key has no value".into())) };
            entries.push(Ok((number, NewEntry { key: key.clone(), value: value.clone().into(), ttl: None })));
        }
        Ok((Progress::of(entries.len()), Box::new(entries.into_iter())))
    }
}

/// Delete many entries.
///
/// The keys come from arguments, a file or standard input: one key per line, JSON lines or CSV. Operations that were
/// not applied are written to standard output, one JSON object per line.
#[derive(Debug, Args)]
pub(in crate::cli) struct Del {
    /// The keys.
    #[arg(value_name = "KEY", conflicts_with_all = ["file", "format"])]
    keys: Vec<String>,
    #[command(flatten)]
    source: Source,
    /// Count keys without an entry, and exit with 1 if there are any. Needs one call for each key
    #[arg(long)]
    report_existed: bool,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Del {
    pub(super) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let (progress, records) = input(&self.keys, &self.source)?;
        let client = self.connection.to(&self.table).await?;
        let operation = |Key(key)| {
            let delete = BatchOperation::delete(key);
            if self.report_existed { delete.report_existed() } else { delete }.into()
        };
        Writer { client, id: self.id.id(), writes: Writes::default() }.run(records, operation, progress, output).await
    }
}

struct Writer {
    client: Client,
    id: Uuid,
    writes: Writes,
}

impl Writer {
    async fn run<R: Record>(
        mut self,
        records: Records<R>,
        operation: impl Fn(R) -> BatchOperation,
        progress: Progress,
        output: Output,
    ) -> Result<Verdict, Error> {
        let result = self.write_all(records, operation, &progress).await;
        drop(progress);
        output.summary(&self.writes, &self.writes.sentence());
        result.map(|()| self.writes.verdict())
    }

    async fn write_all<R: Record>(
        &mut self,
        mut records: Records<R>,
        operation: impl Fn(R) -> BatchOperation,
        progress: &Progress,
    ) -> Result<(), Error> {
        for number in 0_u64.. {
            let part = part(&mut records, PART)?;
            if part.is_empty() {
                break;
            }
            let (lines, operations): (Vec<u64>, Vec<BatchOperation>) =
                part.into_iter().map(|(line, record)| (line, operation(record))).unzip();
            // With the same id, the same input gives the same parts with the same ids.
            let id = Uuid::new_v5(&self.id, number.to_string().as_bytes());
            let call = self.client.batch_write(operations.iter().cloned()).request_id(id);
            let outcomes = call.await.map_err(|error| Error::of_part(error, &lines).under_id(self.id))?;
            progress.advance(lines.len() as u64);
            for ((operation, line), outcome) in operations.iter().zip(lines).zip(outcomes) {
                progress.aside(|| self.count(operation, line, outcome))?;
            }
        }
        Ok(())
    }

    fn count(&mut self, operation: &BatchOperation, line: u64, outcome: BatchOutcome) -> Result<(), Error> {
        let show = |failure: &dynakv_client::Failure| {
            to_stdout_line(&error::OfKey::new(operation.key().to_owned(), Some(line), failure.clone()))
        };
        match outcome {
            BatchOutcome::Written { .. } => self.writes.applied += 1,
            BatchOutcome::Deleted { existed } => {
                self.writes.applied += 1;
                self.writes.missing += u64::from(existed == Some(false));
            }
            BatchOutcome::Superseded => self.writes.superseded += 1,
            // These commands set no conditions.
            BatchOutcome::ConditionFailed { .. } => self.writes.failed += 1,
            BatchOutcome::Failed(failure) => {
                self.writes.failed += 1;
                show(&failure)?;
            }
            BatchOutcome::OutcomeUnknown(failure) => {
                self.writes.unknown += 1;
                show(&failure)?;
            }
        }
        Ok(())
    }
}
