//! A server that is killed among many writers, alone or with the machine: no acknowledged write is lost.

mod disk;

use std::path::Path;

use dynakv_client::{Client, Error, Expected, Swap};
use fastrand::Rng;
use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::sync::watch;
use tonic_health::pb::health_check_response::ServingStatus;

use self::disk::Disk;
use super::health::{Health, SERVICE, until};
use crate::binary::{Serve, Serving};

/// Callers that write at the same time: many more than the engine has workers.
const WRITERS: usize = 64;
/// A kill comes after so many acknowledged writes at the latest. SQLite starts its log anew several times by then.
const MOST_WRITES: usize = 2_000;
/// Kills in the suite, and in the soak.
const KILLS: u64 = 5;
const KILLS_IN_THE_SOAK: u64 = 60;

/// The key of a writer's write. Writes count from 1.
fn key(writer: usize, write: usize) -> String {
    format!("writer-{writer}-{write}")
}

/// The value of a writer's write. Few of them fit into a page, so that many writes soon fill SQLite's log, also if they share pages.
fn value(write: usize) -> String {
    format!("{write:01000}")
}

/// Writes entry after entry until the server is gone. Returns the number of acknowledged writes.
///
/// Between them are writes whose condition fails, which share syncs with the others.
async fn write(client: Client, writer: usize, acknowledged: watch::Sender<usize>) -> usize {
    for write in 1.. {
        let entry = key(writer, write);
        let written = if write % 3 == 0 {
            client.compare_and_set(entry, value(write), Expected::Absent).await.map(drop)
        } else {
            client.set(entry, value(write)).await.map(drop)
        };
        if written.is_err() {
            return write - 1;
        }
        acknowledged.send_modify(|count| *count += 1);
        if write % 4 == 0 {
            match client.compare_and_set(key(writer, write), "never", Expected::Absent).await {
                Ok(outcome) => assert!(matches!(outcome, Swap::NotSwapped { .. }), "{outcome:?}"),
                Err(_) => return write,
            }
        }
    }
    unreachable!("the server is killed long before")
}

/// Kills the server at a random moment among many writers. Returns how many writes each of them had acknowledged.
async fn kill_among_writers(mut server: Serving, random: &mut Rng) -> Vec<usize> {
    let (acknowledged, mut count) = watch::channel(0);
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        writers.push(tokio::spawn(write(server.client().await, writer, acknowledged.clone())));
    }
    let kill_at = random.usize(1..=MOST_WRITES);
    count.wait_for(|count| *count >= kill_at).await.unwrap();
    server.start_kill();
    assert!(!server.ended().await.success());
    join_all(writers).await.into_iter().map(Result::unwrap).collect()
}

/// Checks that the folder has all acknowledged writes, and of each writer at most the one in doubt besides.
async fn has_all(folder: &Path, acknowledged: Vec<usize>) {
    let server = Serve::in_folder(folder).start().await;
    let client = server.client().await;
    for (writer, acknowledged) in acknowledged.into_iter().enumerate() {
        let entries = (1..=acknowledged + 2).map(|write| {
            let client = client.clone();
            async move { client.get(key(writer, write)).await.unwrap() }
        });
        let entries = join_all(entries).await;
        for (index, entry) in entries.into_iter().enumerate() {
            let write = index + 1;
            let text = entry.as_ref().map(|entry| entry.text().unwrap());
            match write.checked_sub(acknowledged) {
                None | Some(0) => assert_eq!(text, Some(value(write).as_str()), "{}", key(writer, write)),
                Some(1) => assert!(text.is_none_or(|text| text == value(write)), "{}", key(writer, write)),
                Some(_) => assert_eq!(text, None, "{}", key(writer, write)),
            }
        }
    }
}

async fn kill_the_process(kills: u64) {
    for seed in 0..kills {
        let folder = TempDir::new().unwrap();
        let server = Serve::in_folder(folder.path()).start().await;
        let acknowledged = kill_among_writers(server, &mut Rng::with_seed(seed)).await;
        has_all(folder.path(), acknowledged).await;
    }
}

async fn cut_the_power(cuts: u64) {
    for seed in 0..cuts {
        let disk = Disk::new();
        let acknowledged = kill_among_writers(disk.server().start().await, &mut Rng::with_seed(seed)).await;
        has_all(&disk.after_a_power_cut(), acknowledged).await;
    }
}

#[tokio::test]
async fn a_kill_among_many_writers_loses_no_acknowledged_write() {
    kill_the_process(KILLS).await;
}

#[tokio::test]
async fn a_power_cut_among_many_writers_loses_no_acknowledged_write() {
    cut_the_power(KILLS).await;
}

