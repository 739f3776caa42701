use std::time::Duration;

use clap::Args;
use dynakv_client::BatchOperation;

use super::read::input;
use super::record::{Key, NewEntry};
use super::source::{Format, Records, Source};
use super::writer::Writer;
use crate::cli::connection::{Connection, RequestId, Table};
use crate::cli::duration;
use crate::cli::error::Error;
use crate::cli::output::{Output, Verdict};
use crate::cli::progress::Progress;

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
            BatchOperation::from(if let Some(ttl) = ttl.or(self.ttl) { set.ttl(ttl) } else { set })
        };
        Writer::new(client, self.id.id()).run(records, operation, progress, output).await
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
            BatchOperation::from(if self.report_existed { delete.report_existed() } else { delete })
        };
        Writer::new(client, self.id.id()).run(records, operation, progress, output).await
    }
}
