//! An engine that keeps its data in a folder.

use std::path::Path;

use super::{client, create_table, get, put, text};
use crate::embedded::{Engine, Error, Location};

#[tokio::test]
async fn a_folder_serves_one_engine_at_a_time_and_keeps_its_data() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("made/when missing");
    let location = Location::Folder(folder.clone());
    let first = Engine::open(&location).unwrap();
    let connected = client(&first);
    create_table(&connected).await;
    put(&connected, "a", text("kept")).await;

    let refused = Engine::open(&location).unwrap_err();
    assert!(matches!(&refused, Error::InUse(named) if *named == folder));
    assert!(refused.to_string().ends_with("when missing is in use by another dynakv process"));
    only_the_owner_may_read(&folder);

    drop((first, connected));
    let second = Engine::open(&location).unwrap();
    assert_eq!(get(&client(&second), "a").await, Some(text("kept")));
}

#[cfg(unix)]
fn only_the_owner_may_read(folder: &Path) {
    use std::os::unix::fs::MetadataExt;
    assert_eq!(folder.metadata().unwrap().mode() & 0o777, 0o700);
    let files: Vec<_> = folder.read_dir().unwrap().map(|file| file.unwrap()).collect();
    assert!(files.len() > 2, "the database, its log and the claim: {files:?}");
    for file in files {
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[cfg(not(unix))]
fn only_the_owner_may_read(_folder: &Path) {}

#[test]
fn a_folder_keeps_one_secret() {
    let parent = tempfile::tempdir().unwrap();
    let location = |name: &str| Location::Folder(parent.path().join(name));
    let secret = |location: &Location| Engine::open(location).unwrap().secret().unwrap().unwrap();
    let first = secret(&location("one"));
    // A process that was killed while it made one leaves this behind.
    std::fs::write(parent.path().join("one/dynakv.secret.new"), "half").unwrap();
    assert_eq!(secret(&location("one")), first);
    assert_ne!(secret(&location("two")), first);
    assert_eq!(Engine::open(&Location::Memory).unwrap().secret().unwrap(), None);
}

#[test]
fn a_secret_is_for_its_owner_alone_and_complete() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let engine = Engine::open(&Location::Folder(folder.clone())).unwrap();
    std::fs::write(folder.join("dynakv.secret.new"), "half".repeat(100)).unwrap();
    let secret = engine.secret().unwrap().unwrap();
    let stored = std::fs::read_to_string(folder.join("dynakv.secret")).unwrap();
    assert_eq!(stored.trim(), secret.expose(), "nothing is left of what was there before");
    only_the_owner_may_read(&folder);

    std::fs::write(folder.join("dynakv.secret"), "short").unwrap();
    let refused = engine.secret().unwrap_err();
    let Error::Folder { source, .. } = refused else { panic!("{refused}") };
    assert!(source.to_string().starts_with("dynakv.secret must have at least 32 bytes"), "{source}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_named() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    assert!(matches!(Engine::open(&Location::Folder(file)), Err(Error::Folder { .. })));

    std::fs::write(parent.path().join("dynakv.db"), "no database".repeat(500)).unwrap();
    let refused = Engine::open(&Location::Folder(parent.path().to_owned())).unwrap_err();
    assert!(matches!(refused, Error::Open { .. }), "{refused}");
}
