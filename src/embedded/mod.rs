//! The embedded engine: DynamoDB's JSON protocol answered in this process, as an HTTP connector of the AWS SDK.
//!
//! ```text
//! aws-sdk-dynamodb -> connector   waits for a worker, runs the call on the blocking pool
//!                  -> dispatch    x-amz-target + JSON -> typed request -> engine -> JSON
//!                  -> dynoxide    the DynamoDB semantics, on SQLite
//! ```
//!
//! It is there for development, tests and services on a single machine. What holds for it:
//!
//! - **Durability.** The database file is in WAL mode with `SQLite`'s default `synchronous = FULL`: the log is synced to
//!   the disk before a write is answered. An acknowledged write survives the death of the process at any moment, and
//!   a power cut too, as far as the disk honours a sync. The engine's bulk-loading switches, which lower that level
//!   for good, are never called.
//! - **One process.** A data folder belongs to one process at a time; the claim is a file lock, which the operating
//!   system gives back however the process ends. The folder has to be on a local disk, not on a network share.
//! - **One writer.** Calls are answered one at a time, in no fixed order. A `Query` or `Scan` without `Limit` reads its
//!   whole range before it cuts the page, and nobody else is served meanwhile; nothing is added to such a request, so
//!   callers always send one.
//! - **No network.** Connect and read timeouts of the SDK have nothing to time; its attempt and operation timeouts
//!   work as ever. Nothing is throttled, no transaction conflicts, and every read is strongly consistent.
//! - **Idempotency tokens** of transactions are remembered for ten minutes, in memory only.
//! - **A full disk.** A write that does not fit is rolled back and answered as such, at once. Each write is tried: a smaller
//!   one may fit, and deletes make room. Reads go on. [`Engine::ready`] fails until there is room again. In a batch those
//!   members are written that fit. A change of a table that stops half way is in doubt, except that a new table is taken away.
//! - **A disk that fails** in another way (an I/O error, a quota, a file system that has become read-only) leaves the write in
//!   doubt: `SQLite` says the same whether its commit record is on the disk or not. [`Engine::ready`] fails while the folder
//!   cannot be written to.
//! - **A panic inside the engine** is answered as HTTP 500 and ends its service: the data may be half changed in
//!   memory, though not on disk. Every later call fails at once, before it has begun, and so does [`Engine::check`], until a
//!   restart.

mod batch;
mod connector;
mod dispatch;
mod fault;
mod folder;
mod room;
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
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynoxide::{DynoxideError, NativeDatabase};
use tokio::sync::Semaphore;

use self::fault::Fault;
use self::folder::{Claim, Folder};
use self::room::Room;
use crate::driver::transport::NOT_BEGUN;
use crate::model::Secret;

/// Threads that work on calls at once. The engine itself serves one at a time; the others read requests and write
/// answers meanwhile.
const WORKERS: usize = 4;

/// Bytes of stack for each call. The engine's parsers recurse as deep as an expression of 4,096 or a statement of 8,192
/// bytes nests, which overflows a thread's usual 2 MiB, and an overflow would end the process. Only what a call
/// touches of it becomes memory.
const STACK_BYTES: usize = 64 << 20;

/// Where the engine keeps its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In memory: gone with the last clone of the engine.
    Memory,
    /// In a file of this folder, which is made (for its owner alone) when it is missing; or of a sub-folder `dynakv`, if
    /// others can change this one.
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
    /// Somebody else holds the claim on the folder.
    #[error("the data folder {} is in use by another dynakv process", .0.display())]
    InUse(PathBuf),
    /// The folder or a file in it cannot be made, opened, locked or given its permissions.
    #[error("the data folder {} cannot be used", .folder.display())]
    Folder {
        /// The folder as it was named.
        folder: PathBuf,
        /// What the operating system says.
        #[source]
        source: std::io::Error,
    },
    /// The engine does not open the database: no database file, or one that a newer release wrote.
    #[error("the database in {location} cannot be opened")]
    Open {
        /// Where the database is.
        location: Location,
        /// What the engine says.
        #[source]
        source: DynoxideError,
    },
    /// A sweep of expired entries failed; the entries stay until the next one, and stay invisible.
    #[error("expired entries could not be swept")]
    Sweep(#[source] DynoxideError),
    /// The disk did not take a write, and takes nothing yet.
    #[error("the disk does not take what is written to the data folder")]
    Unwritable(#[source] std::io::Error),
    /// A panic ended the engine's service.
    #[error("the embedded engine has failed and serves nothing until the process is restarted")]
    Failed,
}

impl Error {
    /// Whether the disk did not take what was written, which the log says when it begins and when it ends.
    fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::Sweep(error) if matches!(Fault::of(error), Some(Fault::Full | Fault::Io)))
    }
}

