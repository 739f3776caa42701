use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use dynakv_client::{Call, Item, PageStream, Reason, pb};
use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::{version, with_suffix};
use crate::cli::connection::{Connection, Table};
use crate::cli::error::Error;
use crate::cli::expression::{Definitions, define};
use crate::cli::notation::{self, Plain, item_line};
use crate::cli::output::{Output, Verdict};
use crate::cli::progress::Progress;

/// Maximum number of items on a page; most pages end earlier, at 1 MiB.
const PAGE: u32 = 10_000;

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

/// Options that must not change when an export resumes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    table: String,
    segments: u32,
    filter: Option<String>,
    names: BTreeMap<String, String>,
    /// As JSON.
    values: BTreeMap<String, String>,
    consistent: bool,
    version_attribute: String,
}

/// The progress of an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    options: Options,
    /// The token of the next page; empty for the first one.
    page_token: String,
    /// The length of the file up to there.
    bytes: u64,
    /// The number of items in it.
    items: u64,
}

/// The result of an export.
#[derive(Debug, Serialize)]
struct Exported {
    items: u64,
    bytes: u64,
}

impl Export {
    pub(in crate::cli) async fn run(self, output: Output) -> Result<Verdict, Error> {
        let client = self.connection.to(&self.table).await?;
        let version = version::attribute(&client).await?;
        let checkpoint = Checkpoint::at(with_suffix(&self.file, ".progress"));
        let options = self.options(version)?;
        let (file, state) = start(&self.file, &checkpoint, options, self.force)?;
        let call = define!(client.scan().segments(self.segments).page_size(PAGE), self.definitions);
        let call = if let Some(filter) = self.filter { call.filter(filter) } else { call };
        let call = if self.consistent { call.consistent() } else { call };
        let writer = Writer { path: self.file, file, checkpoint, state };
        let Exported { items, bytes } = writer.run(call).await?;
        output.summary(&Exported { items, bytes }, &format!("{items} items exported"));
        Ok(Verdict::Done)
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

/// Locks the file before anything else, since another export may be writing it and its checkpoint.
fn start(path: &Path, checkpoint: &Checkpoint, options: Options, force: bool) -> Result<(File, State), Error> {
    let existed = path.exists();
    let file = lock(path)?;
    let begun = begin(path, existed, checkpoint, options, force).and_then(|state| {
        cut(path, &file, state.bytes)?;
        Ok(state)
    });
    match begun {
        Ok(state) => Ok((file, state)),
        Err(error) => {
            if !existed {
                // Leave no empty file behind. If that fails, the first error matters more.
                let _removed = std::fs::remove_file(path);
            }
            Err(error)
        }
    }
}

/// The start: the checkpoint, or the beginning.
fn begin(file: &Path, existed: bool, checkpoint: &Checkpoint, options: Options, force: bool) -> Result<State, Error> {
    let saved = if force { None } else { checkpoint.load::<State>()? };
    match saved {
        Some(state) if state.options == options => Ok(state),
        Some(_) => {
            let path = checkpoint.path().display();
            let problem = format!("{path} belongs to an export with other options; --force starts again");
            Err(Error::Usage(problem.into()))
        }
        None if !force && existed => {
            let problem = format!("{} exists already; --force overwrites it", file.display());
            Err(Error::Usage(problem.into()))
        }
        None => {
            let state = State { options, page_token: String::new(), bytes: 0, items: 0 };
            // Save it before the file is changed, so that a file without a checkpoint is always complete.
            checkpoint.save(&state)?;
            Ok(state)
        }
    }
}

/// Opens the file and locks it as long as it is open.
fn lock(path: &Path) -> Result<File, Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(failed)?;
    file.try_lock().map_err(|error| failed(error.into()))?;
    Ok(file)
}

/// Truncates the file at the checkpoint.
fn cut(path: &Path, mut file: &File, bytes: u64) -> Result<(), Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let length = file.metadata().map_err(failed)?.len();
    if length < bytes {
        let problem = format!("has {length} bytes, fewer than its checkpoint says; --force starts again");
        return Err(Error::BadFile { path: path.to_owned(), problem });
    }
    file.set_len(bytes).and_then(|()| file.seek(SeekFrom::Start(bytes))).map_err(failed)?;
    Ok(())
}

/// Writes the pages of a scan to a file.
struct Writer {
    path: PathBuf,
    file: File,
    checkpoint: Checkpoint,
    state: State,
}

