//! A disk whose free space a test controls.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::binary::Serve;
use crate::support::preload;

/// The error of a write without space, on Linux.
pub(super) const ENOSPC: i32 = 28;
/// The error of a write beyond the owner's quota, on Linux.
pub(super) const EDQUOT: i32 = 122;

/// The disk under the data folder of a server.
pub(super) struct Disk {
    parent: TempDir,
    error: i32,
}

impl Disk {
    /// A disk that fails with this error when it is full.
    pub(super) fn failing_with(error: i32) -> Self {
        Self { parent: TempDir::new().unwrap(), error }
    }

    pub(super) fn data(&self) -> PathBuf {
        self.parent.path().join("data")
    }

    fn limit(&self) -> PathBuf {
        self.parent.path().join("limit")
    }

    /// A server on it, probed so often that a test need not wait for a probe.
    pub(super) fn server(&self) -> Serve {
        Serve::in_folder(&self.data())
            .env("LD_PRELOAD", library())
            .env("DISK_LIMIT", self.limit())
            .env("DISK_ERROR", self.error.to_string())
            .env("DYNAKV__HEALTH__PROBE_PERIOD", "50ms")
    }

    /// Prevents all files from growing.
    pub(super) fn fill(&self) {
        File::create(self.limit()).unwrap();
    }

    /// Prevents files from growing by more than this many bytes beyond the database's log.
    pub(super) fn fill_but_for(&self, bytes: u64) {
        let log = fs::metadata(self.data().join("dynakv.db-wal")).unwrap().len();
        let limit = self.parent.path().join("new-limit");
        File::create(&limit).unwrap().set_len(log + bytes).unwrap();
        fs::rename(limit, self.limit()).unwrap();
    }

    pub(super) fn make_room(&self) {
        fs::remove_file(self.limit()).unwrap();
    }
}

/// The library that simulates the disk.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| preload::library("tests/suite/server/full_disk/disk.c", "full_disk.so"))
}
