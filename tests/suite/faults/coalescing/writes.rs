use std::collections::HashSet;
use std::time::Duration;

use dynakv_client::{BatchOperation, Client, Error, Expected, Reason, RetryPolicy, Swap, TransactOperation, Written};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{ALONE, Gate};
use crate::support::World;
use crate::support::binary;
use crate::support::faults::{Call, Fault, Upstream, What, When};

/// The maximum of one batch.
const SHARED: usize = 25;

type Wrote = Result<Written, Error>;

fn name(index: usize) -> String {
    format!("key-{index}")
}

/// A world in which every Set is coalesced until the gate is opened.
async fn crowded() -> (World, Gate, JoinSet<(String, String, Wrote)>) {
    crowd(World::with_endless_patience().await).await
}

async fn crowd(world: World) -> (World, Gate, JoinSet<(String, String, Wrote)>) {
    let gate = Gate::new();
    gate.hold(&world, "PutItem", ALONE);
    let mut sets = JoinSet::new();
    for index in 0..ALONE {
        // Start them one by one: calls that start together are batched together.
        set(&mut sets, &world.client, format!("first-{index}"), "value".to_owned());
        world.faults.arrived("PutItem", index + 1).await;
    }
    (world, gate, sets)
}

fn set(sets: &mut JoinSet<(String, String, Wrote)>, client: &Client, key: String, value: String) {
    let client = client.clone();
    sets.spawn(async move {
        let wrote = client.set(&key, value.clone()).await;
        (key, value, wrote)
    });
}

fn set_all(sets: &mut JoinSet<(String, String, Wrote)>, world: &World) {
    (0..SHARED).for_each(|index| set(sets, &world.client, name(index), format!("value of {}", name(index))));
}

/// Every Set was acknowledged, and what it acknowledged is stored.
async fn assert_all_written(world: &World, mut sets: JoinSet<(String, String, Wrote)>) {
    while let Some(wrote) = sets.join_next().await {
        let (key, value, wrote) = wrote.unwrap();
        assert_written(world, &key, &value, wrote).await;
    }
}

async fn assert_written(world: &World, key: &str, value: &str, wrote: Wrote) {
    let written = wrote.unwrap();
    let item = world.item(key).await.unwrap();
    assert_eq!(item.get("val"), Some(&binary(value.as_bytes())), "{key}");
    assert_eq!(item.get("dkv_ver").unwrap().as_n().unwrap(), written.version.as_str(), "{key}");
}

async fn next_written(world: &World, sets: &mut JoinSet<(String, String, Wrote)>, times: usize) {
    for _ in 0..times {
        let (key, value, wrote) = sets.join_next().await.unwrap().unwrap();
        assert_written(world, &key, &value, wrote).await;
    }
}

#[tokio::test]
async fn sets_share_a_call_once_many_are_in_flight() {
    let (world, gate, mut sets) = crowded().await;
    set_all(&mut sets, &world);
    next_written(&world, &mut sets, SHARED).await;
    assert_eq!((world.faults.calls("BatchWriteItem"), world.faults.calls("PutItem")), (1, ALONE));
    gate.open();
    assert_all_written(&world, sets).await;
    assert_eq!(world.faults.calls("*"), 1 + ALONE);
}

#[tokio::test]
async fn a_shared_call_that_certainly_wrote_nothing_fails_nobody() {
    let throttle = What::Throttle { code: "ProvisionedThroughputExceededException", reasons: &[] };
    let refused = What::Error { status: 400, code: "ValidationException", message: "Item size" };
    let denied = What::Error { status: 400, code: "AccessDeniedException", message: "not authorized" };
    for what in [throttle, refused, denied, What::ConnectRefused] {
        let (world, gate, mut sets) = crowded().await;
        world.faults.inject(Fault::new("BatchWriteItem", When::Before, what.clone()));
        set_all(&mut sets, &world);
        next_written(&world, &mut sets, SHARED).await;
        assert_eq!(world.faults.calls("PutItem"), ALONE + SHARED, "{what:?}");
        gate.open();
        assert_all_written(&world, sets).await;
    }
}

/// A plain Set is sent again after a lost response; so is each member of a batch.
#[tokio::test]
async fn a_shared_call_whose_answer_is_lost_is_made_good() {
    for when in [When::Before, When::After] {
        for what in [
            What::Status500,
            What::Status503,
            What::Reset,
            What::ResetInBody,
            What::Garbage,
            What::Empty,
            What::WrongChecksum,
            What::Timeout,
        ] {
            let (world, gate, mut sets) = crowded().await;
            world.faults.inject(Fault::new("BatchWriteItem", when, what.clone()));
            set_all(&mut sets, &world);
            next_written(&world, &mut sets, SHARED).await;
            gate.open();
            assert_all_written(&world, sets).await;
        }
    }
}

#[tokio::test]
async fn what_is_left_unprocessed_is_written_by_itself() {
    let (world, gate, mut sets) = crowded().await;
    world.faults.rule("BatchWriteItem", 1, |mut call: Call, upstream: Upstream| async move {
        let mut request = call.json();
        let tables = request["RequestItems"].as_object_mut().unwrap();
        let (table, writes) = tables.iter_mut().next().map(|(table, writes)| (table.clone(), writes)).unwrap();
        let left = Value::from(writes.as_array_mut().unwrap().split_off(10));
        call.set_json(&request);
        World::amend(upstream.call(call).await, |answer| answer["UnprocessedItems"] = json!({ table: left })).await
    });
    set_all(&mut sets, &world);
    next_written(&world, &mut sets, SHARED).await;
    assert_eq!(world.faults.calls("PutItem"), ALONE + 15);
    gate.open();
    assert_all_written(&world, sets).await;
}

