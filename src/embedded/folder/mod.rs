//! The engine's data folder and its protection against other users and processes.
//!
//! A user with write permission on a folder can put a link or a file where we are about to write. So the files are kept
//! in a folder that only our user (or root) can change. That is the configured folder, or, if it belongs to another
//! user or others can write to it, as with a volume mounted by Kubernetes, a private sub-folder `dynakv`. Existing data
//! in either of them is used where it is.

#[cfg(not(unix))]
#[path = "directory_elsewhere.rs"]
mod directory;
#[cfg(unix)]
mod directory;
#[cfg(all(test, unix))]
mod tests;

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;

use super::Error;
use crate::model::Secret;
use directory::{Directory, FileId};

/// The database. `SQLite` keeps its write-ahead log beside it, with the same permissions.
const DATABASE: &str = "dynakv.db";
/// `SQLite`'s write-ahead log. It is removed when the database is closed.
const LOG: &str = "dynakv.db-wal";
/// `SQLite`'s files beside the database.
const BESIDE_DATABASE: [&str; 3] = [LOG, "dynakv.db-shm", "dynakv.db-journal"];
/// Locked by the process that uses the folder. It is empty and is never deleted: a lock on a deleted file would exclude
/// nobody.
const CLAIM: &str = "dynakv.lock";
/// The file of the secret, and its name until it is complete.
const SECRET: &str = "dynakv.secret";
const NEW_SECRET: &str = "dynakv.secret.new";
/// The file of a trial write, which checks for free space.
const TRIAL: &str = "dynakv.trial";
/// Chunk size of a trial write.
const TRIAL_CHUNK: usize = 64 << 10;
/// The sub-folder that is used if others can change the configured folder.
const SUB_FOLDER: &str = "dynakv";

/// A data folder for the exclusive use of this process, as long as `claim` is held.
pub(super) struct Folder {
    /// The absolute path of the existing database file.
    pub(super) database: String,
    database_id: FileId,
    pub(super) claim: Claim,
}

/// The exclusive claim on a folder, released on drop.
pub(super) struct Claim {
    directory: Directory,
    _lock: File,
}

impl Folder {
    /// Chooses the folder, creates what is missing and locks out other processes.
    pub(super) fn claim(named: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Folder { folder: named.to_owned(), source };
        let directory = choose(named).map_err(failed)?;
        let lock = directory.open(CLAIM).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::InUse(named.to_owned()),
            TryLockError::Error(source) => failed(source),
        })?;
        // Create the file here: SQLite would follow links and apply the umask's permissions.
        let database_id = directory.open(DATABASE).and_then(|file| FileId::of(&file)).map_err(failed)?;
        BESIDE_DATABASE.iter().try_for_each(|file| directory.check(file)).map_err(failed)?;
        // Absolute, because SQLite takes a name that starts with `file:` for a URI.
        let database = fs::canonicalize(directory.path()).map_err(failed)?.join(DATABASE);
        let database = database.into_os_string().into_string().map_err(|_| {
            failed(io::Error::new(io::ErrorKind::InvalidFilename, "the folder's path has to be valid UTF-8"))
        })?;
        Ok(Self { database, database_id, claim: Claim { directory, _lock: lock } })
    }

    /// Fails if the path no longer leads to the checked file. To be called after `SQLite` has opened the database by
    /// its path.
    pub(super) fn check_database(&self) -> Result<(), Error> {
        let failed = |source| self.claim.failed(source);
        if FileId::at(Path::new(&self.database)).map_err(failed)? == self.database_id {
            return Ok(());
        }
        Err(failed(io::Error::other(format!("{DATABASE} was replaced while it was opened"))))
    }
}

/// Chooses between the configured folder and its sub-folder.
fn choose(named: &Path) -> io::Result<Directory> {
    let directory = Directory::make(named)?;
    let is_private = directory.is_private()?;
    if directory.has(DATABASE)? {
        if !is_private {
            tracing::warn!(
                folder = %named.display(),
                "the data folder belongs to somebody else, or others can write to it: they can replace the data; give it to \
                 the user of this process with mode 0700, or move the files dynakv.* into a folder {SUB_FOLDER:?} in it"
            );
        }
        return Ok(directory);
    }
    if !is_private || directory.has_own_folder(SUB_FOLDER)? {
        return directory.sub_folder(SUB_FOLDER);
    }
    Ok(directory)
}

impl Claim {
    /// The folder in use.
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Whether a log is left from a process that has not closed the database.
    pub(super) fn has_log(&self) -> Result<bool, Error> {
        self.directory.has(LOG).map_err(|source| self.failed(source))
    }

    /// The log of the open database; none if `SQLite` could not begin one on this file system.
    ///
    /// `SQLite` never locks this file, so closing it releases no lock of SQLite's, as closing the database file would.
    pub(super) fn log(&self) -> Result<Option<File>, Error> {
        if !self.has_log()? {
            return Ok(None);
        }
        self.directory.open(LOG).map(Some).map_err(|source| self.failed(source))
    }

    /// Syncs the names of the files in the folder.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.directory.sync().map_err(|source| self.failed(source))
    }

    /// The secret of the folder. The first call creates a random one.
    pub(super) fn secret(&self) -> Result<Secret, Error> {
        let failed = |source| self.failed(source);
        if !self.directory.has(SECRET).map_err(failed)? {
            self.make_secret().map_err(failed)?;
        }
        let mut text = String::new();
        self.directory.open(SECRET).and_then(|mut file| file.read_to_string(&mut text)).map_err(failed)?;
        Secret::try_from(text.trim().to_owned()).map_err(|invalid| {
            failed(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{SECRET} {invalid}; delete it to get a new one"),
            ))
        })
    }

    /// Writes this many bytes to the disk and removes them again.
    ///
    /// The reported free space is not reliable: it ignores quotas, space reserved for the superuser and compression.
    pub(super) fn try_to_write(&self, bytes: usize) -> io::Result<()> {
        let written = self.directory.open(TRIAL).and_then(|file| write_trial(file, bytes));
        match self.directory.remove(TRIAL) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => written.and(Err(error)),
            Ok(()) | Err(_) => written,
        }
    }

    pub(super) fn failed(&self, source: io::Error) -> Error {
        Error::Folder { folder: self.path().to_owned(), source }
    }

    /// Renames a complete file, so that a crash leaves either the whole secret or none.
    fn make_secret(&self) -> io::Result<()> {
        let mut file = self.directory.open(NEW_SECRET)?;
        file.set_len(0)?;
        writeln!(file, "{}", Secret::random()?.expose())?;
        file.sync_all()?;
        self.directory.rename(NEW_SECRET, SECRET)
    }
}

/// Random bytes, which cannot be compressed, and synced, because some file systems allocate space only then.
fn write_trial(mut file: File, bytes: usize) -> io::Result<()> {
    let mut chunk = vec![0; TRIAL_CHUNK];
    let mut left = bytes;
    while left > 0 {
        getrandom::fill(&mut chunk)?;
        let now = left.min(TRIAL_CHUNK);
        file.write_all(chunk.get(..now).unwrap_or_default())?;
        left -= now;
    }
    file.sync_all()
}
