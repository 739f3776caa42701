//! Libraries that are preloaded into a server.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes a library of this file in C, whose path is relative to the root of the project. It is linked with the linker that
/// Rust programs need anyway.
pub(crate) fn library(source: &str, name: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-Wall", "-Werror", "-o"]).arg(&library).arg(&source);
    assert!(compiler.status().unwrap().success(), "cc makes no library of {}", source.display());
    library
}
