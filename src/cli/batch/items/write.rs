use std::time::Duration;

use clap::Args;
use dynakv_client::{BatchItemOperation, BatchOutcome, Client, Item, Uuid};
use serde::Serialize;

use super::read::input;
use super::record::{Key, NewItem};
use crate::cli::batch::record::Record as _;
use crate::cli::batch::source::{Format, Records, Source};
use crate::cli::batch::writer::{self, Writer};
use crate::cli::connection::{Connection, RequestId, Table};
use crate::cli::duration;
use crate::cli::error::Error;
use crate::cli::output::{Output, Verdict};
use crate::cli::progress::Progress;

/// Write many items, each in place of what was there.
///
/// They are JSON objects with all their attributes, including the primary key: arguments, or lines of a file or of standard
/// input. Operations that were not applied are written to standard output, one JSON object per line. Lines are sent in parts
/// of up to 2,500. An invalid line stops the command: its part is not sent, all earlier ones are.
#[derive(Debug, Args)]
pub(in crate::cli) struct Put {
    /// The items.
    #[arg(value_name = "ITEM", conflicts_with_all = ["file", "format"])]
    items: Vec<String>,
    #[command(flatten)]
    source: Source,
    /// TTL of the items, such as 60ms, 5s, 1h30m or 7d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ttl: Option<Duration>,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Put {
    pub(super) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let (progress, records) = self.input()?;
        let client = self.connection.to(&self.table).await?;
        let operation = |NewItem { item, .. }| {
            let put = BatchItemOperation::put_item(item);
            let put = if let Some(ttl) = self.ttl { put.ttl(ttl) } else { put };
            Operation { key: None, operation: put.into() }
        };
        Writer::new(client, self.id.id()).run(records, operation, progress, output).await
    }

    fn input(&self) -> Result<(Progress, Records<NewItem>), Error> {
        if self.items.is_empty() {
            return Ok((Progress::start(), self.source.open(Format::Jsonl)?));
        }
        let mut items = Vec::with_capacity(self.items.len());
        for (number, text) in (1..).zip(&self.items) {
            let bad = |problem| Error::Usage(format!("item {number}: {problem}").into());
            items.push(Ok((number, NewItem::of_json(text).map_err(bad)?)));
        }
        Ok((Progress::of(items.len()), Box::new(items.into_iter())))
    }
}

/// Delete many items.
///
/// The keys are as those of `item batch get`. Operations that were not applied are written to standard output, one JSON object
/// per line.
#[derive(Debug, Args)]
pub(in crate::cli) struct Delete {
    /// The keys.
    #[arg(value_name = "KEY", conflicts_with_all = ["file", "format"])]
    keys: Vec<String>,
    #[command(flatten)]
    source: Source,
    /// Count keys without an item, and exit with 1 if there are any. Needs one call for each key
    #[arg(long)]
    report_existed: bool,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Delete {
    pub(super) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let (progress, records) = input(&self.keys, &self.source)?;
        let client = self.connection.to(&self.table).await?;
        let operation = |key: Key| {
            let delete = BatchItemOperation::delete_item(key.clone());
            let delete = if self.report_existed { delete.report_existed() } else { delete };
            Operation { key: Some(key), operation: delete.into() }
        };
        Writer::new(client, self.id.id()).run(records, operation, progress, output).await
    }
}

/// An operation on an item. A put does not tell which attributes are its key.
#[derive(Clone)]
struct Operation {
    key: Option<Key>,
    operation: BatchItemOperation,
}

impl writer::Operation for Operation {
    type Current = Item;

    fn key(&self) -> Option<impl Serialize> {
        self.key.as_ref()
    }

    async fn send(
        client: &Client,
        operations: Vec<Self>,
        id: Uuid,
    ) -> Result<Vec<BatchOutcome<Item>>, dynakv_client::Error> {
        client.batch_write_items(operations.into_iter().map(|one| one.operation)).request_id(id).await
    }
}
