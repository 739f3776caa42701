//! Many writers of few keys, on several threads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use dynakv_client::{Client, Expected};
use tokio::task::{JoinSet, yield_now};

use crate::support::World;
use crate::support::faults::{Call, Upstream};

const TASKS: usize = 32;
const WRITES: usize = 24;
const KEYS: usize = 5;

/// The writes of each key that are on their way to DynamoDB, and what is wrong with them.
#[derive(Default)]
struct InFlight {
    /// Whether each of them is part of a batch.
    keys: HashMap<String, Vec<bool>>,
    batches: usize,
    problems: Vec<String>,
}

impl InFlight {
    fn begin(&mut self, keys: &[String], is_batch: bool) {
        self.batches += usize::from(is_batch);
        for key in keys {
            let others = self.keys.entry(key.clone()).or_default();
            if others.contains(&true) || (is_batch && !others.is_empty()) {
                self.problems.push(format!("{key}: batch {is_batch} beside batch {others:?}"));
            }
            others.push(is_batch);
        }
    }

    fn end(&mut self, keys: &[String], is_batch: bool) {
        for key in keys {
            let others = self.keys.get_mut(key).unwrap();
            let place = others.iter().position(|other| *other == is_batch).unwrap();
            others.swap_remove(place);
        }
    }
}

/// The keys that a call writes.
fn keys(call: &Call) -> Vec<String> {
    let json = call.json();
    let key = |item: &serde_json::Value| item["pk"]["S"].as_str().unwrap().to_owned();
    match call.operation.as_str() {
        "PutItem" => vec![key(&json["Item"])],
        "DeleteItem" => vec![key(&json["Key"])],
        _ => {
            let tables = json["RequestItems"].as_object().unwrap().values();
            let written = |part: &serde_json::Value| {
                part.get("DeleteRequest").map_or_else(|| key(&part["PutRequest"]["Item"]), |delete| key(&delete["Key"]))
            };
            tables.flat_map(|parts| parts.as_array().unwrap()).map(written).collect()
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "on a starved machine some runs did not end within a minute, and it is not known whether they hung"]
async fn a_batch_never_meets_another_write_of_its_keys() {
    let world = World::with_endless_patience().await;
    let in_flight = Arc::new(Mutex::new(InFlight::default()));
    for operation in ["PutItem", "DeleteItem", "BatchWriteItem"] {
        let in_flight = Arc::clone(&in_flight);
        world.faults.rule(operation, usize::MAX, move |call: Call, upstream: Upstream| {
            let in_flight = Arc::clone(&in_flight);
            async move {
                let (keys, is_batch) = (keys(&call), operation == "BatchWriteItem");
                in_flight.lock().unwrap().begin(&keys, is_batch);
                // Others get their turn while this one is on its way.
                for _ in 0..20 {
                    yield_now().await;
                }
                let answer = upstream.call(call).await;
                in_flight.lock().unwrap().end(&keys, is_batch);
                answer
            }
        });
    }
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        tasks.spawn(write(world.client.clone(), task));
    }
    tasks.join_all().await;

    let seen = in_flight.lock().unwrap();
    assert!(seen.problems.is_empty(), "{:?}", seen.problems);
    assert!(seen.batches > 0, "nothing was sent as a batch");
    assert!(seen.keys.values().all(Vec::is_empty), "a call never ended");
}

/// Sets, and now and then another write, of few keys and of keys of its own.
async fn write(client: Client, task: usize) {
    for write in 0..WRITES {
        let shared = format!("shared-{}", (task + write) % KEYS);
        let key = if write % 3 == 0 { shared } else { format!("own-{task}-{}", write % KEYS) };
        let value = format!("{task}-{write}");
        match write % 8 {
            2 => drop(client.delete(key).omit_existed().await.unwrap()),
            3 => drop(client.delete(key).await.unwrap()),
            6 => drop(client.compare_and_set(key, value, Expected::Absent).await.unwrap()),
            _ => drop(client.set(key, value).await.unwrap()),
        }
    }
}
