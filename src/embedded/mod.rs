//! The embedded engine: serves DynamoDB's JSON protocol in this process, as a transport of the driver.
//!
//! ```text
//! driver           -> connector   waits for a worker, runs the call on the blocking pool
//!                  -> dispatch    x-amz-target + JSON -> typed request -> engine -> JSON
//!                  -> dynoxide    the DynamoDB semantics, on SQLite
//!                  -> log         syncs what the calls have written, one sync for all that wait
//! ```
//!
//! It is meant for development, tests and services on a single machine. Its properties:
//!
//! - **Durability.** The database is in WAL mode, and its log is synced to the disk before a write is acknowledged. So
//!   an acknowledged write survives a crash of the process at any moment, and a power failure if the disk honours syncs.
//!   SQLite itself syncs at checkpoints only (`synchronous = NORMAL`); `log.rs` syncs for many calls at a time. Reads
//!   wait for the writes that they may have seen.
//! - **One process.** Only one process can use a data folder at a time. It holds a file lock, which the operating
//!   system releases when the process ends. The folder has to be on a local disk, not on a network share.
//! - **One call at a time.** Calls run one at a time, in no fixed order. A `Query` or `Scan` without `Limit` reads its
//!   whole range before it cuts the page, and blocks all other calls meanwhile. The engine adds no limit, so callers
//!   always send one.
//! - **No network.** Connect and read timeouts do not apply; the timeout of an attempt does. Nothing
//!   is throttled, transactions never conflict, and every read is strongly consistent.
//! - **Idempotency tokens** of transactions are remembered for ten minutes, in memory only.
//! - **Full disk.** A write that does not fit is rolled back and fails at once. Later writes are still tried: a smaller
//!   one may fit, and deletes free space. Reads continue. [`Engine::ready`] fails until there is space again. Of a
//!   batch, the members that fit are written. A table change that stops half way has an unknown outcome, but a partly
//!   created table is removed.
//! - **A sync that fails** stops the engine, like a panic: what the operating system holds in memory and what is on the
//!   disk may differ from then on. The next start writes the log into the database file before it serves.
//! - **Other disk failures** (an I/O error, a quota, a file system that has become read-only) leave the outcome of the
//!   write unknown: `SQLite` does not say whether its commit record is on the disk. [`Engine::ready`] fails while the
//!   folder is not writable.
//! - **A panic inside the engine** returns HTTP 500 and stops the engine: the data may be half changed in memory,
//!   though not on disk. Every later call fails at once and without effect, and so does [`Engine::check`], until a
//!   restart.

mod batch;
mod connector;
mod disk;
mod dispatch;
mod fault;
mod folder;
mod log;
mod scan;
mod table;
#[cfg(test)]
mod tests;
mod update;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use dynoxide::{DynoxideError, NativeDatabase};
use tokio::sync::Semaphore;

use self::disk::Disk;
use self::fault::Fault;
use self::folder::{Claim, Folder};
use self::log::Log;
use crate::driver::Connection;
use crate::driver::transport::{NOT_BEGUN, Transport};
use crate::model::Secret;

/// Number of threads for calls. The engine itself runs one call at a time; the others decode requests and encode
/// responses meanwhile. Calls that wait for a sync hold none.
const WORKERS: usize = 4;

/// Stack size of each call. The engine's parsers recurse as deep as an expression of 4,096 bytes or a statement of
/// 8,192 bytes can nest. That overflows a thread's usual 2 MiB and would end the process. Only the used part takes
/// memory.
const STACK_BYTES: usize = 64 << 20;

/// Where the engine keeps its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In memory: lost with the last clone of the engine.
    Memory,
    /// In a file in this folder, which is created for its owner alone if it is missing; or in its sub-folder `dynakv`
    /// if others can change the folder.
    Folder(PathBuf),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Folder(folder) => folder.display().fmt(f),
        }
    }
}

