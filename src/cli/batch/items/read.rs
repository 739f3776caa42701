use clap::Args;
use dynakv_client::{BatchItemRead, Client, FoundItem, ItemKey};
use serde::Serialize;

use super::record::Key;
use crate::cli::batch::record::Record as _;
use crate::cli::batch::source::{Format, Records, Source, part};
use crate::cli::batch::tally::{Reads, Tally as _};
use crate::cli::connection::{Connection, Table};
use crate::cli::error::{self, Error};
use crate::cli::notation::PlainItem;
use crate::cli::output::{Output, Verdict, to_stdout_line};
use crate::cli::progress::Progress;

/// Number of keys for each request. Items are kept until they can be written in order, so this limits the memory: 400
/// MB in the worst case.
const PART: usize = 1000;

/// Write many items to standard output, one JSON object per line, in the order of the keys.
///
/// The keys are string partition keys, in arguments, a file or on standard input. With --format jsonl each line is a value of any
/// type, a list of partition key and sort key such as ["ann", 7], or an object with such a "key", as this command writes it.
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
    /// Show only these attributes, such as 'address.city, #n'
    #[arg(long, value_name = "EXPRESSION", help_heading = "Expressions")]
    projection: Option<String>,
    /// Attribute for an alias in the projection, such as '#n=name'
    #[arg(long = "name", value_name = "#ALIAS=ATTRIBUTE", value_parser = crate::cli::expression::name, help_heading = "Expressions")]
    names: Vec<(String, String)>,
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
            let keys = part.iter().map(|(_, key)| BatchItemRead::new(ItemKey::from(key.clone())));
            let mut call = client.batch_get_items(keys);
            if self.consistent {
                call = call.consistent();
            }
            if let Some(projection) = &self.projection {
                call = call.projection(projection);
            }
            let names = self.names.iter();
            let call = names.fold(call, |call, (alias, attribute)| call.name(alias, attribute));
            let lines = part.iter().map(|(line, _)| *line).collect::<Vec<_>>();
            let found = call.await.map_err(|error| Error::of_part(error, &lines))?;
            progress.advance(part.len() as u64);
            for ((_, key), found) in part.iter().zip(found) {
                progress.aside(|| show(key, &found, reads))?;
            }
        }
    }
}

/// What was found under a key.
#[derive(Serialize)]
struct Got<'a> {
    key: &'a Key,
    found: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<PlainItem<'a>>,
}

fn show(key: &Key, found: &FoundItem, reads: &mut Reads) -> Result<(), Error> {
    match found {
        FoundItem::Item(item) => {
            reads.found += 1;
            to_stdout_line(&Got { key, found: true, item: Some(PlainItem(item)) })
        }
        FoundItem::Missing => {
            reads.missing += 1;
            to_stdout_line(&Got { key, found: false, item: None })
        }
        FoundItem::Failed(failure) => {
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
    let key = |(number, key): (u64, &String)| {
        let key = Key::of_text(key).map_err(|problem| Error::Usage(problem.into()))?;
        Ok((number, key))
    };
    let keys: Vec<_> = (1..).zip(keys).map(key).collect();
    Ok((Progress::of(keys.len()), Box::new(keys.into_iter())))
}
