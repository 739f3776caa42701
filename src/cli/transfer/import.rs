use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use blake3::Hasher;
use clap::Args;
use dynakv_client::Client;
use futures_util::stream::{self, StreamExt as _};
use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::lines::{Line, Lines};
use super::{version, with_suffix};
use crate::cli::connection::{Connection, Table};
use crate::cli::error::Error;
use crate::cli::notation;
use crate::cli::output::{Output, Verdict};
use crate::cli::progress::Progress;

/// Lines between two checkpoints.
const LINES_A_CHECKPOINT: u64 = 1000;

/// Write items to a table from a file with one JSON object per line, as written by `export` and `scan`.
///
/// Existing items are replaced. If it is interrupted, the same command resumes from FILE.imported; importing a line
/// twice does no harm. An invalid line stops it; all earlier lines are imported. The version attribute is omitted: the
/// server creates new versions.
#[derive(Debug, Args)]
#[command(after_long_help = notation::HELP)]
pub(in crate::cli) struct Import {
    /// The file; `-` is standard input, which cannot be resumed
    #[arg(long)]
    file: PathBuf,
    /// Number of concurrent writes, 1 to 256
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=256))]
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

/// The result of an import.
#[derive(Debug, Serialize)]
struct Imported {
    items: u64,
}

impl Import {
    pub(in crate::cli) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let client = self.connection.to(&self.table).await?;
        let version = version::attribute(&client).await?;
        let writer = Writer { client, version, concurrency: self.concurrency.into() };
        let items = if self.file.as_os_str() == "-" {
            let lines = Lines::of(io::stdin(), "standard input".into());
            writer.run(Path::new("standard input"), lines, |_| Ok(())).await?
        } else {
            self.resumable(&writer, output).await?
        };
        output.summary(&Imported { items }, &format!("{items} items imported"));
        Ok(Verdict::Done)
    }

    async fn resumable(&self, writer: &Writer, output: Output) -> Result<u64, Error> {
        if with_suffix(&self.file, ".progress").exists() {
            return Err(Error::Usage(format!("{} belongs to an unfinished export", self.file.display()).into()));
        }
        let file = File::open(&self.file).map_err(|source| Error::Input { path: self.file.clone(), source })?;
        let mut lines = Lines::of(file, self.file.clone());
        let target = Target { address: self.connection.address().to_owned(), table: self.table.name().to_owned() };
        let checkpoint = Checkpoint::at(with_suffix(&self.file, ".imported"));
        let saved = if self.restart { None } else { checkpoint.load::<State>()? };
        let mut reached = Position { target, line: 0, hasher: Hasher::new() };
        if let Some(saved) = saved {
            output.progress(&format!("going on after line {}", saved.line));
            reached.skip(&saved, &mut lines, &checkpoint)?;
        }
        let mut saved = reached.line;
        let imported = writer.run(&self.file, lines, |line| {
            reached.take(&line);
            if reached.line - saved >= LINES_A_CHECKPOINT {
                saved = reached.line;
                checkpoint.save(&reached.state())?;
            }
            Ok(())
        });
        let imported = imported.await;
        if imported.is_ok() {
            checkpoint.clear()?;
        } else if reached.line > 0 {
            // If this fails too, the import resumes from an earlier checkpoint, which does no harm.
            let _saved = checkpoint.save(&reached.state());
        }
        imported
    }
}

/// The position of an import and the hash of the lines up to there.
struct Position {
    target: Target,
    line: u64,
    hasher: Hasher,
}

impl Position {
    fn take(&mut self, line: &Line) {
        self.line = line.number;
        self.hasher.update(line.text.as_bytes());
    }

    /// Skips the imported lines after checking that they and the table are the same.
    fn skip<R: Read>(&mut self, saved: &State, lines: &mut Lines<R>, checkpoint: &Checkpoint) -> Result<(), Error> {
        while self.line < saved.line {
            let Some(line) = lines.next() else { break };
            self.take(&line?);
        }
        if self.state() == *saved {
            return Ok(());
        }
        let path = checkpoint.path().display();
        let problem = format!("{path} belongs to an import of other lines or to another table; --restart starts again");
        Err(Error::Usage(problem.into()))
    }

    fn state(&self) -> State {
        State { target: self.target.clone(), line: self.line, hash: self.hasher.finalize().to_string() }
    }
}

/// Writes the items of lines.
struct Writer {
    client: Client,
    version: String,
    concurrency: usize,
}

impl Writer {
    /// Writes several items concurrently and reports lines in order, once all earlier ones are imported. Returns the
    /// number of items.
    async fn run<R: Read>(
        &self,
        path: &Path,
        lines: Lines<R>,
        mut imported: impl FnMut(Line) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        let progress = Progress::start();
        let puts = stream::iter(lines).map(|line| async { self.put(path, line?).await });
        let mut puts = std::pin::pin!(puts.buffered(self.concurrency));
        let mut items = 0;
        while let Some(put) = puts.next().await {
            imported(put?)?;
            progress.advance(1);
            items += 1;
        }
        Ok(items)
    }

    async fn put(&self, path: &Path, line: Line) -> Result<Line, Error> {
        let bad = |problem| Error::NotAnItem { path: path.to_owned(), line: line.number, problem };
        let mut item = notation::item(&line.text).map_err(bad)?;
        item.remove(&self.version);
        let failed = |source| Error::Line { path: path.to_owned(), line: line.number, source };
        self.client.put_item(item).await.map_err(failed)?;
        Ok(line)
    }
}