/// Why the embedded engine cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process uses the folder.
    #[error("the data folder {} is in use by another dynakv process", .0.display())]
    InUse(PathBuf),
    /// The folder or a file in it cannot be created, opened or locked, or its permissions cannot be set.
    #[error("the data folder {} cannot be used", .folder.display())]
    Folder {
        /// The configured folder.
        folder: PathBuf,
        /// The error of the operating system.
        #[source]
        source: std::io::Error,
    },
    /// The engine cannot open the database: it is not a database file, or a newer release wrote it.
    #[error("the database in {location} cannot be opened")]
    Open {
        /// The location of the database.
        location: Location,
        /// The error of the engine.
        #[source]
        source: DynoxideError,
    },
    /// A sweep of expired entries failed. They stay, invisible, until the next sweep.
    #[error("the sweep of expired entries failed")]
    Sweep(#[source] DynoxideError),
    /// The disk did not accept a write, and is still not writable.
    #[error("the disk does not take what is written to the data folder")]
    Unwritable(#[source] std::io::Error),
    /// The engine has panicked, or its log could not be synced.
    #[error("the embedded engine has failed and serves nothing until the process is restarted")]
    Failed,
}

impl Error {
    /// Whether the cause is the disk, which the log reports when the problem starts and ends.
    fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::Sweep(error) if matches!(Fault::of(error), Some(Fault::Full | Fault::Io)))
    }
}

/// The embedded engine. Clones share the data. Dropping the last one closes it and releases the folder.
///
/// Connections and transports of it hold a clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    database: NativeDatabase,
    /// Held during a call, so that calls that wait for it can still be cancelled.
    turn: Mutex<()>,
    /// A permit for each running call. Closed for good when the engine has failed.
    workers: Arc<Semaphore>,
    /// None in memory, and if SQLite syncs each write itself.
    log: Option<Arc<Log>>,
    disk: Disk,
    /// The claim on the data folder. Fields are dropped in order, so the folder is released after the file is closed.
    claim: Option<Claim>,
}

impl Engine {
    /// Opens the engine and creates the folder and the database file if they are missing. Blocks.
    pub fn open(location: &Location) -> Result<Self, Error> {
        let failed = |source| Error::Open { location: location.clone(), source };
        match location {
            Location::Memory => Ok(Self::over(NativeDatabase::memory().map_err(failed)?, None)),
            Location::Folder(folder) => {
                let folder = Folder::claim(folder)?;
                let open = || -> Result<NativeDatabase, Error> {
                    let database = NativeDatabase::new(&folder.database).map_err(failed)?;
                    folder.check_database()?;
                    Ok(database)
                };
                if folder.claim.has_log()? {
                    // The last process did not end by itself, perhaps because a sync failed. Then this log is complete
                    // in memory only. Closing the database writes all of it anew, into the database file.
                    drop(open()?);
                    folder.claim.sync()?;
                }
                Self::in_folder(open()?, folder.claim, failed)
            }
        }
    }

    /// An engine whose calls share the syncs of the log.
    fn in_folder(
        database: NativeDatabase,
        claim: Claim,
        failed: impl FnOnce(DynoxideError) -> Error,
    ) -> Result<Self, Error> {
        let Some(file) = claim.log()? else { return Ok(Self::over(database, Some(claim))) };
        // What a killed process has left unsynced can be read from now on.
        file.sync_data().map_err(|source| claim.failed(source))?;
        claim.sync()?;
        // The engine's only way to set `synchronous = NORMAL`. The other settings of this call are SQLite's defaults.
        database.disable_bulk_loading().map_err(failed)?;
        let workers = Arc::new(Semaphore::new(WORKERS));
        let log = Log::new(Box::new(move || file.sync_data()), Arc::clone(&workers));
        Ok(Self::with(database, workers, Some(Arc::new(log)), Some(claim)))
    }

    fn over(database: NativeDatabase, claim: Option<Claim>) -> Self {
        Self::with(database, Arc::new(Semaphore::new(WORKERS)), None, claim)
    }

    fn with(database: NativeDatabase, workers: Arc<Semaphore>, log: Option<Arc<Log>>, claim: Option<Claim>) -> Self {
        let shared = Shared { database, turn: Mutex::new(()), workers, log, disk: Disk::default(), claim };
        Self { shared: Arc::new(shared) }
    }

