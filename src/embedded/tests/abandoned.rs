//! Calls that their callers give up before the engine has begun with them.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;

use super::{TABLE, get, in_memory, put, text};
use crate::embedded::WORKERS;

/// Polls a write of `key` until it is where `arrived` says, and drops it there.
async fn abandon(client: &Client, key: &str, mut arrived: impl FnMut() -> bool) {
    let mut write = Box::pin(client.put_item().table_name(TABLE).item("pk", text(key)).item("val", text("x")).send());
    while !arrived() {
        assert!(futures_util::poll!(&mut write).is_pending());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_call_given_up_while_it_waits_for_a_worker_never_runs() {
    let (engine, client) = in_memory().await;
    let workers = engine.shared.workers.clone();
    let busy = workers.acquire_many(u32::try_from(WORKERS).unwrap()).await.unwrap();
    let connector_calls = Arc::strong_count(&engine.shared);
    // A call that has reached the connector holds a clone of the engine.
    abandon(&client, "a", || Arc::strong_count(&engine.shared) > connector_calls).await;
    drop(busy);
    put(&client, "b", text("later")).await;
    assert_eq!(get(&client, "a").await, None);
}

#[tokio::test]
async fn a_call_given_up_while_it_waits_for_its_turn_never_runs() {
    let (engine, client) = in_memory().await;
    let workers = engine.shared.workers.clone();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (held, holds) = tokio::sync::oneshot::channel();
    let shared = Arc::clone(&engine.shared);
    let busy = std::thread::spawn(move || {
        let _turn = shared.turn.lock().unwrap();
        held.send(()).unwrap();
        released.recv().unwrap();
    });
    holds.await.unwrap();
    abandon(&client, "a", || workers.available_permits() < WORKERS).await;
    release.send(()).unwrap();
    busy.join().unwrap();
    // The worker is done when all of them are free.
    drop(workers.acquire_many(u32::try_from(WORKERS).unwrap()).await.unwrap());
    assert_eq!(get(&client, "a").await, None);
}
