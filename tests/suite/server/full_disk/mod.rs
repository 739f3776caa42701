//! Writes to a full disk: no outcome is unknown, reads continue, and the service recovers without a restart.

mod disk;

use std::fmt::Debug;
use std::time::Duration;

use dynakv_client::{
    BatchItemOperation, BatchOperation, BatchOutcome, Client, Error, Expected, Failure, Reason, RetryPolicy,
    TransactOperation, Update,
};
use futures_util::future::join_all;
use tonic_health::pb::health_check_response::ServingStatus;

use self::disk::{Disk, EDQUOT, ENOSPC};
use super::health::{Health, SERVICE, until};
use crate::binary::{Serve, Serving};

/// Far more than the remaining growth of the log in tests that leave some.
const LARGE: usize = 300 << 10;

fn says_full(failure: &Failure) {
    assert_eq!(failure.reason(), Some(&Reason::StorageFull), "{failure:?}");
    assert_eq!(failure.code_name(), "RESOURCE_EXHAUSTED");
    assert_eq!(failure.metadata("outcome"), Some("NOT_APPLIED"));
    // A Set that was left out of a shared call is sent once more.
    assert!(matches!(failure.metadata("attempts"), Some("1" | "2")), "{failure:?}");
    assert_eq!(failure.retry_delay(), None);
    assert_eq!(failure.message(), "the disk of the embedded engine is full");
}

/// Asserts that the call failed because the disk is full, and certainly changed nothing.
fn is_full<T: Debug>(outcome: Result<T, Error>) {
    match outcome.unwrap_err() {
        Error::Failed(failure) => {
            says_full(&failure);
            let pushback = failure.status().metadata().get("grpc-retry-pushback-ms");
            assert_eq!(pushback.map(tonic::metadata::MetadataValue::as_bytes), Some(b"-1".as_slice()));
        }
        other => panic!("{other:?}"),
    }
}

/// A client without retries and with long timeouts, because a timeout would leave the outcome unknown.
async fn client(server: &Serving) -> Client {
    let builder = Client::builder().address(server.address()).timeout(Duration::from_mins(1));
    builder.retry(RetryPolicy::none()).connect().await.unwrap()
}

/// A server with some entries, on a disk whose free space the test controls.
async fn start(disk: &Disk) -> (Serving, Client) {
    let server = disk.server().start().await;
    let client = client(&server).await;
    client.set("key", "before").await.unwrap();
    client.set("counter", "7").await.unwrap();
    (server, client)
}

/// The content of the folder after this process has been killed, as seen by a new one.
async fn after_a_kill(disk: &Disk, server: Serving) -> (Serving, Client) {
    server.kill().await;
    disk.make_room();
    let server = Serve::in_folder(&disk.data()).start().await;
    let client = client(&server).await;
    (server, client)
}

async fn text(client: &Client, key: &str) -> Option<String> {
    client.get(key).await.unwrap().and_then(|entry| entry.text().map(str::to_owned))
}

#[tokio::test]
async fn a_write_that_has_no_room_certainly_did_not_happen() {
    let disk = Disk::failing_with(ENOSPC);
    let (server, client) = start(&disk).await;
    client.set("short-lived", "before").ttl(Duration::from_hours(1)).await.unwrap();
    let version = client.get("key").await.unwrap().unwrap().version.unwrap();
    disk.fill();
    is_full(client.set("key", "after").await);
    is_full(client.set("new", "after").keep_ttl().await);
    is_full(client.set("new", "after").return_previous().await);
    is_full(client.compare_and_set("key", "after", Expected::Version(version.clone())).await);
    is_full(client.compare_and_set("new", "after", Expected::Absent).await);
    is_full(client.delete("key").await);
    is_full(client.compare_and_delete("key", Expected::Version(version)).await);
    is_full(client.expire("key", Duration::from_hours(1)).await);
    is_full(client.persist("short-lived").await);
    is_full(client.increment("hits").await);
    is_full(client.put_item([("pk", "new")]).await);
    is_full(client.update_item("key", Update::new().set("val", "after")).await);
    is_full(client.delete_item("key").await);
    is_full(
        client.transact_write([TransactOperation::set("new", "after"), TransactOperation::set("key", "after")]).await,
    );
    is_full(client.batch_write([BatchOperation::set("new", "after"), BatchOperation::set("key", "after")]).await);
    is_full(client.batch_write_items(["new", "key"].map(|key| BatchItemOperation::put_item([("pk", key)]))).await);

    assert_eq!(text(&client, "key").await.as_deref(), Some("before"), "reads go on");
    let (_server, client) = after_a_kill(&disk, server).await;
    assert_eq!(text(&client, "key").await.as_deref(), Some("before"));
    for key in ["new", "hits"] {
        assert_eq!(text(&client, key).await, None, "{key}");
    }
}

