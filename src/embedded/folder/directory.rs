use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Stat, fchmod, fstat, fsync, mkdirat, open, openat, renameat, statat, unlinkat,
};
use rustix::io::Errno;
use rustix::process::geteuid;

const ONLY_OWNER_FOLDER: Mode = Mode::RWXU;
const ONLY_OWNER_FILE: Mode = Mode::RUSR.union(Mode::WUSR);
const WRITE_BY_OTHERS: Mode = Mode::WGRP.union(Mode::WOTH);
const ANYTHING_BY_OTHERS: Mode = Mode::RWXG.union(Mode::RWXO);

/// An open folder. Files are opened relative to it and not by path, so nobody can swap the folder.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    fd: OwnedFd,
}

impl Directory {
    /// Opens the folder, or creates it for its owner alone. The path may contain links: the operator chose it.
    pub(super) fn make(path: &Path) -> io::Result<Self> {
        let missing: Vec<_> = path.ancestors().take_while(|folder| !folder.exists()).collect();
        DirBuilder::new().recursive(true).mode(ONLY_OWNER_FOLDER.bits()).create(path)?;
        // SQLite syncs the names in its folder, but not the folder's own.
        missing.into_iter().filter_map(Path::parent).try_for_each(sync_names_at)?;
        let fd = open_folder(path)?;
        Ok(Self { path: path.to_owned(), fd })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether only our user and root can change its content.
    pub(super) fn is_private(&self) -> io::Result<bool> {
        let folder = fstat(&self.fd)?;
        Ok(is_ours(&folder) && !mode(&folder).intersects(WRITE_BY_OTHERS))
    }

    /// Whether a file of any kind has this name.
    pub(super) fn has(&self, name: &str) -> io::Result<bool> {
        Ok(self.stat(name)?.is_some())
    }

    /// Whether there is a folder with this name that belongs to our user.
    pub(super) fn has_own_folder(&self, name: &str) -> io::Result<bool> {
        let is_own = |file: Stat| file_type(&file) == FileType::Directory && file.st_uid == geteuid().as_raw();
        Ok(self.stat(name)?.is_some_and(is_own))
    }

    /// Opens or creates a sub-folder and removes the permissions of other users.
    pub(super) fn sub_folder(&self, name: &str) -> io::Result<Self> {
        match mkdirat(&self.fd, name, ONLY_OWNER_FOLDER) {
            Ok(()) => self.sync()?,
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = openat(&self.fd, name, flags, Mode::empty()).map_err(|error| match error {
            Errno::LOOP | Errno::NOTDIR => refused(name, "is no folder"),
            error => error.into(),
        })?;
        let folder = fstat(&fd)?;
        if folder.st_uid != geteuid().as_raw() {
            return Err(refused(name, "belongs to another user than this process's"));
        }
        // With `fsGroup`, Kubernetes adds group permissions to everything in a volume at every start.
        if mode(&folder).intersects(ANYTHING_BY_OTHERS) {
            fchmod(&fd, ONLY_OWNER_FOLDER)?;
        }
        Ok(Self { path: self.path.join(name), fd })
    }

    /// Opens or creates a file and removes the permissions of other users.
    pub(super) fn open(&self, name: &str) -> io::Result<File> {
        // Without `NONBLOCK`, opening a pipe would wait for its other end.
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(&self.fd, name, flags, ONLY_OWNER_FILE).map_err(|error| match error {
            Errno::LOOP => refused(name, "is a symbolic link"),
            error => error.into(),
        })?;
        let found = fstat(&file)?;
        check(name, &found)?;
        if mode(&found).intersects(ANYTHING_BY_OTHERS) {
            fchmod(&file, ONLY_OWNER_FILE)?;
        }
        Ok(File::from(file))
    }

    /// Checks an optional file without opening it.
    pub(super) fn check(&self, name: &str) -> io::Result<()> {
        self.stat(name)?.map_or(Ok(()), |file| check(name, &file))
    }

    /// Renames a file and syncs the folder.
    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        renameat(&self.fd, from, &self.fd, to)?;
        self.sync()
    }

    /// Syncs the names of the files.
    pub(super) fn sync(&self) -> io::Result<()> {
        sync_names(&self.fd)
    }

    /// Removes a file.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(&self.fd, name, AtFlags::empty())?)
    }

    fn stat(&self, name: &str) -> io::Result<Option<Stat>> {
        match statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(file) => Ok(Some(file)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn open_folder(path: &Path) -> Result<OwnedFd, Errno> {
    open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// Syncs the names in this folder; `""` is the current folder. A folder may be writable but not readable, and such a
/// one cannot be opened.
fn sync_names_at(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    match open_folder(path) {
        Ok(folder) => sync_names(&folder),
        Err(Errno::ACCESS) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Syncs the names in this folder, on file systems that can (fsync(2): EINVAL).
fn sync_names(folder: &OwnedFd) -> io::Result<()> {
    match fsync(folder) {
        Ok(()) | Err(Errno::INVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Identifies a file independently of its path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        file.metadata().map(|file| Self { device: file.dev(), inode: file.ino() })
    }

    pub(super) fn at(path: &Path) -> io::Result<Self> {
        path.symlink_metadata().map(|file| Self { device: file.dev(), inode: file.ino() })
    }
}

/// Refuses everything but a regular file of ours with a single name. Another name (a hard link) may be in a folder that
/// others can change.
fn check(name: &str, file: &Stat) -> io::Result<()> {
    match file_type(file) {
        FileType::RegularFile => {}
        FileType::Symlink => return Err(refused(name, "is a symbolic link")),
        _ => return Err(refused(name, "is no regular file")),
    }
    if !is_ours(file) {
        return Err(refused(name, "belongs to another user than this process's"));
    }
    if file.st_nlink != 1 {
        return Err(refused(name, "has another name as well (a hard link)"));
    }
    Ok(())
}

/// Whether the file belongs to our user or to root, who has access anyway.
fn is_ours(file: &Stat) -> bool {
    file.st_uid == geteuid().as_raw() || file.st_uid == 0
}

fn mode(file: &Stat) -> Mode {
    Mode::from_raw_mode(file.st_mode)
}

fn file_type(file: &Stat) -> FileType {
    FileType::from_raw_mode(file.st_mode)
}

fn refused(name: &str, problem: &str) -> io::Error {
    io::Error::new(ErrorKind::PermissionDenied, format!("{name} in it {problem}"))
}
