use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tonic::Status;

use super::pages::{Page, Pages};
use super::state::State;
use crate::cli::error::Error;
use crate::cli::notation::append_line;
use crate::cli::progress::Progress;
use crate::cli::transfer::checkpoint::Checkpoint;
use crate::cli::transfer::task::joined;

/// How many pages are turned into lines at the same time.
const CONVERTED: usize = 2;

/// How often the file is synced and progress is saved.
const SAVE_PERIOD: Duration = Duration::from_secs(1);

/// Writes the pages of a scan to a file.
pub(super) struct Writer {
    path: PathBuf,
    file: Arc<File>,
    checkpoint: Checkpoint,
    state: State,
    capacity_units: f64,
}

/// What is exported.
pub(super) struct Tally {
    /// In the whole file.
    pub(super) items: u64,
    /// Of the file.
    pub(super) bytes: u64,
    /// Without those of earlier runs.
    pub(super) capacity_units: f64,
}

/// A page as lines.
struct Lines {
    text: Vec<u8>,
    items: u64,
    next_page_token: String,
    capacity_units: f64,
}

impl Writer {
    pub(super) fn new(path: PathBuf, file: File, checkpoint: Checkpoint, state: State) -> Self {
        Self { path, file: Arc::new(file), checkpoint, state, capacity_units: 0.0 }
    }

    pub(super) async fn run(mut self, pages: Pages) -> Result<Tally, Error> {
        let written = self.write(pages).await;
        match written {
            Ok(()) => {
                self.sync().await?;
                self.checkpoint.remove()?;
                let State { items, bytes, .. } = self.state;
                Ok(Tally { items, bytes, capacity_units: self.capacity_units })
            }
            Err(error) => {
                // If this fails too, the export resumes from an earlier checkpoint.
                let _saved = self.save().await;
                Err(error)
            }
        }
    }

    async fn write(&mut self, pages: Pages) -> Result<(), Error> {
        let progress = Progress::start();
        progress.advance(self.state.items);
        let mut pages = std::pin::pin!(converted(pages, self.state.options.version_attribute.clone()));
        let mut ticks = interval_at(Instant::now() + SAVE_PERIOD, SAVE_PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut saving = JoinSet::new();
        let mut is_saved = true;
        loop {
            tokio::select! {
                page = pages.next() => match page {
                    Some(page) => {
                        self.append(page?, &progress).await?;
                        is_saved = false;
                    }
                    None => break,
                },
                Some(task) = saving.join_next() => joined(task)??,
                _ = ticks.tick(), if saving.is_empty() && !is_saved => {
                    is_saved = true;
                    saving.spawn(self.save());
                }
            }
        }
        // It must not be saved after the last sync.
        while let Some(task) = saving.join_next().await {
            joined(task)??;
        }
        Ok(())
    }

    async fn append(&mut self, lines: Lines, progress: &Progress) -> Result<(), Error> {
        let Lines { text, items, next_page_token, capacity_units } = lines;
        let length = text.len() as u64;
        let file = Arc::clone(&self.file);
        let written = joined(spawn_blocking(move || (&*file).write_all(&text)).await)?;
        written.map_err(|source| Error::File { path: self.path.clone(), source })?;
        self.state.bytes += length;
        self.state.items += items;
        self.state.page_token = next_page_token;
        self.capacity_units += capacity_units;
        progress.advance(items);
        Ok(())
    }

    /// Syncs the lines, and then saves the checkpoint that refers to them.
    fn save(&self) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        let (sync, checkpoint, state) = (self.sync(), self.checkpoint.clone(), self.state.clone());
        async move {
            sync.await?;
            // Without a token, the next run would begin at the first page.
            if state.page_token.is_empty() {
                Ok(())
            } else {
                joined(spawn_blocking(move || checkpoint.save(&state)).await)?
            }
        }
    }

    fn sync(&self) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        let (path, file) = (self.path.clone(), Arc::clone(&self.file));
        async move {
            let synced = joined(spawn_blocking(move || file.sync_data()).await)?;
            synced.map_err(|source| Error::File { path, source })
        }
    }
}

/// Turns pages into lines in threads of their own, in their order.
fn converted(pages: Pages, version: String) -> impl Stream<Item = Result<Lines, Error>> {
    let version: Arc<str> = version.into();
    let pages = stream::unfold(pages, async |mut pages| pages.next().await.map(|page| (page, pages)));
    let convert = move |page| {
        let version = Arc::clone(&version);
        async move {
            let page = page?;
            joined(spawn_blocking(move || lines(page, &version)).await)?
        }
    };
    pages.map(convert).buffered(CONVERTED)
}

fn lines(page: Page, version: &str) -> Result<Lines, Error> {
    let Page { items, consumed_capacity, next_page_token } = page;
    let mut text = Vec::with_capacity(items.iter().map(|item| item.len() + 32).sum());
    for item in &items {
        append_line(item, version, &mut text).map_err(|error| Status::internal(error.to_string()))?;
    }
    let capacity_units = consumed_capacity.map_or(0.0, |consumed| consumed.capacity_units);
    Ok(Lines { text, items: items.len() as u64, next_page_token, capacity_units })
}