    /// The folder of the data: the configured one or its sub-folder; none in memory.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.shared.claim.as_ref().map(Claim::path)
    }

    /// The random secret of the data folder, created on first use; none in memory. Blocks.
    pub fn secret(&self) -> Result<Option<Secret>, Error> {
        self.shared.claim.as_ref().map(Claim::secret).transpose()
    }

    /// The engine as a transport. Calls need a Tokio runtime.
    ///
    /// A call whose future is dropped before the engine starts it never runs.
    #[must_use]
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(self.clone())
    }

    /// A connection for a driver on this engine.
    #[must_use]
    pub fn connection(&self) -> Connection {
        connector::connection(self.clone())
    }

    /// Checks that the engine has not failed and that its disk is writable. After a failed write, this writes a trial
    /// file to the data folder.
    pub async fn ready(&self) -> Result<(), Error> {
        self.check()?;
        if self.takes_writes() {
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let tried = tokio::task::spawn_blocking(move || shared.disk.try_write(shared.claim.as_ref())).await;
        tried.unwrap_or_else(|shutdown| Err(shutdown.into())).map_err(Error::Unwritable)
    }

    /// Whether the disk is believed to be writable: no write has failed since the last success of the same size. Does
    /// not block.
    #[must_use]
    pub fn takes_writes(&self) -> bool {
        !self.shared.disk.is_unwritable()
    }

    /// Fails if the engine has panicked or its log could not be synced. Does not block.
    pub fn check(&self) -> Result<(), Error> {
        if self.shared.workers.is_closed() { Err(Error::Failed) } else { Ok(()) }
    }

    /// Deletes the items that had expired by the machine's clock when the sweep began, in tables with TTL enabled, and
    /// returns their number. Blocks; other calls run between its pages of 25 items.
    pub fn sweep(&self) -> Result<usize, Error> {
        self.check()?;
        let swept = self.shared.guard(|| self.shared.database.sweep_ttl()).map_err(|_| Error::Failed)?;
        if let Err(error) = &swept
            && let Some(Fault::Full | Fault::Io) = Fault::of(error)
        {
            self.shared.disk.write_failed(0, error);
        }
        swept.map_err(Error::Sweep)
    }

    /// Sweeps repeatedly, with a pause of `period`, until dropped or the engine fails. Leaves a sweep out if `may_sweep` says so.
    pub async fn sweep_every(self, period: Duration, sleep: SharedAsyncSleep, may_sweep: impl Fn() -> bool + Send) {
        while self.check().is_ok() {
            sleep.sleep(period).await;
            if !may_sweep() {
                continue;
            }
            let engine = self.clone();
            match tokio::task::spawn_blocking(move || engine.sweep()).await {
                Ok(Ok(swept)) => tracing::debug!(swept, "expired entries swept"),
                // The full disk was logged already. The next sweep may succeed and free space.
                Ok(Err(error)) if error.is_of_the_disk() => tracing::debug!(%error, "sweep failed"),
                Ok(Err(error)) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(%error, cause, "sweep failed");
                }
                // The runtime is shutting down.
                Err(_) => return,
            }
        }
    }
}

impl Shared {
    /// Runs `call` on the engine.
    fn guard<T>(&self, call: impl FnOnce() -> dynoxide::Result<T>) -> Result<dynoxide::Result<T>, Panicked> {
        match catch_unwind(AssertUnwindSafe(|| stacker::grow(STACK_BYTES, call))) {
            // A call that waited for the lock while another one panicked gets this message, and no other sign.
            Ok(Err(DynoxideError::InternalServerError(message))) if message.starts_with("Lock poisoned") => {
                self.workers.close();
                Err(Panicked::Earlier)
            }
            Ok(outcome) => Ok(outcome),
            Err(_) => {
                self.workers.close();
                tracing::error!("the embedded engine panicked; the process has to be restarted");
                Err(Panicked::InThisCall)
            }
        }
    }
}

/// A panic that made a call fail.
#[derive(Debug, Clone, Copy)]
enum Panicked {
    /// In another call, before this one started.
    Earlier,
    /// In this call.
    InThisCall,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("failed", &self.shared.workers.is_closed()).finish_non_exhaustive()
    }
}
