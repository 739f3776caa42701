//! Every mode of `Expected` against every state that an entry can be in.

use std::time::Duration;

use dynakv_client::{Deletion, Expected, Swap};

use super::on_every_backend;
use crate::support::{Item, World, binary, number};

on_every_backend!(compare_and_set_is_a_matrix, compare_and_delete_is_a_matrix, keep_ttl_keeps_it, one_racer_wins);

/// The states of an entry. Those that exist hold "held".
const STATES: [&str; 6] = ["absent", "present", "mortal", "expired", "without version", "counter"];

async fn prepare(world: &World, state: &str) -> String {
    let key = format!("{state} entry");
    match state {
        "absent" => {}
        "present" => drop(world.client.set(&key, "held").await.unwrap()),
        "mortal" => drop(world.client.set(&key, "held").ttl(Duration::from_mins(1)).await.unwrap()),
        "expired" => {
            world.client.set(&key, "held").ttl(Duration::from_millis(1)).await.unwrap();
            world.clock.advance(Duration::from_millis(1));
        }
        "without version" => world.put(&key, [("val", binary(b"held"))]).await,
        "counter" => drop(world.client.increment(&key).by(42).await.unwrap()),
        other => panic!("no such state: {other}"),
    }
    key
}

/// Every expectation, with the states that meet it.
async fn expectations(world: &World, key: &str) -> Vec<(Expected, &'static [&'static str])> {
    let item = world.item(key).await;
    let stored = item.as_ref().and_then(|item| item.get("dkv_ver")).map_or("17", |version| version.as_n().unwrap());
    vec![
        (Expected::Absent, &["absent", "expired"]),
        (Expected::Present, &["present", "mortal", "without version", "counter"]),
        (Expected::version(stored), &["present", "mortal", "counter"]),
        (Expected::version("18"), &[]),
        (Expected::value("held"), &["present", "mortal", "without version"]),
        (Expected::value("42"), &["counter"]),
        (Expected::value("042"), &[]),
        (Expected::value("else"), &[]),
        (Expected::value(""), &[]),
    ]
}

fn shows(current: Option<&dynakv_client::Entry>, state: &str) {
    let shown = current.map(|entry| entry.text().unwrap());
    match state {
        "absent" | "expired" => assert_eq!(shown, None, "{state}"),
        "counter" => assert_eq!(shown, Some("42")),
        _ => assert_eq!(shown, Some("held"), "{state}"),
    }
}

async fn compare_and_set_is_a_matrix(world: World) {
    for state in STATES {
        for index in 0..9 {
            let key = prepare(&world, state).await;
            let before: Option<Item> = world.item(&key).await;
            let (expected, holds) = expectations(&world, &key).await.swap_remove(index);
            let case = format!("{expected:?} on {state}");
            let swap = world.client.compare_and_set(&key, "new", expected).return_current().await.unwrap();
            if holds.contains(&state) {
                let Swap::Swapped { version, expire_time } = swap else { panic!("{case}: {swap:?}") };
                let entry = world.client.get(&key).consistent().await.unwrap().unwrap();
                assert_eq!(
                    (entry.text(), entry.version.clone(), entry.expire_time),
                    (Some("new"), Some(version), None),
                    "{case}"
                );
                assert_eq!(expire_time, None);
            } else {
                let Swap::NotSwapped { current } = swap else { panic!("{case}: {swap:?}") };
                shows(current.as_ref(), state);
                assert_eq!(world.item(&key).await, before, "{case} changed nothing");
            }
            world.client.delete(&key).await.unwrap();
        }
    }
}

async fn compare_and_delete_is_a_matrix(world: World) {
    for state in STATES {
        for index in 1..9 {
            let key = prepare(&world, state).await;
            let before = world.item(&key).await;
            let (expected, holds) = expectations(&world, &key).await.swap_remove(index);
            let case = format!("{expected:?} on {state}");
            match world.client.compare_and_delete(&key, expected).return_current().await.unwrap() {
                Deletion::Deleted => {
                    assert!(holds.contains(&state), "{case}");
                    assert_eq!(world.item(&key).await, None, "{case}");
                }
                Deletion::NotDeleted { current } => {
                    assert!(!holds.contains(&state), "{case}");
                    shows(current.as_ref(), state);
                    assert_eq!(world.item(&key).await, before, "{case} changed nothing");
                }
            }
            world.client.delete(&key).await.unwrap();
        }
    }
}

async fn keep_ttl_keeps_it(world: World) {
    let expire_time = world.client.set("key", "old").ttl(Duration::from_mins(1)).await.unwrap().expire_time;
    assert!(expire_time.is_some());
    for expected in [Expected::Present, Expected::value("new"), Expected::Version(world.version("key").await)] {
        let expected = match expected {
            Expected::Version(_) => Expected::Version(world.version("key").await),
            other => other,
        };
        let swap = world.client.compare_and_set("key", "new", expected).keep_ttl().await.unwrap();
        assert!(matches!(swap, Swap::Swapped { .. }), "{swap:?}");
        assert_eq!(world.client.get("key").await.unwrap().unwrap().expire_time, expire_time);
    }
    let swap = world.client.compare_and_set("fresh", "new", Expected::Absent).keep_ttl().await.unwrap();
    assert!(matches!(swap, Swap::Swapped { .. }), "{swap:?}");
    assert_eq!(world.client.get("fresh").await.unwrap().unwrap().expire_time, None);
    assert!(!world.item("fresh").await.unwrap().contains_key("ttl"));
    assert_ne!(world.item("key").await.unwrap()["ttl"], number(0));
}

async fn one_racer_wins(world: World) {
    let racers = (0..16).map(|racer| world.client.compare_and_set("lock", format!("{racer}"), Expected::Absent));
    let swaps = futures_util::future::join_all(racers.map(IntoFuture::into_future)).await;
    let won = swaps.iter().filter(|swap| matches!(swap, Ok(Swap::Swapped { .. }))).count();
    assert_eq!(won, 1);
    assert!(swaps.iter().all(Result::is_ok), "{swaps:?}");
}
