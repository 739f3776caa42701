//! Warns about files with secrets that every user of the machine can read or write.
//!
//! These are not faults: Kubernetes mounts secrets with mode 0644 unless `defaultMode` says otherwise. Access for the
//! group is taken to be intended.

use std::fs::Metadata;
use std::path::Path;

use super::fault::Origin;
use super::section::Section;

/// Warns if the file of a key is open to everybody. If its metadata cannot be read, the code that reads the file
/// reports that.
pub(super) fn warn(section: &mut Section, key: &str, origin: Option<Origin>, path: &Path) {
    if let Some(mode) = path.metadata().ok().as_ref().and_then(open_mode) {
        section.warn(key, origin, format!("is a file that every user of the machine can open (mode {mode:04o})"));
    }
}

/// Warns if a secret is in a configuration file that is open to everybody.
pub(super) fn warn_of_file(section: &mut Section, key: &str, origin: &Origin) {
    let Origin::File(path) = origin else { return };
    if let Some(mode) = path.metadata().ok().as_ref().and_then(open_mode) {
        let problem = format!("is in a file that every user of the machine can open (mode {mode:04o})");
        section.warn(key, Some(origin.clone()), problem);
    }
}

/// The file's mode if users other than its owner and group may read or write it.
#[cfg(unix)]
fn open_mode(file: &Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(file.permissions().mode() & 0o7777).filter(|mode| mode & 0o006 != 0)
}

#[cfg(not(unix))]
fn open_mode(_file: &Metadata) -> Option<u32> {
    None
}
