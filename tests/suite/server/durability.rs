//! The embedded engine keeps acknowledged writes, whatever happens to the process.

use std::time::Duration;

use dynakv_client::{Expected, TtlOutcome};
use tempfile::TempDir;

use crate::binary::Serve;

#[tokio::test]
async fn every_acknowledged_write_survives_a_kill_in_the_midst_of_writing() {
    let folder = TempDir::new().unwrap();
    let mut server = Serve::in_folder(folder.path()).start().await;
    let client = server.client().await;
    let mut acknowledged = Vec::new();
    while let Ok(written) = client.set(format!("key-{}", acknowledged.len()), "value").await {
        acknowledged.push(written.version);
        if acknowledged.len() == 30 {
            server.start_kill();
        }
    }
    assert!(!server.ended().await.success());
    assert!(acknowledged.len() >= 30);

    let server = Serve::in_folder(folder.path()).start().await;
    let client = server.client().await;
    for (index, version) in acknowledged.into_iter().enumerate() {
        let entry = client.get(format!("key-{index}")).await.unwrap().unwrap();
        assert_eq!((entry.text(), &entry.version), (Some("value"), &Some(version)));
    }
}

#[tokio::test]
async fn entries_come_back_with_all_that_belongs_to_them() {
    let folder = TempDir::new().unwrap();
    let server = Serve::in_folder(folder.path()).start().await;
    let client = server.client().await;
    let expiring = client.set("expiring", "soon").ttl(Duration::from_hours(1)).await.unwrap();
    client.increment("hits").by(41).await.unwrap();
    client.set("deleted", "value").await.unwrap();
    client.delete("deleted").await.unwrap();
    server.kill().await;

    let server = Serve::in_folder(folder.path()).start().await;
    let client = server.client().await;
    assert!(matches!(
        client.get_ttl("expiring").await.unwrap(),
        TtlOutcome::Ttl { expire_time, .. } if Some(expire_time) == expiring.expire_time
    ));
    client.compare_and_set("expiring", "later", Expected::Version(expiring.version)).await.unwrap();
    assert_eq!(client.get("expiring").await.unwrap().unwrap().text(), Some("later"));
    assert_eq!(client.increment("hits").await.unwrap().value, 42);
    assert_eq!(client.get("deleted").await.unwrap(), None);
}

#[tokio::test]
async fn a_data_folder_has_one_server_at_a_time() {
    let folder = TempDir::new().unwrap();
    let first = Serve::in_folder(folder.path()).start().await;
    let second = Serve::in_folder(folder.path()).refused().await;
    let path = folder.path().display();
    assert_eq!(second.code, 3);
    assert_eq!(second.stderr, format!("error: the data folder {path} is in use by another dynakv process\n"));
    first.cli().run("health").await.is(0, "SERVING\n", "");
    first.kill().await;
    Serve::in_folder(folder.path()).start().await;
}

#[tokio::test]
async fn the_folder_is_made_and_named() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("not/yet");
    let server = Serve::in_folder(&data).start().await;
    assert!(server.announced.contains(&format!("data folder: {}", data.display())), "{:?}", server.announced);

    // Without flags, the data is in the platform's data folder.
    let home = folder.path().join("home");
    let server = Serve::bare().env("HOME", &home).env("DYNAKV__LISTEN", "127.0.0.1:0").start().await;
    let data = home.join(".local/share/dynakv");
    assert!(server.announced.contains(&format!("data folder: {}", data.display())), "{:?}", server.announced);
    assert!(data.join("dynakv.db").exists());
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let refused = Serve::in_folder(&file).refused().await;
    assert_eq!(refused.code, 3);
    let sentence = format!("error: the data folder {} cannot be used: ", file.display());
    assert!(refused.stderr.starts_with(&sentence), "{}", refused.stderr);
}
