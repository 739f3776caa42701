//! Calls share the syncs of the log, and none is answered before the sync that covers it.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, mpsc};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use dynoxide::NativeDatabase;
use futures_util::future::join_all;
use futures_util::poll;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::{client, create_table, get, put, text};
use crate::embedded::log::{Log, Position, Unsynced};
use crate::embedded::{Engine, Error, NOT_BEGUN, WORKERS};

/// A disk whose syncs end when the test says so.
struct Disk {
    begun: mpsc::Receiver<()>,
    results: mpsc::Sender<io::Result<()>>,
}

impl Disk {
    /// A log on it.
    fn with_log(workers: &Arc<Semaphore>) -> (Self, Arc<Log>) {
        let (begin, begun) = mpsc::channel();
        let (results, result) = mpsc::channel();
        let result = Mutex::new(result);
        let sync = move || {
            begin.send(()).unwrap();
            result.lock().unwrap().recv().unwrap()
        };
        (Self { begun, results }, Arc::new(Log::new(Box::new(sync), Arc::clone(workers))))
    }

    /// Waits until a sync has begun.
    fn begins(&self) {
        self.begun.recv().unwrap();
    }

    fn succeeds(&self) {
        self.results.send(Ok(())).unwrap();
    }

    fn fails(&self) {
        self.results.send(Err(io::Error::other("the disk is broken"))).unwrap();
    }

    /// Ends as many syncs as there are, until this is done. Returns its result and the number of syncs.
    async fn serve<T>(&self, done: impl Future<Output = T>) -> (T, usize) {
        let mut done = pin!(done);
        let mut syncs = 0;
        loop {
            if let std::task::Poll::Ready(result) = poll!(&mut done) {
                return (result, syncs);
            }
            if self.begun.try_recv().is_ok() {
                syncs += 1;
                self.succeeds();
            }
            tokio::task::yield_now().await;
        }
    }
}

/// A call that has written: its position, and the thread that makes sure that it is synced.
fn write(log: &Arc<Log>) -> (Position, JoinHandle<()>) {
    log.wrote();
    let (end, log) = (log.end(), Arc::clone(log));
    (end, tokio::task::spawn_blocking(move || log.sync(end)))
}

async fn is_waiting(waiting: impl Future<Output = Result<(), Unsynced>>) -> bool {
    poll!(pin!(waiting)).is_pending()
}

#[tokio::test]
async fn calls_that_write_during_a_sync_share_the_next_one() {
    let (disk, log) = Disk::with_log(&Arc::new(Semaphore::new(1)));
    let (first, _leads) = write(&log);
    disk.begins();
    let mut last = first;
    for _ in 0..3 * WORKERS {
        let (end, call) = write(&log);
        call.await.unwrap();
        last = end;
    }
    assert!(is_waiting(log.synced(first)).await);
    disk.succeeds();
    disk.begins();
    assert_eq!(log.synced(first).await, Ok(()));
    assert!(is_waiting(log.synced(last)).await, "it came after the first sync had begun");
    disk.succeeds();
    assert_eq!(log.synced(last).await, Ok(()));

    // The next one syncs for itself again, and only once.
    let (alone, call) = write(&log);
    disk.begins();
    disk.succeeds();
    call.await.unwrap();
    assert_eq!(log.synced(alone).await, Ok(()));
    assert!(disk.begun.try_recv().is_err());
}

#[tokio::test]
async fn nothing_is_synced_that_is_synced_already() {
    let (disk, log) = Disk::with_log(&Arc::new(Semaphore::new(1)));
    log.sync(log.end());
    assert_eq!(log.synced(log.end()).await, Ok(()));
    let (end, call) = write(&log);
    disk.begins();
    disk.succeeds();
    call.await.unwrap();
    log.sync(end);
    assert_eq!(log.synced(end).await, Ok(()));
    assert!(disk.begun.try_recv().is_err());
}

#[tokio::test]
async fn the_first_sync_that_fails_is_the_last_one() {
    let workers = Arc::new(Semaphore::new(1));
    let (disk, log) = Disk::with_log(&workers);
    let (kept, call) = write(&log);
    disk.begins();
    disk.succeeds();
    call.await.unwrap();

    let (lost, leads) = write(&log);
    disk.begins();
    let (waiting, call) = write(&log);
    call.await.unwrap();
    disk.fails();
    leads.await.unwrap();
    assert_eq!(log.synced(kept).await, Ok(()));
    assert_eq!((log.synced(lost).await, log.synced(waiting).await), (Err(Unsynced), Err(Unsynced)));
    assert!(workers.is_closed());

    let (later, call) = write(&log);
    call.await.unwrap();
    assert_eq!(log.synced(later).await, Err(Unsynced));
    assert!(disk.begun.try_recv().is_err());
}

