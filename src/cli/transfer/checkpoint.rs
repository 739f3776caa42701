use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::with_suffix;
use crate::cli::error::Error;

/// A file with the progress of a command. It is replaced atomically, so it is always valid.
#[derive(Debug, Clone)]
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

    /// The last saved state. `None` if there is none.
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
        let new = with_suffix(&self.path, ".new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(state)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        self.sync_folder()
    }

    pub(super) fn remove(&self) -> Result<(), Error> {
        fs::remove_file(&self.path).and_then(|()| self.sync_folder()).map_err(|error| self.failed(error))
    }

    /// Removes it if it exists.
    pub(super) fn clear(&self) -> Result<(), Error> {
        if self.path.exists() { self.remove() } else { Ok(()) }
    }

    /// A rename or removal survives a crash of the machine only after a sync of the folder.
    fn sync_folder(&self) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if cfg!(unix) { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::File { path: self.path.clone(), source }
    }
}
