use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

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
    address: String,
    table: String,
    /// The length of the file, by which another one is told.
    length: u64,
    /// This many lines of it, and bytes, are imported.
    lines: u64,
    bytes: u64,
}

/// What an import comes to.
#[derive(Debug, Serialize)]
struct Imported {
    items: u64,
}

impl Import {
    pub(in crate::cli) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let client = self.connection.to(&self.table).await?;
        let version = version::attribute(&client, &self.table, self.connection.timeout).await?;
        let writer = Writer { client, version, concurrency: self.concurrency.into() };
        let items = if self.file.as_os_str() == "-" {
            let lines = Lines::after(0, 0, io::stdin(), "standard input".into());
            writer.run("standard input".as_ref(), lines, |_| Ok(())).await?
        } else {
            self.resume(&writer, output).await?
        };
        output.summary(&Imported { items }, &format!("{items} items imported"));
        Ok(Verdict::Done)
    }

    async fn resume(&self, writer: &Writer, output: Output) -> Result<u64, Error> {
        let input = |source| Error::Input { path: self.file.clone(), source };
        if Checkpoint::at(beside(&self.file, ".progress")).path().exists() {
            let problem = format!("{} is of an export that has not ended", self.file.display());
            return Err(Error::Usage(problem.into()));
        }
        let mut file = File::open(&self.file).map_err(input)?;
        let fresh = State {
            address: self.connection.address().to_owned(),
            table: self.table.name().to_owned(),
            length: file.metadata().map_err(input)?.len(),
            lines: 0,
            bytes: 0,
        };
        let checkpoint = Checkpoint::at(beside(&self.file, ".imported"));
        let mut state = begin(&checkpoint, fresh, self.restart)?;
        if state.lines > 0 {
            output.remark(&format!("going on after line {}", state.lines));
        }
        file.seek(SeekFrom::Start(state.bytes)).map_err(input)?;
        let lines = Lines::after(state.lines, state.bytes, file, self.file.clone());
        let mut saved = state.lines;
        let imported = writer.run(&self.file, lines, |reached: Reached| {
            (state.lines, state.bytes) = (reached.lines, reached.bytes);
            if reached.lines - saved >= LINES_A_CHECKPOINT {
                saved = reached.lines;
                checkpoint.save(&state)?;
            }
            Ok(())
        });
        let imported = imported.await;
        if imported.is_ok() {
            checkpoint.clear()?;
        } else if state.lines > 0 {
            // If that fails as well, the import goes on from the checkpoint before, which does no harm.
            let _saved = checkpoint.save(&state);
        }
        imported
    }
}

/// Where to begin: after what a checkpoint says is imported, or with the first line.
fn begin(checkpoint: &Checkpoint, fresh: State, restart: bool) -> Result<State, Error> {
    let saved = if restart { None } else { checkpoint.load::<State>()? };
    let Some(saved) = saved else { return Ok(fresh) };
    let untouched = State { lines: 0, bytes: 0, ..saved.clone() };
    if untouched == fresh {
        return Ok(saved);
    }
    let path = checkpoint.path().display();
    let problem = format!("{path} is of an import of another file or to another table; --restart begins anew");
    Err(Error::Usage(problem.into()))
}

/// All lines up to here are imported.
#[derive(Debug, Clone, Copy)]
struct Reached {
    lines: u64,
    bytes: u64,
}

/// Puts the items of lines.
struct Writer {
    client: Client,
    version: String,
    concurrency: usize,
}

impl Writer {
    /// Puts them several at a time, and says in their order how far all of them are imported. Gives their number.
    async fn run<R: Read>(
        &self,
        path: &Path,
        lines: Lines<R>,
        mut reached: impl FnMut(Reached) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        let progress = Progress::start();
        let puts = stream::iter(lines).map(|line| async { self.put(path, line?).await });
        let mut puts = std::pin::pin!(puts.buffered(self.concurrency));
        let mut items = 0;
        while let Some(put) = puts.next().await {
            reached(put?)?;
            progress.advance(1);
            items += 1;
        }
        Ok(items)
    }

    async fn put(&self, path: &Path, Line { number, end, text }: Line) -> Result<Reached, Error> {
        let bad = |problem| Error::NotAnItem { path: path.to_owned(), line: number, problem };
        let mut item = notation::item(&text).map_err(bad)?;
        item.remove(&self.version);
        let failed = |source| Error::Line { path: path.to_owned(), line: number, source };
        self.client.put_item(item).await.map_err(failed)?;
        Ok(Reached { lines: number, bytes: end })
    }
}