#[tokio::test]
#[ignore = "takes minutes: make durability"]
async fn soak() {
    kill_the_process(KILLS_IN_THE_SOAK).await;
    cut_the_power(KILLS_IN_THE_SOAK).await;
}

#[tokio::test]
async fn a_folder_that_was_killed_in_outlives_a_power_cut_too() {
    let disk = Disk::new();
    let mut random = Rng::with_seed(0);
    let acknowledged = kill_among_writers(disk.server().start().await, &mut random).await;
    // What the second server can read is on the disk, even if nobody had been told of it.
    let server = disk.server().start().await;
    let client = server.client().await;
    let mut stored = Vec::new();
    for (writer, acknowledged) in acknowledged.into_iter().enumerate() {
        let in_doubt = client.get(key(writer, acknowledged + 1)).await.unwrap();
        stored.push(acknowledged + usize::from(in_doubt.is_some()));
    }
    server.kill().await;
    let folder = disk.after_a_power_cut();
    let server = Serve::in_folder(&folder).start().await;
    let client = server.client().await;
    for (writer, stored) in stored.into_iter().enumerate().filter(|(_, stored)| *stored > 0) {
        assert!(client.get(key(writer, stored)).await.unwrap().is_some(), "{}", key(writer, stored));
    }
}

#[tokio::test]
async fn a_caller_alone_pays_one_sync_for_a_write() {
    let disk = Disk::new();
    let server = disk.server().start().await;
    let client = server.client().await;
    client.set("key", "before").await.unwrap();
    let before = disk.log_syncs();
    for write in 0..100 {
        client.set("key", write.to_string()).await.unwrap();
    }
    // A log that starts anew has syncs of its own.
    let syncs = disk.log_syncs() - before;
    assert!((100..120).contains(&syncs), "{syncs}");
    for _ in 0..10 {
        client.get("key").await.unwrap();
        let refused = client.compare_and_set("key", "never", Expected::Absent).await.unwrap();
        assert!(matches!(refused, Swap::NotSwapped { .. }), "{refused:?}");
    }
    assert_eq!(disk.log_syncs() - before, syncs, "nothing was written");
}

#[tokio::test]
async fn a_sync_that_fails_ends_the_service_until_a_restart() {
    let disk = Disk::new();
    let server = disk.server().env("DYNAKV__HEALTH__PROBE_PERIOD", "50ms").start().await;
    let client = server.client().await;
    client.set("key", "before").await.unwrap();
    let mut watch = Health::of(&client).watch(SERVICE).await;
    until(&mut watch, ServingStatus::Serving).await;

    disk.fail();
    let in_doubt = client.compare_and_set("new", "after", Expected::Absent).await;
    assert!(in_doubt.as_ref().is_err_and(Error::is_outcome_unknown), "{in_doubt:?}");
    until(&mut watch, ServingStatus::NotServing).await;
    server.logs("the log of the database cannot be synced").await;

    // That syncs succeed again proves nothing about what was lost.
    disk.repair();
    match client.set("key", "after").await.unwrap_err() {
        Error::Failed(failure) => assert_eq!(failure.metadata("outcome"), Some("NOT_APPLIED"), "{failure:?}"),
        other => panic!("{other:?}"),
    }
    client.get("key").await.unwrap_err();
    server.kill().await;

    // What the next server can read is on the disk, and so is what it writes behind that.
    let server = disk.server().start().await;
    let client = server.client().await;
    assert_eq!(client.get("key").await.unwrap().unwrap().text(), Some("before"));
    assert_eq!(client.get("new").await.unwrap().unwrap().text(), Some("after"), "it is in the log, though not synced");
    client.set("key", "later").await.unwrap();
    server.kill().await;
    let server = Serve::in_folder(&disk.after_a_power_cut()).start().await;
    let client = server.client().await;
    assert_eq!(client.get("key").await.unwrap().unwrap().text(), Some("later"));
    assert_eq!(client.get("new").await.unwrap().unwrap().text(), Some("after"));
}

#[tokio::test]
async fn what_a_server_finds_in_the_log_of_a_killed_one_is_synced_before_it_is_read() {
    let disk = Disk::new();
    let server = disk.server().start().await;
    let client = server.client().await;
    client.set("key", "before").await.unwrap();
    disk.fail();
    client.set("key", "after").await.unwrap_err();
    server.kill().await;

    disk.repair();
    let server = disk.server().start().await;
    let found = server.client().await.get("key").await.unwrap().unwrap();
    assert_eq!(found.text(), Some("after"), "it is in the log, though not synced");
    server.kill().await;
    let server = Serve::in_folder(&disk.after_a_power_cut()).start().await;
    let entry = server.client().await.get("key").await.unwrap().unwrap();
    assert_eq!(entry.text(), Some("after"));
}