/// An engine on this disk with so many workers, and a table.
async fn engine(workers: usize) -> (Engine, Client, Disk) {
    let workers = Arc::new(Semaphore::new(workers));
    let (disk, log) = Disk::with_log(&workers);
    let engine = Engine::with(NativeDatabase::memory().unwrap(), workers, Some(log), None);
    let client = client(&engine);
    let ((), _) = disk.serve(Box::pin(create_table(&client))).await;
    (engine, client, disk)
}

/// Polls the call until it is where `arrived` says.
async fn run<T>(mut call: Pin<&mut impl Future<Output = T>>, mut arrived: impl FnMut() -> bool) {
    while !arrived() {
        assert!(poll!(&mut call).is_pending());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn more_writers_than_workers_wait_for_one_sync() {
    let (engine, client, disk) = engine(1).await;
    let written = || engine.shared.log.as_ref().unwrap().end().0;
    let before = written();
    let mut first = pin!(put(&client, "first", text("x")));
    run(first.as_mut(), || disk.begun.try_recv().is_ok()).await;

    let mut others = pin!(join_all((0..5 * WORKERS).map(|index| {
        let client = client.clone();
        async move { put(&client, &format!("key-{index}"), text("x")).await }
    })));
    let all = before + 1 + 5 * u64::try_from(WORKERS).unwrap();
    run(others.as_mut(), || written() == all).await;
    disk.succeeds();
    let (_, syncs) = disk.serve(async { (first.await, others.await) }).await;
    // The last of them may ask for a sync only when the one for the others has begun.
    assert!((1..=2).contains(&syncs), "{syncs}");
}

#[tokio::test]
async fn a_read_waits_for_the_writes_that_it_may_have_seen() {
    let (_engine, client, disk) = engine(WORKERS).await;
    assert_eq!(get(&client, "a").await, None, "nothing to wait for");
    let mut write = pin!(put(&client, "a", text("x")));
    run(write.as_mut(), || disk.begun.try_recv().is_ok()).await;
    let mut read = pin!(get(&client, "a"));
    let mut polls = 0;
    run(read.as_mut(), || {
        polls += 1;
        polls > 1_000
    })
    .await;
    disk.succeeds();
    write.await;
    assert_eq!(read.await, Some(text("x")));
    assert!(disk.begun.try_recv().is_err(), "a read needs no sync of its own");
}

#[tokio::test]
async fn a_refused_call_harms_no_other_of_its_group() {
    let (_engine, client, disk) = engine(WORKERS).await;
    let ((), _) = disk.serve(Box::pin(put(&client, "taken", text("x")))).await;
    let calls = (0..5 * WORKERS).map(|index| {
        let write = client.put_item().table_name("entries").item("val", text("y"));
        let write = match index % 5 {
            0 => write.item("pk", text("taken")).condition_expression("attribute_not_exists(pk)"),
            1 => write.item("pk", text("bad")).condition_expression("no condition"),
            2 => write.item("pk", text("bad")).item("empty", super::number("no number")),
            _ => write.item("pk", text(&format!("key-{index}"))),
        };
        write.send()
    });
    let (outcomes, _) = disk.serve(join_all(calls)).await;
    for (index, outcome) in outcomes.into_iter().enumerate() {
        let code = outcome.err().map(|error| error.into_service_error().code().unwrap().to_owned());
        let expected = match index % 5 {
            0 => Some("ConditionalCheckFailedException"),
            1 | 2 => Some("ValidationException"),
            _ => None,
        };
        assert_eq!(code.as_deref(), expected, "{index}");
    }
    assert_eq!(get(&client, "taken").await, Some(text("x")));
    assert_eq!(get(&client, "bad").await, None);
    for index in (0..5 * WORKERS).filter(|index| index % 5 > 2) {
        assert_eq!(get(&client, &format!("key-{index}")).await, Some(text("y")), "{index}");
    }
}

#[tokio::test]
async fn a_failed_sync_leaves_its_group_in_doubt_and_ends_the_service() {
    let (engine, client, disk) = engine(WORKERS).await;
    let write = || client.put_item().table_name("entries").item("pk", text("a")).send();
    let mut group = pin!(join_all((0..3 * WORKERS).map(|_| write())));
    run(group.as_mut(), || disk.begun.try_recv().is_ok()).await;
    disk.fails();
    // Calls that had not begun say so.
    for failed in group.await {
        let code = failed.unwrap_err().into_service_error().code().unwrap().to_owned();
        assert!(code == "InternalServerError" || code == NOT_BEGUN, "{code}");
    }
    assert!(matches!(engine.check(), Err(Error::Failed)));
    assert_eq!(write().await.unwrap_err().into_service_error().code(), Some(NOT_BEGUN));
}
