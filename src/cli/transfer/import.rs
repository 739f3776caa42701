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
use super::{beside, version};
use crate::cli::connection::{Connection, Table};
use crate::cli::error::Error;
use crate::cli::notation;
use crate::cli::output::{Output, Verdict};
use crate::cli::progress::Progress;

/// How many lines go by between two checkpoints.
const LINES_A_CHECKPOINT: u64 = 1000;

/// Put items into a table from a file with a JSON object a line, as `export` and `scan` write it.
///
/// Each is written in place of what was there. If it is interrupted, the same command goes on where it was, by
/// FILE.imported; a line that is imported twice does no harm. A bad line ends it; all lines before that are imported. The
/// version attribute is left out: the server makes new versions.
#[derive(Debug, Args)]
#[command(after_long_help = notation::HELP)]
pub(in crate::cli) struct Import {
    /// The file; `-` is standard input, which cannot be resumed.
    #[arg(long)]
    file: PathBuf,
    /// How many items are written at the same time, 1 to 256.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// Begin anew, whatever an interrupted import has done.
    #[arg(long)]
    restart: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

/// How far an import has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    /// Where to.
    target: Target,
    /// Up to this line all are imported.
    line: u64,
    /// The BLAKE3 hash of these lines, by which another file is told.
    hash: String,
}

/// Where items are imported to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    address: String,
    table: String,
}

/// What an import comes to.
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
        if beside(&self.file, ".progress").exists() {
            return Err(Error::Usage(format!("{} is of an export that has not ended", self.file.display()).into()));
        }
        let file = File::open(&self.file).map_err(|source| Error::Input { path: self.file.clone(), source })?;
        let mut lines = Lines::of(file, self.file.clone());
        let target = Target { address: self.connection.address().to_owned(), table: self.table.name().to_owned() };
        let checkpoint = Checkpoint::at(beside(&self.file, ".imported"));
        let saved = if self.restart { None } else { checkpoint.load::<State>()? };
        let mut reached = Reached { target, line: 0, hasher: Hasher::new() };
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
            // If that fails as well, the import goes on from the checkpoint before, which does no harm.
            let _saved = checkpoint.save(&reached.state());
        }
        imported
    }
}

/// How far an import is, and what it has read up to there.
struct Reached {
    target: Target,
    line: u64,
    hasher: Hasher,
}

impl Reached {
    fn take(&mut self, line: &Line) {
        self.line = line.number;
        self.hasher.update(line.text.as_bytes());
    }

    /// Reads over what is imported, if it is what was imported, and to the same table.
    fn skip<R: Read>(&mut self, saved: &State, lines: &mut Lines<R>, checkpoint: &Checkpoint) -> Result<(), Error> {
        while self.line < saved.line {
            let Some(line) = lines.next() else { break };
            self.take(&line?);
        }
        if self.state() == *saved {
            return Ok(());
        }
        let path = checkpoint.path().display();
        let problem = format!("{path} is of an import of other lines or to another table; --restart begins anew");
        Err(Error::Usage(problem.into()))
    }

    fn state(&self) -> State {
        State { target: self.target.clone(), line: self.line, hash: self.hasher.finalize().to_string() }
    }
}

/// Puts the items of lines.
struct Writer {
    client: Client,
    version: String,
    concurrency: usize,
}

impl Writer {
    /// Puts them several at a time, and tells of each, in their order, that it and all before it are imported. Gives their
    /// number.
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
