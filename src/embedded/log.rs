//! The sync of SQLite's write-ahead log, shared by all calls that wait for it (group commit).
//!
//! Calls commit one after the other and leave the log unsynced. Then one thread syncs the file for all of them, while
//! further calls commit; those share the next sync. An answer is sent only when everything that its call has written or
//! may have seen is synced. So the answer to a read waits too if it comes after an unsynced write: no caller sees a
//! state that a power failure can still take back.
//!
//! The first sync that fails is the last one. Linux reports the failure once and may then count the lost pages as
//! written (fsync(2); "PostgreSQL's fsync() surprise", LWN, 2018), so a later success would prove nothing.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, watch};

/// A position in the log: the number of calls before it that have written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Position(pub(super) u64);

/// The log could not be synced. What was written since the last sync may be lost in a power failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unsynced;

/// Syncs the file of the log.
type SyncFile = Box<dyn Fn() -> io::Result<()> + Send + Sync>;

pub(super) struct Log {
    sync_file: SyncFile,
    /// The end of the log. Only the call whose turn it is moves it.
    end: AtomicU64,
    demand: Mutex<Demand>,
    progress: watch::Sender<Progress>,
    /// Closed when a sync fails, so that the engine serves nothing any more.
    workers: Arc<Semaphore>,
}

/// What calls want of the thread that syncs.
#[derive(Debug, Default)]
struct Demand {
    /// Whether a thread syncs.
    is_syncing: bool,
    /// How far calls wait for it.
    upto: Position,
}

#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    synced: Position,
    has_failed: bool,
}

impl Log {
    /// A log of which everything so far is synced.
    pub(super) fn new(sync_file: SyncFile, workers: Arc<Semaphore>) -> Self {
        let progress = watch::Sender::new(Progress::default());
        Self { sync_file, end: AtomicU64::new(0), demand: Mutex::default(), progress, workers }
    }

    /// Counts a call that has written. To be called before the next call has its turn.
    pub(super) fn wrote(&self) {
        self.end.fetch_add(1, Ordering::Release);
    }

    /// The end of the log.
    pub(super) fn end(&self) -> Position {
        Position(self.end.load(Ordering::Acquire))
    }

    /// Makes sure that a thread syncs the log up to this position: this one, unless another one does. Blocks for one
    /// sync at most, and needs a Tokio runtime to pass the rest on.
    pub(super) fn sync(self: &Arc<Self>, upto: Position) {
        let Some(syncing) = self.begin(upto) else { return };
        // Calls have written meanwhile. This thread has an answer to send, so another one goes on.
        if let Some(mut syncing) = syncing.once() {
            tokio::task::spawn_blocking(move || {
                while let Some(next) = syncing.once() {
                    syncing = next;
                }
            });
        }
    }

    /// Waits until the log is synced up to this position.
    pub(super) async fn synced(&self, upto: Position) -> Result<(), Unsynced> {
        let mut progress = self.progress.subscribe();
        let reached = progress.wait_for(|now| now.has_failed || now.synced >= upto).await;
        if reached.is_ok_and(|now| now.synced >= upto) { Ok(()) } else { Err(Unsynced) }
    }

    /// The right to sync, unless it is not needed or another thread has it.
    fn begin(self: &Arc<Self>, upto: Position) -> Option<Syncing> {
        let mut demand = self.demand();
        let now = *self.progress.borrow();
        if now.has_failed || now.synced >= upto {
            return None;
        }
        demand.upto = demand.upto.max(upto);
        if demand.is_syncing {
            return None;
        }
        demand.is_syncing = true;
        Some(Syncing { log: Arc::clone(self), is_over: false })
    }

    fn demand(&self) -> MutexGuard<'_, Demand> {
        // Each change is a single assignment, so a panic cannot leave it half done.
        self.demand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, error: &io::Error) {
        self.progress.send_modify(|now| now.has_failed = true);
        self.workers.close();
        tracing::error!(%error, "the log of the database cannot be synced; the process has to be restarted");
    }
}

/// The right to sync, of one thread at a time.
struct Syncing {
    log: Arc<Log>,
    is_over: bool,
}

impl Syncing {
    /// Syncs what the log has now. Returns itself if a call waits for more.
    fn once(mut self) -> Option<Self> {
        // Read before the sync begins: the sync covers what was written before it, and nothing else for certain.
        let end = self.log.end();
        if let Err(error) = (self.log.sync_file)() {
            self.log.fail(&error);
            return None;
        }
        self.log.progress.send_modify(|now| now.synced = end);
        let log = Arc::clone(&self.log);
        let mut demand = log.demand();
        if demand.upto > end {
            return Some(self);
        }
        demand.is_syncing = false;
        self.is_over = true;
        None
    }
}

impl Drop for Syncing {
    /// A runtime that shuts down drops what it has not begun. Then the next call syncs.
    fn drop(&mut self) {
        if !self.is_over {
            self.log.demand().is_syncing = false;
        }
    }
}