impl Writer {
    async fn run(mut self, call: Call<pb::ScanRequest>) -> Result<Exported, Error> {
        let progress = Progress::start();
        progress.advance(self.state.items);
        // The next page is read while one is written.
        let mut pages = call.page_token(&self.state.page_token).pages();
        while let Some(page) = self.next(&mut pages).await? {
            let items = page.rows.len() as u64;
            self.append(page.rows)?;
            progress.advance(items);
            self.state.items += items;
            if let Some(token) = page.next_page_token {
                self.state.page_token = token;
                self.checkpoint.save(&self.state)?;
            }
        }
        self.checkpoint.remove()?;
        Ok(Exported { items: self.state.items, bytes: self.state.bytes })
    }

    async fn next(&self, pages: &mut PageStream<Item>) -> Result<Option<dynakv_client::Page<Item>>, Error> {
        let page = pages.next().await.transpose();
        page.map_err(|error| match error.reason() {
            Some(Reason::InvalidPageToken) if !self.state.page_token.is_empty() => {
                Error::StalePageToken { path: self.checkpoint.path().to_owned() }
            }
            _ => error.into(),
        })
    }

    /// Syncs the lines before the checkpoint refers to them.
    fn append(&mut self, items: Vec<Item>) -> Result<(), Error> {
        let mut lines = Vec::new();
        for mut item in items {
            item.remove(&self.state.options.version_attribute);
            lines.extend(item_line(&item).map_err(io::Error::from)?);
        }
        let written = self.file.write_all(&lines).and_then(|()| self.file.sync_data());
        written.map_err(|source| Error::File { path: self.path.clone(), source })?;
        self.state.bytes += lines.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn options(table: &str) -> Options {
        Options {
            table: table.to_owned(),
            segments: 1,
            filter: None,
            names: BTreeMap::new(),
            values: BTreeMap::new(),
            consistent: false,
            version_attribute: "ver".to_owned(),
        }
    }

    /// A path in a folder, with its checkpoint.
    fn file() -> (TempDir, PathBuf, Checkpoint) {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("f");
        let checkpoint = Checkpoint::at(with_suffix(&file, ".progress"));
        (folder, file, checkpoint)
    }

    #[test]
    fn a_finished_file_is_not_overwritten_unless_forced() {
        let (_folder, file, checkpoint) = file();
        std::fs::write(&file, "{}\n").unwrap();
        let begin = |force| start(&file, &checkpoint, options("a"), force);
        assert!(matches!(begin(false), Err(Error::Usage(_))));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}\n");
        let (forced, state) = begin(true).unwrap();
        assert_eq!((forced.metadata().unwrap().len(), state.bytes), (0, 0));
        drop(forced);
        // The checkpoint is there, and the file is empty: going on is beginning anew.
        assert_eq!(begin(false).unwrap().1.bytes, 0);
    }

    #[test]
    fn other_options_are_refused() {
        let (_folder, file, checkpoint) = file();
        let begin = |table, force| start(&file, &checkpoint, options(table), force).map(|_| ());
        begin("a", false).unwrap();
        assert!(matches!(begin("b", false), Err(Error::Usage(_))));
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(begin("b", false), Err(Error::Usage(_))));
        assert!(!file.exists(), "a refused export leaves no file");
        begin("b", true).unwrap();
    }

    #[test]
    fn what_the_checkpoint_does_not_count_is_cut_off() {
        let (_folder, file, checkpoint) = file();
        let state = |bytes| State { options: options("a"), page_token: "t".to_owned(), bytes, items: 1 };
        std::fs::write(&file, "{}\n{\"pk\":\"half").unwrap();
        checkpoint.save(&state(3)).unwrap();
        start(&file, &checkpoint, options("a"), false).unwrap().0.write_all(b"{}\n").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}\n{}\n");
        checkpoint.save(&state(7)).unwrap();
        assert!(matches!(start(&file, &checkpoint, options("a"), false), Err(Error::BadFile { .. })));
    }

    #[test]
    fn two_at_once_do_not_share_a_file_or_a_checkpoint() {
        let (_folder, file, checkpoint) = file();
        let _first = start(&file, &checkpoint, options("a"), false).unwrap();
        let reached = State { options: options("a"), page_token: "t".to_owned(), bytes: 0, items: 7 };
        checkpoint.save(&reached).unwrap();
        for force in [false, true] {
            assert!(matches!(start(&file, &checkpoint, options("b"), force), Err(Error::File { .. })));
            assert_eq!(checkpoint.load::<State>().unwrap().unwrap().items, 7, "the other export's checkpoint");
        }
    }
}
