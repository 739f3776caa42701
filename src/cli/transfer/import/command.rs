use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use dynakv_client::{Client, Uuid};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};

use super::parts::Parts;
use super::pipeline::{Pipeline, Save, Tally};
use super::position::Position;
use super::request::Encoder;
use super::send::Sender;
use crate::cli::connection::{Connection, Table};
use crate::cli::error::Error;
use crate::cli::notation;
use crate::cli::output::{Output, Verdict};
use crate::cli::progress::Progress;
use crate::cli::transfer::checkpoint::Checkpoint;
use crate::cli::transfer::shape::{self, Shape};
use crate::cli::transfer::summary::Beginning;
use crate::cli::transfer::with_suffix;

/// Write items to a table from a file with one JSON object per line, as written by `export` and `scan`.
///
/// Existing items are replaced; of several lines with one key the last one wins. If it is interrupted, the same command
/// resumes from FILE.imported; importing a line twice does no harm. A line that cannot be imported stops it; all earlier
/// lines are imported, and some later ones may be. The version attribute is omitted: the server creates new versions.
#[derive(Debug, Args)]
#[command(after_long_help = notation::HELP)]
pub(in crate::cli) struct Import {
    /// The file; `-` is standard input, which cannot be resumed
    #[arg(long)]
    file: PathBuf,
    /// Number of concurrent requests, 1 to 256, each with up to 2,000 items
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// Start again, ignoring an interrupted import
    #[arg(long)]
    restart: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

/// The progress of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    /// The target of the import.
    target: Target,
    /// The id of the import, of which those of its requests are made.
    id: String,
    /// The last line of those that are all imported.
    line: u64,
    /// The BLAKE3 hash of these lines, to detect another file.
    hash: String,
}

/// The server and the table of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    address: String,
    table: String,
}

impl Import {
    pub(in crate::cli) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let client = self.connection.to(&self.table).await?;
        let shape = shape::shape(&client).await?;
        let beginning = Beginning::now();
        let Tally { items, bytes, capacity_units } = if self.file.as_os_str() == "-" {
            let path = Path::new("standard input");
            let parts = Parts::of(io::stdin(), path.to_owned());
            let pipeline = self.pipeline(&client, shape, path, Uuid::new_v4());
            pipeline.run(parts, Position::default(), Unsaved, &Progress::of_file(None)).boxed().await?
        } else {
            self.resumable(&client, shape, output).await?
        };
        let summary = beginning.end("imported", items, bytes, capacity_units);
        output.summary(&summary, &summary.sentence());
        Ok(Verdict::Done)
    }

    async fn resumable(&self, client: &Client, shape: Shape, output: Output) -> Result<Tally, Error> {
        if with_suffix(&self.file, ".progress").exists() {
            return Err(Error::Usage(format!("{} belongs to an unfinished export", self.file.display()).into()));
        }
        let input = |source| Error::Input { path: self.file.clone(), source };
        let file = File::open(&self.file).map_err(input)?;
        let length = file.metadata().map_err(input)?.len();
        let mut parts = Parts::of(file, self.file.clone());
        let mut progress = Saved {
            target: Target { address: self.connection.address().to_owned(), table: self.table.name().to_owned() },
            id: Uuid::new_v4(),
            checkpoint: Checkpoint::at(with_suffix(&self.file, ".imported")),
        };
        let from = progress.resume(self.restart, &mut parts, output)?;
        // The ids of requests must be known before the first of them is sent.
        progress.save(&from).await?;
        let checkpoint = progress.checkpoint.clone();
        let pipeline = self.pipeline(client, shape, &self.file, progress.id);
        let tally = pipeline.run(parts, from, progress, &Progress::of_file(Some(length))).boxed().await?;
        checkpoint.clear()?;
        Ok(tally)
    }

    fn pipeline(&self, client: &Client, shape: Shape, path: &Path, id: Uuid) -> Pipeline {
        let table = self.table.name().to_owned();
        Pipeline {
            encoder: Arc::new(Encoder { path: path.to_owned(), table, shape, id }),
            sender: Arc::new(Sender::new(client, path.to_owned())),
            concurrency: self.concurrency.into(),
        }
    }
}

/// Standard input cannot be read again.
struct Unsaved;

impl Save for Unsaved {
    async fn save(&mut self, _position: &Position) -> Result<(), Error> {
        Ok(())
    }
}

/// The progress of an import of a file.
struct Saved {
    target: Target,
    id: Uuid,
    checkpoint: Checkpoint,
}

impl Saved {
    /// Skips the imported lines after checking that they and the table are the same.
    fn resume(&mut self, restart: bool, parts: &mut Parts<File>, output: Output) -> Result<Position, Error> {
        let saved = if restart { None } else { self.checkpoint.load::<State>()? };
        // Nothing is lost with a checkpoint of no lines.
        let Some(saved) = saved.filter(|saved| saved.line > 0 || saved.target == self.target) else {
            return Ok(Position::default());
        };
        if saved.line > 0 {
            output.progress(&format!("going on after line {}", saved.line));
        }
        let position = parts.skip_to(saved.line)?.clone();
        self.id = saved.id.parse().map_err(|_| self.foreign())?;
        if self.state(&position) == saved { Ok(position) } else { Err(self.foreign()) }
    }

    fn foreign(&self) -> Error {
        let path = self.checkpoint.path().display();
        let problem = format!("{path} belongs to an import of other lines or to another table; --restart starts again");
        Error::Usage(problem.into())
    }

    fn state(&self, position: &Position) -> State {
        State {
            target: self.target.clone(),
            id: self.id.to_string(),
            line: position.line(),
            hash: position.hash().to_string(),
        }
    }
}

impl Save for Saved {
    async fn save(&mut self, position: &Position) -> Result<(), Error> {
        let (state, checkpoint) = (self.state(position), self.checkpoint.clone());
        let saved = tokio::task::spawn_blocking(move || checkpoint.save(&state)).await;
        saved.unwrap_or_else(|error| Err(Error::Output(io::Error::other(error))))
    }
}