/// All are acknowledged with versions of their own, and one of them is stored.
#[tokio::test]
async fn sets_of_one_key_are_all_made() {
    let (world, gate, mut first) = crowded().await;
    let mut sets = JoinSet::new();
    for index in 0..100 {
        set(&mut sets, &world.client, "same".to_owned(), index.to_string());
    }
    (0..SHARED).for_each(|index| set(&mut first, &world.client, name(index), "value".to_owned()));
    gate.open();
    assert_all_written(&world, first).await;
    let mut versions = HashSet::new();
    while let Some(wrote) = sets.join_next().await {
        versions.insert(wrote.unwrap().2.unwrap().version.as_str().to_owned());
    }
    assert_eq!(versions.len(), 100);
    let stored = world.item("same").await.unwrap();
    assert!(versions.contains(stored.get("dkv_ver").unwrap().as_n().unwrap()));
}

/// Any other write of a key waits for the batch that contains it.
#[tokio::test]
async fn no_other_write_of_a_key_is_in_flight_beside_a_shared_one() {
    let (world, gate, mut sets) = crowded().await;
    let shared = Gate::new();
    shared.hold(&world, "BatchWriteItem", 1);
    set_all(&mut sets, &world);
    world.faults.arrived("BatchWriteItem", 1).await;

    let client = world.client.clone();
    let swap = tokio::spawn(async move {
        client.compare_and_set("key-3", "swapped", Expected::Value("value of key-3".into())).await
    });
    // A swap of another key succeeds meanwhile; if the first one had been sent, it would have failed.
    let other = world.client.compare_and_set("other", "value", Expected::Absent).await.unwrap();
    assert!(matches!(other, Swap::Swapped { .. }));
    shared.open();
    assert!(matches!(swap.await.unwrap().unwrap(), Swap::Swapped { .. }));
    gate.open();
    while let Some(wrote) = sets.join_next().await {
        wrote.unwrap().2.unwrap();
    }
    assert_eq!(world.item("key-3").await.unwrap().get("val"), Some(&binary(b"swapped")));
}

/// A write that waits for a hanging batch ends at its own deadline and was certainly not sent.
#[tokio::test]
async fn who_waits_for_a_shared_write_ends_in_time() {
    let (world, gate, mut sets) = crowded().await;
    let shared = Gate::new();
    shared.hold(&world, "BatchWriteItem", 1);
    set_all(&mut sets, &world);
    world.faults.arrived("BatchWriteItem", 1).await;

    let timeout = Duration::from_millis(1500);
    let delete = world.client.delete("key-3").timeout(timeout).await.unwrap_err();
    assert_eq!(delete.reason(), Some(&Reason::DeadlineExceeded));
    assert!(!delete.is_outcome_unknown());
    let operations = [BatchOperation::set("key-4", "value"), BatchOperation::set("elsewhere", "value")];
    let batch = world.client.batch_write(operations).timeout(timeout).await;
    assert!(batch.is_ok() || batch.is_err_and(|error| !error.is_outcome_unknown()));

    shared.open();
    gate.open();
    while let Some(wrote) = sets.join_next().await {
        wrote.unwrap().2.unwrap();
    }
}

/// While a write pauses between two attempts, batches may write its key.
#[tokio::test]
async fn a_write_that_pauses_keeps_no_other_write_of_its_key_back() {
    let (world, gate, mut sets) = crowd(World::with_endless_pauses().await).await;
    let throttle = What::Throttle { code: "ProvisionedThroughputExceededException", reasons: &[] };
    for operation in ["UpdateItem", "DeleteItem", "TransactWriteItems"] {
        world.faults.inject(Fault::new(operation, When::Before, throttle.clone()));
    }
    let mut pausing = JoinSet::new();
    let client = world.client.clone();
    pausing.spawn(async move { drop(client.persist("key-1").await) });
    let client = world.client.clone();
    pausing.spawn(async move { drop(client.delete("key-2").await) });
    let client = world.client.clone();
    pausing.spawn(async move { drop(client.transact_write([TransactOperation::set("key-3", "value")]).await) });
    while world.sleep.slept().len() < pausing.len() {
        tokio::task::yield_now().await;
    }
    set_all(&mut sets, &world);
    next_written(&world, &mut sets, SHARED).await;
    assert_eq!((world.faults.calls("BatchWriteItem"), world.faults.calls("PutItem")), (1, ALONE));
    pausing.abort_all();
    gate.open();
    assert_all_written(&world, sets).await;
}

/// Two names of one table are one table: a batch under one name keeps other writes under the other name back.
#[tokio::test]
async fn names_of_one_table_share_their_batches_and_locks() {
    let (world, gate, mut sets) = crowd(World::with_endless_pauses().await).await;
    let shared = Gate::new();
    shared.hold(&world, "BatchWriteItem", 1);
    let alias = Client::builder().retry(RetryPolicy::none()).table("alias").over(world.channel.clone()).unwrap();
    for index in 0..SHARED {
        let client = if index % 2 == 0 { &world.client } else { &alias };
        set(&mut sets, client, name(index), format!("value of {}", name(index)));
    }
    world.faults.arrived("BatchWriteItem", 1).await;
    assert_eq!(world.faults.calls("PutItem"), ALONE, "both names fill one batch");

    let expected = Expected::Value("value of key-2".into());
    let swap = tokio::spawn(async move { alias.compare_and_set("key-2", "swapped", expected).await });
    let other = world.client.compare_and_set("other", "value", Expected::Absent).await.unwrap();
    assert!(matches!(other, Swap::Swapped { .. }));
    shared.open();
    assert!(matches!(swap.await.unwrap().unwrap(), Swap::Swapped { .. }));
    gate.open();
    while let Some(wrote) = sets.join_next().await {
        wrote.unwrap().2.unwrap();
    }
}
