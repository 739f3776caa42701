//! `dynakv export` and `dynakv import`: copy a table to a file of JSON lines and back, with constant memory. A
//! checkpoint beside the file lets an interrupted command resume.

mod checkpoint;
mod export;
mod import;
mod shape;
mod summary;
mod task;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub(super) use export::Export;
pub(super) use import::Import;

/// The path with a suffix.
fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
