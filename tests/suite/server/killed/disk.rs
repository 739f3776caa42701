//! A disk whose power a test can cut.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::binary::Serve;
use crate::support::preload;

/// The disk under the data folder of a server.
pub(super) struct Disk {
    /// The canonical path of the folder for everything here.
    root: PathBuf,
    _parent: TempDir,
}

impl Disk {
    pub(super) fn new() -> Self {
        let parent = TempDir::new().unwrap();
        let root = parent.path().canonicalize().unwrap();
        for kept in ["new", "synced", "names", "lost"] {
            fs::create_dir_all(root.join("kept").join(kept)).unwrap();
        }
        Self { root, _parent: parent }
    }

    fn kept(&self, kind: &str) -> PathBuf {
        self.root.join("kept").join(kind)
    }

    /// A server on it.
    pub(super) fn server(&self) -> Serve {
        let data = self.root.join("data");
        Serve::in_folder(&data)
            .env("LD_PRELOAD", library())
            .env("DISK_DATA", &data)
            .env("DISK_KEPT", self.root.join("kept"))
    }

    /// The number of syncs of the database's log so far.
    pub(super) fn log_syncs(&self) -> u64 {
        fs::metadata(self.kept("log_syncs")).unwrap().len()
    }

    /// Makes the syncs of the log fail.
    pub(super) fn fail(&self) {
        fs::write(self.kept("log_fails"), "").unwrap();
    }

    pub(super) fn repair(&self) {
        fs::remove_file(self.kept("log_fails")).unwrap();
    }

    /// The data folder as it is when the power is back, if the disk has lost all that it could.
    ///
    /// What a file had when it was synced under an earlier name is left out.
    pub(super) fn after_a_power_cut(&self) -> PathBuf {
        let data = self.root.join("after");
        fs::create_dir(&data).unwrap();
        for name in self.kept("names").read_dir().unwrap() {
            let name = name.unwrap().file_name();
            let synced = self.kept("synced").join(&name);
            if synced.exists() {
                fs::copy(synced, data.join(name)).unwrap();
            }
        }
        data
    }
}

/// The library that keeps what is synced.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| preload::library("tests/suite/server/killed/disk.c", "kept_disk.so"))
}
