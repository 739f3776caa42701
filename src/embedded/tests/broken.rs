//! Sweeps, and what a panic inside the engine ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{StreamSpecification, StreamViewType};
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use dynoxide::NativeDatabase;
use dynoxide::storage_backend::{Clock, ManualClock};
use futures_util::future::join_all;

use super::{TABLE, client, create_table, enable_ttl, number, put, text};
use crate::embedded::{Engine, Error, NOT_BEGUN, WORKERS};

#[tokio::test]
async fn a_sweep_deletes_what_has_expired_and_nothing_else() {
    let clock = ManualClock::new(1_000);
    let engine = Engine::over(NativeDatabase::memory_with_clock(clock.arc()).unwrap(), None);
    let client = client(&engine);
    create_table(&client).await;
    enable_ttl(&client).await;
    for (key, ttl) in [("expired", number("999")), ("alive", number("1000")), ("text", text("1"))] {
        client.put_item().table_name(TABLE).item("pk", text(key)).item("ttl", ttl).send().await.unwrap();
    }
    assert_eq!(engine.sweep().unwrap(), 1);
    assert_eq!(client.scan().table_name(TABLE).limit(10).send().await.unwrap().count, 2);

    clock.set(1_001);
    let swept = async { while client.scan().table_name(TABLE).limit(10).send().await.unwrap().count != 1 {} };
    tokio::select! {
        () = swept => {}
        () = engine.clone().sweep_every(Duration::from_mins(1), SharedAsyncSleep::new(NoSleep), || true) => {
            panic!("sweeps on until dropped");
        }
    }
}

#[derive(Debug)]
struct NoSleep;

impl AsyncSleep for NoSleep {
    fn sleep(&self, _duration: Duration) -> Sleep {
        Sleep::new(std::future::ready(()))
    }
}

/// A clock that panics on demand. The engine reads it while it holds its lock.
struct BrokenClock(Arc<AtomicBool>);

impl Clock for BrokenClock {
    fn now_unix_secs(&self) -> u64 {
        assert!(!self.0.load(Ordering::SeqCst), "the clock is broken");
        1_000
    }

    fn now_unix_secs_f64(&self) -> f64 {
        1_000.0
    }
}

/// An engine, its client with a table whose writes read the clock, and the switch that breaks the clock.
async fn fragile() -> (Engine, Client, Arc<AtomicBool>) {
    let broken = Arc::new(AtomicBool::new(false));
    let clock = Arc::new(BrokenClock(Arc::clone(&broken)));
    let engine = Engine::over(NativeDatabase::memory_with_clock(clock).unwrap(), None);
    let client = client(&engine);
    create_table(&client).await;
    let stream = StreamSpecification::builder().stream_enabled(true).stream_view_type(StreamViewType::KeysOnly);
    let update = client.update_table().table_name(TABLE).stream_specification(stream.build().unwrap());
    update.send().await.unwrap();
    (engine, client, broken)
}

#[tokio::test]
async fn a_panic_under_a_call_ends_the_service() {
    let (engine, client, broken) = fragile().await;
    put(&client, "a", text("before")).await;
    engine.check().unwrap();
    broken.store(true, Ordering::SeqCst);
    let write = || client.put_item().table_name(TABLE).item("pk", text("a")).send();
    // Those that wait for the engine when it fails, for their turn or for a worker, fail with it, but never begin.
    let mut codes = Vec::new();
    for failed in join_all((0..3 * WORKERS).map(|_| write())).await {
        codes.push(failed.unwrap_err().into_service_error().code().unwrap().to_owned());
    }
    let panicked = codes.iter().filter(|code| *code == "InternalServerError").count();
    let not_begun = codes.iter().filter(|code| *code == NOT_BEGUN).count();
    assert_eq!((panicked, not_begun), (1, 3 * WORKERS - 1), "{codes:?}");
    assert!(matches!(engine.check(), Err(Error::Failed)));

    broken.store(false, Ordering::SeqCst);
    assert_eq!(write().await.unwrap_err().into_service_error().code(), Some(NOT_BEGUN));
    assert!(matches!(engine.check(), Err(Error::Failed)));
    assert!(matches!(engine.sweep(), Err(Error::Failed)));
}

#[tokio::test]
async fn a_panic_under_a_sweep_ends_the_service_and_the_sweeper() {
    let (engine, client, broken) = fragile().await;
    broken.store(true, Ordering::SeqCst);
    engine.clone().sweep_every(Duration::from_mins(1), SharedAsyncSleep::new(NoSleep), || true).await;
    assert!(matches!(engine.check(), Err(Error::Failed)));
    let read = client.get_item().table_name(TABLE).key("pk", text("a")).send().await;
    assert_eq!(read.unwrap_err().into_service_error().code(), Some(NOT_BEGUN));
}
