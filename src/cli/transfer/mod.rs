//! `dynakv export` and `dynakv import`: a table to a file of JSON lines and back, in a memory that does not grow with it, and
//! with a checkpoint beside the file from which an interrupted command goes on.

mod checkpoint;
mod export;
mod import;
mod lines;
#[cfg(test)]
mod tests;
mod version;

use std::path::{Path, PathBuf};

pub(super) use export::Export;
pub(super) use import::Import;

/// A file beside another one.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