#[tokio::test]
async fn a_batch_tells_of_each_write_whether_it_had_room() {
    let disk = Disk::failing_with(ENOSPC);
    let (server, client) = start(&disk).await;
    disk.fill_but_for(LARGE as u64 / 2);
    let value = |index: usize| if index % 5 == 2 { vec![b'x'; LARGE] } else { b"small".to_vec() };
    let operations = (0..20).map(|index| BatchOperation::set(format!("batch-{index}"), value(index)));
    let outcomes = client.batch_write(operations).await.unwrap();
    for (index, outcome) in outcomes.iter().enumerate() {
        match outcome {
            BatchOutcome::Written { .. } => assert_ne!(index % 5, 2),
            BatchOutcome::Failed(failure) => {
                assert_eq!(index % 5, 2, "{failure:?}");
                assert_eq!(failure.reason(), Some(&Reason::StorageFull), "{failure:?}");
                assert_eq!(failure.metadata("outcome"), Some("NOT_APPLIED"));
            }
            other => panic!("{index}: {other:?}"),
        }
    }
    let (_server, client) = after_a_kill(&disk, server).await;
    for index in 0..20 {
        let stored = client.get(format!("batch-{index}")).await.unwrap();
        assert_eq!(stored.is_some(), index % 5 != 2, "{index}");
    }
}

#[tokio::test]
async fn a_transaction_has_room_as_a_whole_or_not_at_all() {
    let disk = Disk::failing_with(ENOSPC);
    let (server, client) = start(&disk).await;
    disk.fill_but_for(LARGE as u64 / 2);
    let operations = [TransactOperation::set("first", "small"), TransactOperation::set("second", vec![b'x'; LARGE])];
    is_full(client.transact_write(operations).await);
    assert!(client.transact_write([TransactOperation::set("third", "small")]).await.unwrap().is_committed());
    let (_server, client) = after_a_kill(&disk, server).await;
    let stored = [text(&client, "first").await, text(&client, "second").await, text(&client, "third").await];
    assert_eq!(stored, [None, None, Some("small".to_owned())]);
}

#[tokio::test]
async fn of_sets_that_share_calls_each_is_told_the_truth() {
    let disk = Disk::failing_with(ENOSPC);
    let (server, client) = start(&disk).await;
    disk.fill_but_for(LARGE as u64);
    let sets = (0..200).map(|index| {
        let client = client.clone();
        async move { (index, client.set(format!("set-{index}"), vec![b'x'; 4 << 10]).await) }
    });
    let outcomes = join_all(sets).await;
    let written = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    assert!(0 < written && written < 200, "{written} of 200 had room");
    let (_server, client) = after_a_kill(&disk, server).await;
    for (index, outcome) in outcomes {
        let is_stored = client.get(format!("set-{index}")).await.unwrap().is_some();
        assert_eq!(is_stored, outcome.is_ok(), "{index}");
        if outcome.is_err() {
            is_full(outcome);
        }
    }
}

#[tokio::test]
async fn a_table_that_has_no_room_is_not_made() {
    let disk = Disk::failing_with(ENOSPC);
    let server = disk.server().env("DYNAKV__ALLOW_DELETE_TABLE", "true").start().await;
    let client = client(&server).await;
    let mut refused = 0;
    // The engine creates a table in several steps, each of some pages.
    for pages in 0..12 {
        let name = format!("table-{pages}");
        disk.fill_but_for(pages * 4120);
        let made = client.create_table().table(&name).await;
        disk.make_room();
        match made {
            Ok(_) => {}
            Err(error) if error.is_outcome_unknown() => {
                client.delete_table(&name).await.unwrap();
                client.create_table().table(&name).await.unwrap();
            }
            Err(_) => {
                is_full(made);
                refused += 1;
                client.create_table().table(&name).await.unwrap();
            }
        }
        client.set("key", "value").table(&name).await.unwrap();
    }
    assert!(refused > 0);
}

#[tokio::test]
async fn the_service_is_not_ready_until_there_is_room() {
    let disk = Disk::failing_with(ENOSPC);
    let (server, client) = start(&disk).await;
    let mut health = Health::of(&client);
    let mut watch = health.watch(SERVICE).await;
    until(&mut watch, ServingStatus::Serving).await;

    disk.fill();
    for _ in 0..20 {
        is_full(client.set("key", "after").await);
    }
    until(&mut watch, ServingStatus::NotServing).await;
    assert_eq!(health.check("").await.unwrap(), ServingStatus::Serving);
    assert_eq!(text(&client, "key").await.as_deref(), Some("before"));

    disk.make_room();
    until(&mut watch, ServingStatus::Serving).await;
    client.set("key", "after").await.unwrap();
    server.logs("the disk takes what is written again").await;
    let log = server.log();
    let said: Vec<_> = log.lines().filter(|line| line.contains("database or disk is full")).collect();
    assert_eq!(said.len(), 1, "once, with its cause: {log}");
    assert!(said[0].contains("the disk does not take what is written"), "{log}");
    assert!(!disk.data().join("dynakv.trial").exists());
}

#[tokio::test]
async fn a_disk_that_fails_otherwise_leaves_a_write_in_doubt_and_the_service_not_ready() {
    let disk = Disk::failing_with(EDQUOT);
    let (_server, client) = start(&disk).await;
    let mut watch = Health::of(&client).watch(SERVICE).await;
    until(&mut watch, ServingStatus::Serving).await;
    disk.fill();
    let outcome = client.compare_and_set("new", "after", Expected::Absent).await;
    assert!(outcome.as_ref().is_err_and(Error::is_outcome_unknown), "{outcome:?}");
    until(&mut watch, ServingStatus::NotServing).await;
    disk.make_room();
    until(&mut watch, ServingStatus::Serving).await;
    client.set("key", "after").await.unwrap();
}
