//! The folder that the engine keeps its data in, and who else may be at it.
//!
//! Whoever can write to a folder can put a link or a file of theirs where we are about to write. So the files are kept in a
//! folder that only this process's user (or root) can change: the folder that was named, or, where that one belongs to somebody
//! else or others can write to it, as with a volume that Kubernetes mounts, a sub-folder `dynakv` of it that only the owner
//! can open. Data that is in either of them already is used where it is.

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

/// The database itself; `SQLite` keeps its write-ahead log beside it, with the same permissions.
const DATABASE: &str = "dynakv.db";
/// What `SQLite` keeps beside it.
const BESIDE_DATABASE: [&str; 3] = ["dynakv.db-wal", "dynakv.db-shm", "dynakv.db-journal"];
/// Locked by the process that uses the folder. It holds nothing and is never deleted: a lock on a deleted file would
/// keep nobody out.
const CLAIM: &str = "dynakv.lock";
/// The secret that is kept with the data, as text, and what it is called until it is complete.
const SECRET: &str = "dynakv.secret";
const NEW_SECRET: &str = "dynakv.secret.new";
/// What is written to see whether there is room, and taken away again.
const TRIAL: &str = "dynakv.trial";
/// How much of it is written at once.
const TRIAL_CHUNK: usize = 64 << 10;
/// The sub-folder for a folder that others can change.
const SUB_FOLDER: &str = "dynakv";

/// A data folder that this process alone uses, as long as `claim` is held.
pub(super) struct Folder {
    /// The absolute path of the database file, which exists.
    pub(super) database: String,
    database_id: FileId,
    pub(super) claim: Claim,
}

/// The claim on a folder. Dropped, it gives the folder back.
pub(super) struct Claim {
    directory: Directory,
    _lock: File,
}

impl Folder {
    /// Chooses the folder, makes what is missing and keeps other processes out.
    pub(super) fn claim(named: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Folder { folder: named.to_owned(), source };
        let directory = choose(named).map_err(failed)?;
        let lock = directory.open(CLAIM).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::InUse(named.to_owned()),
            TryLockError::Error(source) => failed(source),
        })?;
        // SQLite would follow links, and make the file readable to all that the umask lets in.
        let database_id = directory.open(DATABASE).and_then(|file| FileId::of(&file)).map_err(failed)?;
        BESIDE_DATABASE.iter().try_for_each(|file| directory.check(file)).map_err(failed)?;
        // Absolute, because SQLite takes a name that begins with `file:` for a URI.
        let database = fs::canonicalize(directory.path()).map_err(failed)?.join(DATABASE);
        let database = database.into_os_string().into_string().map_err(|_| {
            failed(io::Error::new(io::ErrorKind::InvalidFilename, "the folder's path has to be valid UTF-8"))
        })?;
        Ok(Self { database, database_id, claim: Claim { directory, _lock: lock } })
    }

    /// Fails if the path no longer leads to the file that was checked. To be asked once `SQLite`, which goes by the path, has
    /// opened it.
    pub(super) fn check_database(&self) -> Result<(), Error> {
        let failed = |source| Error::Folder { folder: self.claim.path().to_owned(), source };
        if FileId::at(Path::new(&self.database)).map_err(failed)? == self.database_id {
            return Ok(());
        }
        Err(failed(io::Error::other(format!("{DATABASE} was replaced while it was opened"))))
    }
}

/// The folder to use for the one that was named.
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
    if !is_private || directory.has_own(SUB_FOLDER)? {
        return directory.sub_folder(SUB_FOLDER);
    }
    Ok(directory)
}

impl Claim {
    /// The folder in use.
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The secret that is kept in the folder; the first time, a random one is made.
    pub(super) fn secret(&self) -> Result<Secret, Error> {
        let failed = |source| Error::Folder { folder: self.path().to_owned(), source };
        if !self.directory.has(SECRET).map_err(failed)? {
            self.make_secret().map_err(failed)?;
        }
        let mut text = String::new();
        self.directory.open(SECRET).and_then(|mut file| file.read_to_string(&mut text)).map_err(failed)?;
        Secret::try_from(text.trim().to_owned()).map_err(|invalid| {
            failed(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{SECRET} {invalid}; without it a new one is made"),
            ))
        })
    }

    /// Writes this many bytes to the disk, and takes them away again.
    ///
    /// The file system has the last word: what it says of its free space knows nothing of quotas, of what is kept for the
    /// superuser and of how well things compress.
    pub(super) fn try_to_write(&self, bytes: usize) -> io::Result<()> {
        let written = self.directory.open(TRIAL).and_then(|file| write_trial(file, bytes));
        match self.directory.remove(TRIAL) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => written.and(Err(error)),
            Ok(()) | Err(_) => written,
        }
    }

    /// Under its name it is there as a whole or not at all, whenever the process or the machine stops.
    fn make_secret(&self) -> io::Result<()> {
        let mut file = self.directory.open(NEW_SECRET)?;
        file.set_len(0)?;
        writeln!(file, "{}", Secret::random()?.expose())?;
        file.sync_all()?;
        self.directory.rename(NEW_SECRET, SECRET)
    }
}

/// Random bytes, which no file system compresses, synced, since some find the room only then.
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
