//! Warnings of files that hold a secret and that everybody on the machine may read or write.
//!
//! They are no faults: Kubernetes mounts a secret with mode 0644 unless `defaultMode` says otherwise. A group that may read
//! is somebody's choice.

use std::fs::Metadata;
use std::path::Path;

use super::fault::Origin;
use super::section::Section;

/// Warns if the file that a key names is open to everybody. A file that cannot be looked at is for its reader to report.
pub(super) fn warn(section: &mut Section, key: &str, origin: Option<Origin>, path: &Path) {
    if let Some(mode) = path.metadata().ok().as_ref().and_then(open_mode) {
        section.warn(key, origin, format!("is a file that every user of the machine can open (mode {mode:04o})"));
    }
}

/// Warns if a key with a secret is given in a configuration file that is open to everybody.
pub(super) fn warn_of_file(section: &mut Section, key: &str, origin: &Origin) {
    let Origin::File(path) = origin else { return };
    if let Some(mode) = path.metadata().ok().as_ref().and_then(open_mode) {
        let problem = format!("is in a file that every user of the machine can open (mode {mode:04o})");
        section.warn(key, Some(origin.clone()), problem);
    }
}

/// The permissions of a file that others than its owner and group may read or write.
#[cfg(unix)]
fn open_mode(file: &Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(file.permissions().mode() & 0o7777).filter(|mode| mode & 0o006 != 0)
}

#[cfg(not(unix))]
fn open_mode(_file: &Metadata) -> Option<u32> {
    None
}
