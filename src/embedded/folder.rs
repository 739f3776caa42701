use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::Error;

/// The database itself; `SQLite` keeps its write-ahead log beside it, with the same permissions.
const DATABASE: &str = "dynakv.db";
/// Locked by the process that uses the folder. It holds nothing and is never deleted: a lock on a deleted file would
/// keep nobody out.
const CLAIM: &str = "dynakv.lock";

/// A data folder that this process alone uses, as long as `claim` stays open.
pub(super) struct Folder {
    /// The absolute path of the database file, which exists.
    pub(super) database: String,
    pub(super) claim: File,
}

impl Folder {
    pub(super) fn claim(folder: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Folder { folder: folder.to_owned(), source };
        make_private_folder(folder).map_err(failed)?;
        let claim = open_private(&folder.join(CLAIM)).map_err(failed)?;
        claim.try_lock().map_err(|error| match error {
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
        Ok(Self { database, claim })
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
