use std::io;
use std::path::PathBuf;

use clap::Args;
use dynakv_client::{Reason, pb};

use super::file::{Tally, Writer};
use super::pages::Pages;
use super::state::{self, Options};
use crate::cli::connection::{Connection, Table};
use crate::cli::error::Error;
use crate::cli::expression::Definitions;
use crate::cli::notation::{self, Plain};
use crate::cli::output::{Output, Verdict};
use crate::cli::transfer::checkpoint::Checkpoint;
use crate::cli::transfer::shape;
use crate::cli::transfer::summary::Beginning;
use crate::cli::transfer::with_suffix;

/// Maximum number of items on a page; most pages end earlier, at 1 MiB.
const PAGE: i32 = 10_000;

/// Write all items of a table to a file, one JSON object per line.
///
/// If it is interrupted, the same command resumes from FILE.progress, and in the end each item is in the file exactly
/// once. To resume after a restart of the server, the server needs page_tokens.secrets in its configuration, or the
/// embedded engine with a data folder. The version attribute is omitted; `import` creates new versions.
#[derive(Debug, Args)]
#[command(after_long_help = notation::HELP)]
pub(in crate::cli) struct Export {
    /// The file
    #[arg(long)]
    file: PathBuf,
    /// Number of segments that the server reads in parallel, 1 to 32
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=32))]
    segments: u32,
    /// Write only items that match, such as 'price > :p'
    #[arg(long, value_name = "EXPRESSION", help_heading = "Expressions")]
    filter: Option<String>,
    #[command(flatten)]
    definitions: Definitions,
    /// Use strongly consistent reads, at twice the cost
    #[arg(long)]
    consistent: bool,
    /// Start again: overwrite an existing file and discard an interrupted export
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

impl Export {
    pub(in crate::cli) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let client = self.connection.to(&self.table).await?;
        let version = shape::shape(&client).await?.version;
        let checkpoint = Checkpoint::at(with_suffix(&self.file, ".progress"));
        let (file, state) = state::start(&self.file, &checkpoint, self.options(version)?, self.force)?;
        let beginning = Beginning::now();
        let is_resumed = !state.page_token.is_empty();
        let pages = Pages::read(&client, self.request(&state.page_token));
        let stale = checkpoint.path().to_owned();
        let written = Writer::new(self.file.clone(), file, checkpoint, state).run(pages).await;
        let Tally { items, bytes, capacity_units } = written.map_err(|error| match error {
            Error::Client(error) if is_resumed && error.reason() == Some(&Reason::InvalidPageToken) => {
                Error::StalePageToken { path: stale }
            }
            other => other,
        })?;
        let summary = beginning.end("exported", items, bytes, capacity_units);
        output.summary(&summary, &summary.sentence());
        Ok(Verdict::Done)
    }

    fn request(&self, page_token: &str) -> pb::ScanRequest {
        let Definitions { names, values } = &self.definitions;
        pb::ScanRequest {
            table: self.table.name().to_owned(),
            consistent_read: self.consistent,
            return_consumed_capacity: true,
            filter: self.filter.clone().unwrap_or_default(),
            names: names.iter().cloned().collect(),
            values: values.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect(),
            projection: String::new(),
            index: String::new(),
            page_size: PAGE,
            page_token: page_token.to_owned(),
            count_only: false,
            segments: i32::try_from(self.segments).ok(),
        }
    }

    fn options(&self, version_attribute: String) -> Result<Options, Error> {
        let Definitions { names, values } = &self.definitions;
        let value = |(name, value): &(_, _)| Ok((String::clone(name), serde_json::to_string(&Plain(value))?));
        Ok(Options {
            table: self.table.name().to_owned(),
            segments: self.segments,
            filter: self.filter.clone(),
            names: names.iter().cloned().collect(),
            values: values.iter().map(value).collect::<io::Result<_>>()?,
            consistent: self.consistent,
            version_attribute,
        })
    }
}
