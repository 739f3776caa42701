use std::collections::HashSet;

use dynakv_client::{Client, Code, Entry, Error, Reason};
use serde_json::Value;
use tokio::task::JoinSet;

use super::{ALONE, Gate};
use crate::support::World;
use crate::support::faults::{Call, Fault, Upstream, What, When, respond};
use crate::support::{binary, string};

/// The maximum of one batch.
const SHARED: usize = 100;

type Got = Result<Option<Entry>, Error>;

fn name(index: usize) -> String {
    format!("key-{index}")
}

/// A world with an entry for each key, in which every Get is coalesced until the gate is opened.
async fn crowded() -> (World, Gate, JoinSet<(String, Got)>) {
    let world = World::with_endless_patience().await;
    for index in 0..SHARED {
        world.put(&name(index), [("val", binary(format!("value of {}", name(index)).as_bytes()))]).await;
    }
    world.faults.reset_counts();
    let gate = Gate::new();
    gate.hold(&world, "GetItem", ALONE);
    let mut gets = JoinSet::new();
    for index in 0..ALONE {
        // Start them one by one: calls that start together are batched together.
        get(&mut gets, &world.client, name(index));
        world.faults.arrived("GetItem", index + 1).await;
    }
    (world, gate, gets)
}

fn get(gets: &mut JoinSet<(String, Got)>, client: &Client, key: String) {
    let client = client.clone();
    gets.spawn(async move {
        let got = client.get(&key).await;
        (key, got)
    });
}

/// One Get of each key fills a batch, so the batch is sent.
fn get_all(gets: &mut JoinSet<(String, Got)>, world: &World) {
    (0..SHARED).for_each(|index| get(gets, &world.client, name(index)));
}

fn assert_right(key: &str, got: Got) {
    let entry = got.unwrap().unwrap_or_else(|| panic!("{key} is there"));
    assert_eq!((entry.key.as_str(), entry.value.as_deref()), (key, Some(format!("value of {key}").as_bytes())));
}

async fn assert_all_right(mut gets: JoinSet<(String, Got)>) {
    while let Some(got) = gets.join_next().await {
        let (key, got) = got.unwrap();
        assert_right(&key, got);
    }
}

#[tokio::test]
async fn gets_share_a_call_once_many_are_in_flight() {
    let (world, gate, mut gets) = crowded().await;
    get_all(&mut gets, &world);
    for _ in 0..SHARED {
        let (key, got) = gets.join_next().await.unwrap().unwrap();
        assert_right(&key, got);
    }
    assert_eq!((world.faults.calls("BatchGetItem"), world.faults.calls("GetItem")), (1, ALONE));
    gate.open();
    assert_all_right(gets).await;
    assert_eq!(world.faults.calls("*"), 1 + ALONE);
}

#[tokio::test]
async fn one_caller_after_another_shares_nothing() {
    let world = World::with_endless_patience().await;
    for index in 0..50 {
        world.client.set(name(index), "value").await.unwrap();
        assert!(world.client.get(name(index)).await.unwrap().is_some());
    }
    assert_eq!((world.faults.calls("GetItem"), world.faults.calls("PutItem")), (50, 50));
    assert_eq!(world.faults.calls("*"), 100);
}

#[tokio::test]
async fn a_key_that_many_ask_for_is_read_once() {
    let (world, gate, mut gets) = crowded().await;
    let asked = Gate::new();
    asked.hold(&world, "BatchGetItem", 1);
    for _ in 0..10 {
        (1..SHARED).for_each(|index| get(&mut gets, &world.client, name(index)));
    }
    // A Get of the last key completes the batch; other keys may have several waiters.
    get(&mut gets, &world.client, name(0));
    world.faults.arrived("BatchGetItem", 1).await;
    asked.open();
    gate.open();
    assert_all_right(gets).await;
    let calls = world.faults.calls("*") - ALONE;
    assert!(calls < 10, "{calls} calls for 990 Gets of 100 keys");
}

/// Also if a call that reads the same key is in flight: it may have read the key earlier.
#[tokio::test]
async fn a_get_sees_what_was_acknowledged_before_it_came() {
    let (world, gate, mut gets) = crowded().await;
    let answers = Gate::new();
    answers.hold_answers(&world, "BatchGetItem", 1);
    get_all(&mut gets, &world);
    world.faults.arrived("BatchGetItem", 1).await;

    world.client.set("key-7", "new").await.unwrap();
    let client = world.client.clone();
    let fresh = tokio::spawn(async move { client.get("key-7").await });
    gate.open();
    let entry = fresh.await.unwrap().unwrap().unwrap();
    assert_eq!(entry.value.as_deref(), Some(b"new".as_slice()));
    answers.open();
    while let Some(got) = gets.join_next().await {
        let (key, got) = got.unwrap();
        if key != "key-7" {
            assert_right(&key, got);
        }
    }
}

/// No caller sees the failure of a batch. If it may concern one of them only, each reads by itself; otherwise they pause and share
/// again.
#[tokio::test]
async fn a_shared_call_that_fails_fails_nobody() {
    let throttle = What::Throttle { code: "ProvisionedThroughputExceededException", reasons: &[] };
    let refused = What::Error { status: 400, code: "ValidationException", message: "Too large" };
    for what in [
        What::Status500,
        What::Reset,
        What::Garbage,
        What::Truncated,
        What::Empty,
        What::WrongChecksum,
        What::Timeout,
        throttle,
        refused,
    ] {
        let (world, gate, mut gets) = crowded().await;
        world.faults.inject(Fault::new("BatchGetItem", When::After, what.clone()));
        get_all(&mut gets, &world);
        for _ in 0..SHARED {
            let (key, got) = gets.join_next().await.unwrap().unwrap();
            assert_right(&key, got);
        }
        let is_of_one = matches!(what, What::Error { .. });
        let expected = if is_of_one { (1, ALONE + SHARED) } else { (2, ALONE) };
        assert_eq!((world.faults.calls("BatchGetItem"), world.faults.calls("GetItem")), expected, "{what:?}");
        gate.open();
        assert_all_right(gets).await;
    }
}

