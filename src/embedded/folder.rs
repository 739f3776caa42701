use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::Error;
use crate::model::Secret;

/// The database itself; `SQLite` keeps its write-ahead log beside it, with the same permissions.
const DATABASE: &str = "dynakv.db";
/// Locked by the process that uses the folder. It holds nothing and is never deleted: a lock on a deleted file would
/// keep nobody out.
const CLAIM: &str = "dynakv.lock";
/// The secret that is kept with the data, as text, and what it is called until it is complete.
const SECRET: &str = "dynakv.secret";
const NEW_SECRET: &str = "dynakv.secret.new";

/// A data folder that this process alone uses, as long as `claim` is held.
pub(super) struct Folder {
    /// The absolute path of the database file, which exists.
    pub(super) database: String,
    pub(super) claim: Claim,
}

/// The claim on a folder. Dropped, it gives the folder back.
pub(super) struct Claim {
    folder: PathBuf,
    _lock: File,
}

impl Folder {
    pub(super) fn claim(folder: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Folder { folder: folder.to_owned(), source };
        make_private_folder(folder).map_err(failed)?;
        let lock = open_private(&folder.join(CLAIM)).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::InUse(folder.to_owned()),
            TryLockError::Error(source) => failed(source),
        })?;
        let database = folder.join(DATABASE);
        // SQLite would make the file readable to all that the umask lets in.
        open_private(&database).map_err(failed)?;
        // Absolute, because SQLite takes a name that begins with `file:` for a URI.
        let database = fs::canonicalize(database).map_err(failed)?.into_os_string().into_string().map_err(|_| {
            failed(io::Error::new(io::ErrorKind::InvalidFilename, "the folder's path has to be valid UTF-8"))
        })?;
        Ok(Self { database, claim: Claim { folder: folder.to_owned(), _lock: lock } })
    }
}

impl Claim {
    /// The secret that is kept in the folder; the first time, a random one is made.
    pub(super) fn secret(&self) -> Result<Secret, Error> {
        let failed = |source| Error::Folder { folder: self.folder.clone(), source };
        if !self.folder.join(SECRET).try_exists().map_err(failed)? {
            self.make_secret().map_err(failed)?;
        }
        let mut text = String::new();
        open_private(&self.folder.join(SECRET)).and_then(|mut file| file.read_to_string(&mut text)).map_err(failed)?;
        Secret::try_from(text.trim().to_owned()).map_err(|invalid| {
            failed(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{SECRET} {invalid}; without it a new one is made"),
            ))
        })
    }

    /// Under its name it is there as a whole or not at all, whenever the process or the machine stops.
    fn make_secret(&self) -> io::Result<()> {
        let unfinished = self.folder.join(NEW_SECRET);
        let mut file = open_private(&unfinished)?;
        file.set_len(0)?;
        writeln!(file, "{}", Secret::random()?.expose())?;
        file.sync_all()?;
        fs::rename(unfinished, self.folder.join(SECRET))?;
        // The name is on the disk when the folder is; only Unix lets one say so.
        #[cfg(unix)]
        File::open(&self.folder)?.sync_all()?;
        Ok(())
    }
}

/// Makes the folder for its owner alone. One that exists is left as its owner made it: its files are private.
fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens or makes a file that only its owner can read, and takes others' rights away from one that has them.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}
