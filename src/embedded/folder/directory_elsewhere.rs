//! A data folder on a system without Unix permissions, used without checks.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A folder by its path.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
}

impl Directory {
    pub(super) fn make(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Self { path: path.to_owned() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Unknown here, so assumed.
    #[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(super) fn is_private(&self) -> io::Result<bool> {
        Ok(true)
    }

    pub(super) fn has(&self, name: &str) -> io::Result<bool> {
        self.path.join(name).try_exists()
    }

    pub(super) fn has_own_folder(&self, name: &str) -> io::Result<bool> {
        Ok(self.path.join(name).is_dir())
    }

    pub(super) fn sub_folder(&self, name: &str) -> io::Result<Self> {
        Self::make(&self.path.join(name))
    }

    pub(super) fn open(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(self.path.join(name))
    }

    #[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(super) fn check(&self, _name: &str) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    /// The system has no sync of folders that works everywhere.
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "as on Unix")]
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }
}

/// Files are not identified here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileId;

impl FileId {
    pub(super) fn of(_file: &File) -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) fn at(_path: &Path) -> io::Result<Self> {
        Ok(Self)
    }
}