/// The embedded engine. Clones share the data; the last one to go closes it and gives the folder back.
///
/// Clients made with [`Engine::connector`] hold a clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    database: NativeDatabase,
    /// Held while the engine works on a call, so that those behind it can still be given up by their callers.
    turn: Mutex<()>,
    /// A permit for each call at work. Closed, for good, once the engine has failed.
    workers: Arc<Semaphore>,
    room: Room,
    /// The claim on the data folder. Fields are dropped in order: the folder is given back after the file is closed.
    claim: Option<Claim>,
}

impl Engine {
    /// Opens the engine; makes the folder and the database file when they are missing. Blocks.
    pub fn open(location: &Location) -> Result<Self, Error> {
        let failed = |source| Error::Open { location: location.clone(), source };
        match location {
            Location::Memory => Ok(Self::over(NativeDatabase::memory().map_err(failed)?, None)),
            Location::Folder(folder) => {
                let folder = Folder::claim(folder)?;
                let database = NativeDatabase::new(&folder.database).map_err(failed)?;
                folder.check_database()?;
                Ok(Self::over(database, Some(folder.claim)))
            }
        }
    }

    fn over(database: NativeDatabase, claim: Option<Claim>) -> Self {
        let workers = Arc::new(Semaphore::new(WORKERS));
        Self { shared: Arc::new(Shared { database, turn: Mutex::new(()), workers, room: Room::default(), claim }) }
    }

    /// The folder that the data is in: the one that was named, or one of ours in it; none in memory.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.shared.claim.as_ref().map(Claim::path)
    }

    /// The secret that is kept with the data, random, made when it is first asked for; none in memory. Blocks.
    pub fn secret(&self) -> Result<Option<Secret>, Error> {
        self.shared.claim.as_ref().map(Claim::secret).transpose()
    }

    /// The engine as the SDK's HTTP client. Calls need a Tokio runtime.
    ///
    /// A call whose future is dropped before the engine has begun with it never runs.
    #[must_use]
    pub fn connector(&self) -> SharedHttpClient {
        connector::http_client(self.clone())
    }

    /// Whether the engine is ready: that it has not failed, and that its disk takes what is written. After a write that it did
    /// not take, a trial is written to the data folder.
    pub async fn ready(&self) -> Result<(), Error> {
        self.check()?;
        if self.takes_writes() {
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let tried = tokio::task::spawn_blocking(move || shared.room.try_again(shared.claim.as_ref())).await;
        tried.unwrap_or_else(|shutdown| Err(shutdown.into())).map_err(Error::Unwritable)
    }

    /// Whether nothing was written that the disk did not take, or it has taken as much since. Does not block.
    #[must_use]
    pub fn takes_writes(&self) -> bool {
        !self.shared.room.is_wanting()
    }

    /// Whether the engine can serve at all: fails at once, and for ever after, when it has panicked. Does not block.
    pub fn check(&self) -> Result<(), Error> {
        if self.shared.workers.is_closed() { Err(Error::Failed) } else { Ok(()) }
    }

    /// Deletes what had expired by the machine's clock when the sweep began, in tables with TTL enabled, and says how
    /// many items those were. Blocks, while calls are served between its pages of 25 items.
    pub fn sweep(&self) -> Result<usize, Error> {
        self.check()?;
        let swept = self.shared.guard(|| self.shared.database.sweep_ttl()).map_err(|_| Error::Failed)?;
        if let Err(error) = &swept
            && let Some(Fault::Full | Fault::Io) = Fault::of(error)
        {
            self.shared.room.refused(0, error);
        }
        swept.map_err(Error::Sweep)
    }

    /// Sweeps once in every `period`, counted from the end of the sweep before, until dropped or the engine fails.
    pub async fn sweep_every(self, period: Duration, sleep: SharedAsyncSleep) {
        while self.check().is_ok() {
            sleep.sleep(period).await;
            let engine = self.clone();
            match tokio::task::spawn_blocking(move || engine.sweep()).await {
                Ok(Ok(swept)) => tracing::debug!(swept, "expired entries swept"),
                // It has been said that the disk is full. The next sweep may find room enough to make more of it.
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
    fn guard<T>(&self, call: impl FnOnce() -> dynoxide::Result<T>) -> Result<dynoxide::Result<T>, Broken> {
        match catch_unwind(AssertUnwindSafe(|| stacker::grow(STACK_BYTES, call))) {
            // A call that waited for the lock while another one panicked learns of it here, by these words alone.
            Ok(Err(DynoxideError::InternalServerError(message))) if message.starts_with("Lock poisoned") => {
                self.workers.close();
                Err(Broken::Before)
            }
            Ok(outcome) => Ok(outcome),
            Err(_) => {
                self.workers.close();
                tracing::error!("the embedded engine panicked; the process has to be restarted");
                Err(Broken::Now)
            }
        }
    }
}

/// A panic that keeps a call from its end.
#[derive(Debug, Clone, Copy)]
enum Broken {
    /// Another call's, before this one began.
    Before,
    /// Its own.
    Now,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("failed", &self.shared.workers.is_closed()).finish_non_exhaustive()
    }
}
