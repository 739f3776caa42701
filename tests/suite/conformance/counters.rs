use std::time::Duration;

use dynakv_client::{Code, Counter, Error, Reason, pb};

use super::on_every_backend;
use crate::support::{World, binary, number, string};

on_every_backend!(
    a_counter_counts,
    a_new_counter_begins_at_initial,
    the_edges_of_64_bits,
    an_expired_counter_starts_afresh,
    what_is_no_counter_stays_as_it_is,
    numbers_of_other_programs,
    concurrent_increments_all_count,
    the_ttl_belongs_to_creation,
);

fn reason(result: Result<Counter, Error>) -> (Code, Reason) {
    let error = result.unwrap_err();
    (error.code().unwrap(), error.reason().unwrap().clone())
}

async fn a_counter_counts(world: World) {
    for expected in 1..=3 {
        let counter = world.client.increment("hits").await.unwrap();
        assert_eq!(counter.value, expected);
        let entry = world.client.get("hits").consistent().await.unwrap().unwrap();
        assert_eq!(entry.text().unwrap(), expected.to_string(), "Get shows decimal text");
        assert_eq!(entry.version, Some(counter.version));
    }
    assert_eq!(world.client.increment("hits").by(-5).await.unwrap().value, -2);
    assert_eq!(world.client.increment("hits").by(0).await.unwrap().value, -2);
}

async fn a_new_counter_begins_at_initial(world: World) {
    assert_eq!(world.client.increment("new").by(5).initial(100).await.unwrap().value, 105);
    assert_eq!(world.client.increment("new").by(5).initial(100).await.unwrap().value, 110);
}

async fn the_edges_of_64_bits(world: World) {
    let overflow = (Code::OutOfRange, Reason::CounterOverflow);
    for (key, edge, step) in [("top", i64::MAX, 1), ("bottom", i64::MIN, -1)] {
        assert_eq!(world.client.increment(key).by(edge).await.unwrap().value, edge);
        let before = world.item(key).await;
        assert_eq!(reason(world.client.increment(key).by(step).await), overflow);
        assert_eq!(reason(world.client.increment(key).by(edge).await), overflow);
        assert_eq!(world.item(key).await, before, "an overflow changes nothing");
        assert_eq!(world.client.increment(key).by(-step).await.unwrap().value, edge - step);
        assert_eq!(world.client.increment(key).by(step).await.unwrap().value, edge);
        assert_eq!(world.client.increment(key).by(0).await.unwrap().value, edge);
    }
    assert_eq!(world.client.increment("across").by(i64::MIN).initial(i64::MAX).await.unwrap().value, -1);
    assert_eq!(world.client.increment("across").by(i64::MIN + 1).await.unwrap().value, i64::MIN);
    assert_eq!(reason(world.client.increment("new").by(1).initial(i64::MAX).await), overflow);
    assert_eq!(world.item("new").await, None);
}

async fn an_expired_counter_starts_afresh(world: World) {
    world.client.increment("key").by(7).ttl(Duration::from_secs(1)).await.unwrap();
    let fields = [("val", number(9)), ("ttl", number(1_000_000)), ("extra", string("foreign"))];
    world.put("foreign", fields).await;
    world.clock.advance(Duration::from_secs(1));
    for key in ["key", "foreign"] {
        let counter = world.client.increment(key).await.unwrap();
        assert_eq!((counter.value, counter.expire_time), (1, None));
        assert_eq!(world.item(key).await.unwrap().len(), 3, "none of its old attributes remain");
    }
}

async fn what_is_no_counter_stays_as_it_is(world: World) {
    world.client.set("bytes", "5").await.unwrap();
    world.put("string", [("val", string("5"))]).await;
    world.put("no value", []).await;
    world.put("fraction", [("val", number("1.5"))]).await;
    world.put("fraction with version", [("val", number("1.5")), ("dkv_ver", number(5))]).await;
    world.put("tiny", [("val", number("1E-100"))]).await;
    world.put("large", [("val", number("9223372036854775808"))]).await;
    world.put("huge", [("val", number("1E100"))]).await;
    let all = ["bytes", "string", "no value", "fraction", "fraction with version", "tiny", "large", "huge"];
    for key in all {
        let before = world.item(key).await;
        let result = world.client.increment(key).await;
        assert_eq!(reason(result), (Code::FailedPrecondition, Reason::NotACounter), "{key}");
        assert_eq!(world.item(key).await, before, "{key}");
    }
}

async fn numbers_of_other_programs(world: World) {
    for (key, stored, expected) in [("plain", "41", 42), ("exponent", "4.1E1", 42), ("negative", "-1", 0)] {
        world.put(key, [("val", number(stored)), ("extra", string("foreign"))]).await;
        assert_eq!(world.client.increment(key).await.unwrap().value, expected);
        assert_eq!(world.client.increment(key).await.unwrap().value, expected + 1);
        assert_eq!(world.item(key).await.unwrap()["extra"], string("foreign"), "what else is there stays");
    }
    // A write by another RPC between two increments, and one by another program that leaves `dkv_ver` in place.
    world.client.expire("plain", Duration::from_mins(1)).await.unwrap();
    let counter = world.client.increment("plain").await.unwrap();
    assert_eq!((counter.value, counter.expire_time.is_some()), (44, true));
    let version = world.item("plain").await.unwrap()["dkv_ver"].clone();
    world.put("plain", [("val", binary(b"bytes")), ("dkv_ver", version)]).await;
    assert_eq!(reason(world.client.increment("plain").await).1, Reason::NotACounter);
}

async fn concurrent_increments_all_count(world: World) {
    world.put("key", [("val", number(1000))]).await;
    let calls = (0..24).map(|_| world.client.increment("key").into_future());
    let mut values: Vec<i64> =
        futures_util::future::join_all(calls).await.into_iter().map(|counter| counter.unwrap().value).collect();
    values.sort_unstable();
    assert_eq!(values, (1001..=1024).collect::<Vec<_>>(), "each call saw a value of its own");
}

async fn the_ttl_belongs_to_creation(world: World) {
    let ttl = Duration::from_secs(10);
    let created = world.client.increment("key").ttl(ttl).await.unwrap();
    assert!(created.expire_time.is_some());
    world.clock.advance(Duration::from_secs(9));
    let counter = world.client.increment("key").ttl(ttl).await.unwrap();
    assert_eq!((counter.value, counter.expire_time), (2, created.expire_time));

    let request = pb::IncrementRequest { key: "default".into(), ..Default::default() };
    let value = world.client.stub().increment(request).await.unwrap().into_inner().value;
    assert_eq!(value, 1, "an absent delta adds 1");
}
