//! Stands in for the embedded engine in a server that is built without the feature `embedded`.
//!
//! There is no engine of this type, so the server and the command line need no `cfg` of their own.

use std::future::{Pending, Ready};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;

use crate::driver::transport::Transport;
use crate::model::Secret;

/// Where the engine would keep its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In memory.
    Memory,
    /// In a folder.
    Folder(PathBuf),
}

/// Why the embedded engine cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It was not compiled in.
    #[error("this build has no embedded engine")]
    Absent,
}

/// No engine.
#[derive(Debug, Clone, Copy)]
pub enum Engine {}

impl Engine {
    /// Fails.
    pub fn open(_: &Location) -> Result<Self, Error> {
        Err(Error::Absent)
    }

    /// See the engine.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match *self {}
    }

    /// See the engine.
    pub fn secret(&self) -> Result<Option<Secret>, Error> {
        match *self {}
    }

    /// See the engine.
    #[must_use]
    pub fn transport(&self) -> Arc<dyn Transport> {
        match *self {}
    }

    /// See the engine.
    pub fn ready(&self) -> Ready<Result<(), Error>> {
        match *self {}
    }

    /// See the engine.
    #[must_use]
    pub fn takes_writes(&self) -> bool {
        match *self {}
    }

    /// See the engine.
    pub fn check(&self) -> Result<(), Error> {
        match *self {}
    }

    /// See the engine.
    pub fn sweep_every(self, _: Duration, _: SharedAsyncSleep, _: impl Fn() -> bool) -> Pending<()> {
        match self {}
    }
}
