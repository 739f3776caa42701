//! GetItem, GetTtl and Exists, which share the calls of Gets, and each see what they asked for.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::ScalarAttributeType::N;
use dynakv_client::pb::item_service_client::ItemServiceClient;
use dynakv_client::{Client, Error, ItemKey, Number, Reason, TtlOutcome, pb};
use serde_json::Value as Json;
use tokio::task::JoinSet;

use super::{ALONE, Gate};
use crate::support::World;
use crate::support::faults::{Call, Upstream};
use crate::support::{Item, binary, keyed, number, string};

/// The maximum of one batch.
const SHARED: usize = 100;

const READINGS: &str = "readings";

/// What the reads of a key have seen, by the kind of read.
type Reads = JoinSet<(usize, &'static str, Result<String, Error>)>;

fn name(index: usize) -> String {
    format!("key-{index}")
}

/// A world in which every read is coalesced until the gate is opened. By turns, the entries have no TTL, a TTL, have expired, have
/// a value that is a string, and do not exist.
async fn crowded() -> (World, Gate, Reads) {
    let world = World::with_endless_patience().await;
    for index in 0..SHARED {
        let value = ("val", binary(format!("value of {index}").as_bytes()));
        let ttl = |seconds: i64| ("ttl", number(seconds));
        match index % 5 {
            0 => world.put(&name(index), [value]).await,
            1 => world.put(&name(index), [value, ttl(4_000_000_000)]).await,
            2 => world.put(&name(index), [value, ttl(1)]).await,
            3 => world.put(&name(index), [("val", string("text"))]).await,
            _ => {}
        }
    }
    // The first call on items describes the table. With a projection it shares nothing, so that the queue learns no duration: on a busy
    // machine it would allow more calls in flight.
    world.client.get_item("key-0").projection("val").await.unwrap();
    let (gate, mut reads) = (Gate::new(), Reads::new());
    world.faults.reset_counts();
    gate.hold(&world, "GetItem", ALONE);
    for index in 0..ALONE {
        read(&mut reads, &world.client, 0, "get");
        world.faults.arrived("GetItem", index + 1).await;
    }
    (world, gate, reads)
}

fn read(reads: &mut Reads, client: &Client, index: usize, kind: &'static str) {
    let (client, key) = (client.clone(), name(index));
    reads.spawn(async move {
        let seen = async {
            Ok(match kind {
                "get" => client.get(&key).await?.map_or("none".into(), |entry| {
                    String::from_utf8(entry.value.expect("has a value").to_vec()).expect("is a text")
                }),
                "get_item" => client.get_item(key.as_str()).await?.map_or("none".into(), |item| {
                    let is_whole = item.contains_key("pk") && item.contains_key("val");
                    format!("item, whole: {is_whole}")
                }),
                "get_ttl" => match client.get_ttl(&key).await? {
                    TtlOutcome::Ttl { .. } => "has a TTL".into(),
                    TtlOutcome::NoTtl => "has no TTL".into(),
                    TtlOutcome::NotFound => "none".into(),
                },
                _ => client.exists([key]).await?[0].to_string(),
            })
        };
        (index, kind, seen.await)
    });
}

fn assert_right((index, kind, seen): (usize, &'static str, Result<String, Error>)) {
    let is_there = index % 5 < 2 || index % 5 == 3;
    let expected = match (kind, index % 5) {
        ("get", 3) => return assert_eq!(seen.unwrap_err().reason(), Some(&Reason::UnexpectedAttributeType), "{index}"),
        ("get", _) if is_there => format!("value of {index}"),
        ("get_item", _) if is_there => "item, whole: true".to_owned(),
        ("get_ttl", 1) => "has a TTL".to_owned(),
        ("get_ttl", _) if is_there => "has no TTL".to_owned(),
        ("exists", _) => is_there.to_string(),
        _ => "none".to_owned(),
    };
    assert_eq!(seen.unwrap(), expected, "{kind} of {index}");
}

const KINDS: [&str; 4] = ["get", "get_item", "get_ttl", "exists"];

#[tokio::test]
async fn reads_of_every_kind_share_a_call_and_see_what_they_asked_for() {
    let (world, gate, mut reads) = crowded().await;
    for (index, kind) in (0..SHARED).map(|index| (index, KINDS[index / 5 % 4])) {
        read(&mut reads, &world.client, index, kind);
    }
    for _ in 0..SHARED {
        assert_right(reads.join_next().await.unwrap().unwrap());
    }
    assert_eq!((world.faults.calls("BatchGetItem"), world.faults.calls("GetItem")), (1, ALONE));
    gate.open();
    while let Some(read) = reads.join_next().await {
        assert_right(read.unwrap());
    }
}

#[tokio::test]
async fn a_key_that_is_read_in_every_way_is_read_once() {
    let (world, gate, mut reads) = crowded().await;
    let asked = Gate::new();
    asked.hold(&world, "BatchGetItem", 1);
    for index in 0..SHARED - 1 {
        for kind in KINDS {
            read(&mut reads, &world.client, index, kind);
        }
    }
    // The last key fills the batch.
    read(&mut reads, &world.client, SHARED - 1, "get");
    world.faults.arrived("BatchGetItem", 1).await;
    asked.open();
    gate.open();
    while let Some(read) = reads.join_next().await {
        assert_right(read.unwrap());
    }
    let calls = world.faults.calls("*") - ALONE;
    assert!(calls < 10, "{calls} calls for 397 reads of 100 keys");
}

/// A projection may need less than the whole item, and DynamoDB reports the capacity of a shared call as a whole.
#[tokio::test]
async fn reads_that_ask_for_more_go_alone() {
    let (world, gate, mut reads) = crowded().await;
    world.client.get_item("key-0").projection("val").await.unwrap().unwrap();
    let request = pb::GetItemRequest {
        key: Some(ItemKey::new("key-0").into()),
        return_consumed_capacity: true,
        ..Default::default()
    };
    let counted = ItemServiceClient::new(world.channel.clone()).get_item(request).await.unwrap().into_inner();
    assert!(counted.consumed_capacity.is_some());
    assert_eq!((world.faults.calls("BatchGetItem"), world.faults.calls("GetItem")), (0, ALONE + 2));
    gate.open();
    while let Some(read) = reads.join_next().await {
        assert_right(read.unwrap());
    }
}

/// For each shared call: how many keys it reads, and whether it reads whole items.
fn shared_calls(world: &World) -> Arc<Mutex<Vec<(usize, bool)>>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let calls = Arc::clone(&seen);
    world.faults.rule("BatchGetItem", usize::MAX, move |call: Call, upstream: Upstream| {
        let request = call.json();
        let asked = request["RequestItems"].as_object().unwrap().values().next().unwrap();
        let keys = asked["Keys"].as_array().unwrap().len();
        calls.lock().unwrap().push((keys, asked.get("ProjectionExpression").is_none()));
        async move { upstream.call(call).await }
    });
    seen
}

#[tokio::test]
async fn a_shared_call_for_expiry_times_alone_reads_no_whole_items() {
    let (world, gate, mut reads) = crowded().await;
    let calls = shared_calls(&world);
    for index in 0..SHARED {
        read(&mut reads, &world.client, index, if index % 2 == 0 { "get_ttl" } else { "exists" });
    }
    for _ in 0..SHARED {
        assert_right(reads.join_next().await.unwrap().unwrap());
    }
    let calls = calls.lock().unwrap().clone();
    assert!(!calls.is_empty() && calls.iter().all(|(_, is_whole)| !is_whole), "{calls:?}");
    gate.open();
    while let Some(read) = reads.join_next().await {
        assert_right(read.unwrap());
    }
}

/// Otherwise a batch of large items would have more than DynamoDB returns in one call, and it would leave some unprocessed.
#[tokio::test]
async fn reads_of_expiry_times_say_nothing_of_the_size_of_items() {
    let world = World::with_endless_patience().await;
    for index in 0..SHARED {
        world.put(&name(index), [("val", binary(&vec![7; 64 << 10]))]).await;
    }
    // One after the other, all of them go alone.
    for _ in 0..30 {
        world.client.get("key-0").await.unwrap();
    }
    for _ in 0..30 {
        world.client.get_ttl("key-0").await.unwrap();
        world.client.exists(["key-0"]).await.unwrap();
    }
    let (gate, calls) = (Gate::new(), shared_calls(&world));
    world.faults.reset_counts();
    gate.hold(&world, "GetItem", ALONE);
    let mut gets = JoinSet::new();
    for index in 0..ALONE + SHARED {
        let (client, key) = (world.client.clone(), name(index % SHARED));
        gets.spawn(async move { client.get(&key).await });
        if index < ALONE {
            world.faults.arrived("GetItem", index + 1).await;
        }
    }
    // All but the calls that are held and the last batch, which is not full.
    for _ in 0..SHARED / 2 {
        gets.join_next().await.unwrap().unwrap().unwrap();
    }
    gate.open();
    while let Some(got) = gets.join_next().await {
        assert_eq!(got.unwrap().unwrap().unwrap().value.unwrap().len(), 64 << 10);
    }
    let calls = calls.lock().unwrap();
    // Sixteen have 1 MiB.
    assert!(calls.iter().all(|(keys, _)| *keys <= 32), "{calls:?}");
}

fn n(text: &str) -> dynakv_client::Value {
    text.parse::<Number>().unwrap().into()
}

fn place(at: usize) -> Item {
    Item::from([("sensor".to_owned(), number(7)), ("at".to_owned(), number(at))])
}

/// A table with a composite key of numbers, of which every third item is there. The permits are taken.
async fn readings() -> (World, Gate, Reads) {
    let world = World::with_endless_patience().await;
    world.create(READINGS, |table| keyed(table, ("sensor", N), Some(("at", N)))).await;
    for at in (0..SHARED).step_by(3) {
        let value = ("value".to_owned(), string(&format!("value of {at}")));
        world.put_into(READINGS, place(at).into_iter().chain([value]).collect()).await;
    }
    // The first call describes the table, and shares nothing.
    world.client.get_item(ItemKey::new(n("7")).sort(n("1"))).projection("sensor").table(READINGS).await.unwrap();
    let (gate, mut reads) = (Gate::new(), Reads::new());
    world.faults.reset_counts();
    gate.hold(&world, "GetItem", ALONE);
    for index in 0..ALONE {
        read_reading(&mut reads, &world, 1000 + index);
        world.faults.arrived("GetItem", index + 1).await;
    }
    (world, gate, reads)
}

fn read_reading(reads: &mut Reads, world: &World, at: usize) {
    let client = world.client.clone();
    // Half of the keys in a form that DynamoDB does not store.
    let text = if at.is_multiple_of(2) { format!("{at}.0") } else { at.to_string() };
    reads.spawn(async move {
        let item = client.get_item(ItemKey::new(n("70e-1")).sort(n(&text))).table(READINGS).await;
        let value =
            item.map(|item| item.map_or("none".to_owned(), |item| item["value"].as_s().expect("a text").to_owned()));
        (at, "reading", value)
    });
}

fn assert_reading((at, _, seen): (usize, &'static str, Result<String, Error>)) {
    let expected = if at < SHARED && at % 3 == 0 { format!("value of {at}") } else { "none".to_owned() };
    assert_eq!(seen.unwrap(), expected, "{at}");
}

#[tokio::test]
async fn items_with_a_composite_key_of_numbers_share_a_call() {
    let (world, gate, mut reads) = readings().await;
    (0..SHARED).for_each(|at| read_reading(&mut reads, &world, at));
    for _ in 0..SHARED {
        assert_reading(reads.join_next().await.unwrap().unwrap());
    }
    assert_eq!((world.faults.calls("BatchGetItem"), world.faults.calls("GetItem")), (1, ALONE));
    gate.open();
    while let Some(read) = reads.join_next().await {
        assert_reading(read.unwrap());
    }
}

/// Otherwise they would count as missing.
#[tokio::test]
async fn items_that_are_left_unprocessed_are_asked_for_again() {
    let (world, gate, mut reads) = readings().await;
    world.faults.rule("BatchGetItem", 1, |mut call: Call, upstream: Upstream| async move {
        let mut request = call.json();
        let tables = request["RequestItems"].as_object_mut().unwrap();
        let (table, asked) = tables.iter_mut().next().map(|(table, asked)| (table.clone(), asked)).unwrap();
        let left = asked["Keys"].as_array_mut().unwrap().split_off(60);
        let mut unprocessed = asked.clone();
        // In the form that DynamoDB stores.
        let stored = |key: &Json| {
            let number = |name: &str| key[name]["N"].as_str().unwrap().parse::<f64>().unwrap().to_string();
            serde_json::json!({ "sensor": { "N": number("sensor") }, "at": { "N": number("at") } })
        };
        unprocessed["Keys"] = left.iter().map(stored).collect();
        call.set_json(&request);
        World::amend(upstream.call(call).await, |answer| answer["UnprocessedKeys"][&table] = unprocessed).await
    });
    (0..SHARED).for_each(|at| read_reading(&mut reads, &world, at));
    world.faults.arrived("BatchGetItem", 1).await;
    gate.open();
    let mut seen = HashSet::new();
    while let Some(read) = reads.join_next().await {
        let read = read.unwrap();
        assert!(seen.insert(read.0));
        assert_reading(read);
    }
    assert!(world.faults.calls("*") - ALONE <= 1 + 40, "{} calls", world.faults.calls("*"));
}
