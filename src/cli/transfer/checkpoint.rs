use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::beside;
use crate::cli::error::Error;

/// A file that says how far a command has come. It is replaced as a whole, so that at any moment it is right.
#[derive(Debug)]
pub(super) struct Checkpoint {
    path: PathBuf,
}

impl Checkpoint {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What was saved last. `None`: nothing, or it has been removed.
    pub(super) fn load<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::Input { path: self.path.clone(), source }),
        };
        let bad = |error: serde_json::Error| Error::BadFile { path: self.path.clone(), problem: error.to_string() };
        serde_json::from_slice(&text).map(Some).map_err(bad)
    }

    pub(super) fn save(&self, state: &impl Serialize) -> Result<(), Error> {
        self.replace(state).map_err(|error| self.failed(error))
    }

    fn replace(&self, state: &impl Serialize) -> io::Result<()> {
        let new = beside(&self.path, ".new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(state)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        self.sync_folder()
    }

    pub(super) fn remove(&self) -> Result<(), Error> {
        fs::remove_file(&self.path).and_then(|()| self.sync_folder()).map_err(|error| self.failed(error))
    }

    /// Removes it, if it is there.
    pub(super) fn clear(&self) -> Result<(), Error> {
        if self.path.exists() { self.remove() } else { Ok(()) }
    }

    /// Only with its folder is a renamed or removed file so after a crash of the machine.
    fn sync_folder(&self) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if cfg!(unix) { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::File { path: self.path.clone(), source }
    }
}
