use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynakv::driver::Clock;
use dynakv_client::{ExpireOutcome, PersistOutcome, TtlOutcome};

use super::on_every_backend;
use crate::support::{World, binary, number, string};

on_every_backend!(
    a_ttl_is_kept_to_the_millisecond,
    expire_counts_from_now,
    expire_on_nothing_is_a_result,
    persist_takes_the_ttl_off,
    persist_without_a_ttl_writes_nothing,
    odd_durations,
);

fn time(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap())
}

async fn a_ttl_is_kept_to_the_millisecond(world: World) {
    // 60.001 s after a time with a fraction of a second.
    world.clock.set(world.clock.now() / 1000 * 1000 + 1_337);
    let now = world.clock.now();
    let written = world.client.set("key", "").ttl(Duration::from_millis(60_001)).await.unwrap();
    assert_eq!(written.expire_time, Some(time(now + 60_001)));

    let item = world.item("key").await.unwrap();
    assert_eq!(item["ttl"], number((now + 60_001 + 999) / 1000), "whole seconds, rounded up");
    assert_eq!(item["dkv_ttl_ms"], number(1000 - 338));

    world.clock.advance(Duration::from_mins(1));
    let last = TtlOutcome::Ttl { ttl: Duration::from_millis(1), expire_time: time(now + 60_001) };
    assert_eq!(world.client.get_ttl("key").await.unwrap(), last);
    assert!(world.client.get("key").await.unwrap().is_some());

    world.clock.advance(Duration::from_millis(1));
    assert_eq!(world.client.get_ttl("key").await.unwrap(), TtlOutcome::NotFound);
    assert_eq!(world.client.get("key").await.unwrap(), None);
    assert!(world.item("key").await.is_some(), "DynamoDB has not deleted it yet");
}

async fn expire_counts_from_now(world: World) {
    let before = world.client.set("key", "value").ttl(Duration::from_secs(5)).await.unwrap().version;
    world.clock.advance(Duration::from_secs(4));
    let now = world.clock.now();
    let expired = world.client.expire("key", Duration::from_secs(5)).await.unwrap();
    let ExpireOutcome::TtlSet { version, expire_time } = expired else { panic!("{expired:?}") };
    assert_eq!(expire_time, time(now + 5_000));
    assert_ne!(version, before);

    let entry = world.client.get("key").await.unwrap().unwrap();
    assert_eq!(
        (entry.text(), entry.version.clone(), entry.expire_time),
        (Some("value"), Some(version), Some(expire_time))
    );
}

async fn expire_on_nothing_is_a_result(world: World) {
    assert_eq!(world.client.expire("absent", Duration::from_secs(5)).await.unwrap(), ExpireOutcome::NotFound);
    assert_eq!(world.item("absent").await, None);

    world.client.set("expired", "").ttl(Duration::from_secs(1)).await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.client.expire("expired", Duration::from_secs(5)).await.unwrap(), ExpireOutcome::NotFound);
    assert_eq!(world.client.get("expired").await.unwrap(), None, "Expire does not revive");
}

async fn persist_takes_the_ttl_off(world: World) {
    world.client.set("key", "value").ttl(Duration::from_secs(5)).await.unwrap();
    let persisted = world.client.persist("key").await.unwrap();
    let PersistOutcome::TtlRemoved { version } = persisted else { panic!("{persisted:?}") };
    world.clock.advance(Duration::from_secs(5));
    let entry = world.client.get("key").await.unwrap().unwrap();
    assert_eq!((entry.text(), entry.version.clone(), entry.expire_time), (Some("value"), Some(version), None));
    assert_eq!(world.client.get_ttl("key").await.unwrap(), TtlOutcome::NoTtl);

    world.client.set("expired", "").ttl(Duration::from_secs(1)).await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.client.persist("expired").await.unwrap(), PersistOutcome::NotFound, "Persist does not revive");
    assert_eq!(world.client.persist("absent").await.unwrap(), PersistOutcome::NotFound);
}

async fn persist_without_a_ttl_writes_nothing(world: World) {
    let version = world.client.set("key", "").await.unwrap().version;
    assert_eq!(world.client.persist("key").await.unwrap(), PersistOutcome::NoTtl);
    assert_eq!(world.version("key").await, version);

    world.put("foreign", [("val", binary(b"")), ("ttl", string("soon"))]).await;
    assert_eq!(world.client.persist("foreign").await.unwrap(), PersistOutcome::NoTtl);
    assert_eq!(world.item("foreign").await.unwrap()["ttl"], string("soon"));
}

async fn odd_durations(world: World) {
    let now = world.clock.now();
    for (ttl, millis) in [
        (Duration::from_nanos(1), 1),
        (Duration::from_micros(1_001), 2),
        (Duration::from_millis(999), 999),
        (Duration::from_hours(100 * 8766), 3_155_760_000_000),
    ] {
        let written = world.client.set("key", "").ttl(ttl).await.unwrap();
        assert_eq!(written.expire_time, Some(time(now + millis)), "{ttl:?}");
        assert_eq!(world.client.get("key").await.unwrap().unwrap().expire_time, Some(time(now + millis)), "{ttl:?}");
    }
}
