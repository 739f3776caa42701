#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy.toml allows them in test functions only")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;

/// A folder with these permissions.
fn folder(mode: u32) -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    fs::create_dir(&folder).unwrap();
    set_mode(&folder, mode);
    (parent, folder)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().mode() & 0o777
}

/// The error for the folder.
fn refused(folder: &Path) -> String {
    let Err(Error::Folder { source, .. }) = Folder::claim(folder) else { panic!("the folder is used") };
    source.to_string()
}

fn used(folder: &Path) -> PathBuf {
    let folder = Folder::claim(folder).unwrap();
    folder.check_database().unwrap();
    folder.claim.path().to_owned()
}

#[test]
fn a_folder_that_others_can_change_gets_one_of_ours() {
    for open in [0o777, 0o1777, 0o770, 0o702] {
        let (_parent, folder) = folder(open);
        let ours = folder.join("dynakv");
        assert_eq!(used(&folder), ours, "{open:o}");
        assert_eq!(mode(&ours), 0o700);
        assert_eq!(mode(&ours.join("dynakv.db")), 0o600);
        assert!(!folder.join("dynakv.lock").exists());

        // As Kubernetes does with a volume with `fsGroup`, at every start.
        set_mode(&ours, 0o770);
        set_mode(&ours.join("dynakv.db"), 0o660);
        assert_eq!(used(&folder), ours);
        assert_eq!((mode(&ours), mode(&ours.join("dynakv.db"))), (0o700, 0o600));

        // The owner removes the permissions of others. The data stays where it is.
        set_mode(&folder, 0o700);
        assert_eq!(used(&folder), ours);
    }
}

#[test]
fn a_folder_of_our_own_is_used_as_it_is() {
    for closed in [0o700, 0o755, 0o750] {
        let (_parent, folder) = folder(closed);
        assert_eq!(used(&folder), folder);
        assert_eq!(mode(&folder), closed);
    }
}

#[test]
fn data_that_is_in_a_folder_that_others_can_change_is_still_used() {
    let (_parent, folder) = folder(0o700);
    assert_eq!(used(&folder), folder);
    set_mode(&folder, 0o777);
    assert_eq!(used(&folder), folder);
}

#[test]
fn links_and_other_kinds_of_files_are_refused() {
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("target");
    for name in ["dynakv.lock", "dynakv.db", "dynakv.db-wal", "dynakv.db-shm", "dynakv.db-journal"] {
        fs::write(&target, "untouched").unwrap();
        set_mode(&target, 0o644);
        let (_parent, folder) = folder(0o700);
        let file = folder.join(name);

        symlink(&target, &file).unwrap();
        assert_eq!(refused(&folder), format!("{name} in it is a symbolic link"));
        fs::remove_file(&file).unwrap();
        symlink(elsewhere.path().join("missing"), &file).unwrap();
        assert_eq!(refused(&folder), format!("{name} in it is a symbolic link"));
        fs::remove_file(&file).unwrap();
        fs::hard_link(&target, &file).unwrap();
        assert_eq!(refused(&folder), format!("{name} in it has another name as well (a hard link)"));
        fs::remove_file(&file).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &file,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        assert_eq!(refused(&folder), format!("{name} in it is no regular file"));
        fs::remove_file(&file).unwrap();
        assert_eq!(used(&folder), folder);

        assert_eq!(fs::read_to_string(&target).unwrap(), "untouched");
        assert_eq!(mode(&target), 0o644);
    }
}

#[test]
fn a_link_in_place_of_our_folder_or_secret_is_refused() {
    let elsewhere = tempfile::tempdir().unwrap();
    let (_parent, open) = folder(0o777);
    symlink(elsewhere.path(), open.join("dynakv")).unwrap();
    assert_eq!(refused(&open), "dynakv in it is no folder");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);

    for name in ["dynakv.secret", "dynakv.secret.new"] {
        let (_parent, folder) = folder(0o700);
        let claimed = Folder::claim(&folder).unwrap();
        symlink(elsewhere.path().join("secret"), folder.join(name)).unwrap();
        assert!(claimed.claim.secret().is_err(), "{name}");
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_folder_or_file_of_another_user_is_refused() {
    if !rustix::process::geteuid().is_root() {
        // Only root can change the owner of files.
        return;
    }
    let somebody = Some(rustix::process::Uid::from_raw(12_345));
    let (_parent, theirs) = folder(0o755);
    rustix::fs::chown(&theirs, somebody, None).unwrap();
    assert_eq!(used(&theirs), theirs.join("dynakv"));
    rustix::fs::chown(theirs.join("dynakv"), somebody, None).unwrap();
    assert_eq!(refused(&theirs), "dynakv in it belongs to another user than this process's");

    let (_parent, ours) = folder(0o700);
    used(&ours);
    rustix::fs::chown(ours.join("dynakv.db"), somebody, None).unwrap();
    assert_eq!(refused(&ours), "dynakv.db in it belongs to another user than this process's");
}

#[test]
fn a_database_that_is_replaced_while_it_is_opened_is_noticed() {
    let (_parent, folder) = folder(0o700);
    let claimed = Folder::claim(&folder).unwrap();
    fs::rename(folder.join("dynakv.db"), folder.join("old")).unwrap();
    fs::write(folder.join("dynakv.db"), "").unwrap();
    assert!(claimed.check_database().is_err());
}