/// The minimal permission for Get is GetItem. Without more, the driver does not keep trying BatchGetItem.
#[tokio::test]
async fn without_the_permission_nothing_is_shared() {
    let (world, gate, mut gets) = crowded().await;
    let denied = What::Error { status: 400, code: "AccessDeniedException", message: "not authorized" };
    world.faults.inject(Fault::new("BatchGetItem", When::Before, denied).times(usize::MAX));
    get_all(&mut gets, &world);
    for _ in 0..SHARED {
        let (key, got) = gets.join_next().await.unwrap().unwrap();
        assert_right(&key, got);
    }
    get_all(&mut gets, &world);
    for _ in 0..SHARED {
        let (key, got) = gets.join_next().await.unwrap().unwrap();
        assert_right(&key, got);
    }
    assert_eq!(world.faults.calls("BatchGetItem"), 1);
    gate.open();
    assert_all_right(gets).await;
}

#[tokio::test]
async fn only_what_is_left_unprocessed_is_asked_for_again() {
    let (world, gate, mut gets) = crowded().await;
    world.faults.rule("BatchGetItem", 1, |mut call: Call, upstream: Upstream| async move {
        let mut request = call.json();
        let tables = request["RequestItems"].as_object_mut().unwrap();
        let (table, asked) = tables.iter_mut().next().map(|(table, asked)| (table.clone(), asked)).unwrap();
        let keys = asked["Keys"].as_array_mut().unwrap();
        let left = keys.split_off(60);
        let mut unprocessed = asked.clone();
        unprocessed["Keys"] = Value::from(left);
        call.set_json(&request);
        World::amend(upstream.call(call).await, |answer| answer["UnprocessedKeys"][&table] = unprocessed).await
    });
    get_all(&mut gets, &world);
    world.faults.arrived("BatchGetItem", 1).await;
    gate.open();
    assert_all_right(gets).await;
    // Forty are left. Those that find a permit go alone.
    let calls = world.faults.calls("*") - ALONE;
    assert!(calls <= 1 + 40, "{calls} calls");
}

/// A response that does not mention a key proves nothing about it.
#[tokio::test]
async fn an_empty_answer_does_not_mean_that_nothing_is_there() {
    let (world, gate, mut gets) = crowded().await;
    world.faults.rule("BatchGetItem", 1, |_, _| async { Ok(respond(200, "{}")) });
    get_all(&mut gets, &world);
    gate.open();
    assert_all_right(gets).await;
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_is_one_callers_error() {
    let (world, gate, mut gets) = crowded().await;
    world.put("key-7", [("val", string("text"))]).await;
    get_all(&mut gets, &world);
    for _ in 0..SHARED {
        let (key, got) = gets.join_next().await.unwrap().unwrap();
        if key == "key-7" {
            let error = got.unwrap_err();
            assert_eq!(
                (error.code(), error.reason()),
                (Some(Code::FailedPrecondition), Some(&Reason::UnexpectedAttributeType))
            );
        } else {
            assert_right(&key, got);
        }
    }
    gate.open();
    assert_all_right(gets).await;
}

#[tokio::test]
async fn who_leaves_takes_nobody_along() {
    let (world, gate, mut gets) = crowded().await;
    let asked = Gate::new();
    asked.hold(&world, "BatchGetItem", 1);
    let leaving: HashSet<String> = (0..50).map(name).collect();
    let mut left = JoinSet::new();
    for key in &leaving {
        get(&mut left, &world.client, key.clone());
    }
    (50..SHARED).for_each(|index| get(&mut gets, &world.client, name(index)));
    world.faults.arrived("BatchGetItem", 1).await;
    left.shutdown().await;
    asked.open();
    gate.open();
    assert_all_right(gets).await;
    assert_eq!(world.faults.calls("*"), 1 + ALONE);
}

/// Without waiters there is nothing to read.
#[tokio::test]
async fn a_call_whose_callers_have_all_left_is_given_up() {
    let (world, gate, mut gets) = crowded().await;
    let asked = Gate::new();
    asked.hold(&world, "BatchGetItem", 1);
    let mut left = JoinSet::new();
    get_all(&mut left, &world);
    world.faults.arrived("BatchGetItem", 1).await;
    left.shutdown().await;
    world.faults.idle("BatchGetItem").await;
    assert_eq!(world.faults.counts("BatchGetItem").abandoned, 1);
    gate.open();
    assert!(gets.join_next().await.is_some());
    assert_all_right(gets).await;
}

/// Here all waiters time out at once.
#[tokio::test]
async fn a_call_that_hangs_holds_nobody_up() {
    let world = World::embedded_in_memory().await;
    for index in 0..SHARED {
        world.put(&name(index), [("val", binary(format!("value of {}", name(index)).as_bytes()))]).await;
    }
    world.faults.inject(Fault::new("BatchGetItem", When::Before, What::Hang).times(usize::MAX));
    let gate = Gate::new();
    gate.hold(&world, "GetItem", ALONE);
    let mut gets = JoinSet::new();
    for index in 0..ALONE {
        // Start them one by one: calls that start together are batched together.
        get(&mut gets, &world.client, name(index));
        world.faults.arrived("GetItem", index + 1).await;
    }
    get_all(&mut gets, &world);
    for _ in 0..SHARED {
        let (key, got) = gets.join_next().await.unwrap().unwrap();
        assert_right(&key, got);
    }
    gate.open();
    assert_all_right(gets).await;
}
