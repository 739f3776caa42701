//! Tables shared with the Grove KV driver in both directions, and that driver's bugs, none of which exist here.

use std::time::Duration;

use dynakv_client::{Expected, ExpireOutcome, Swap, TtlOutcome};

use super::on_every_backend;
use crate::support::{World, binary, number, string};

on_every_backend!(
    items_without_version_or_remainder_are_entries,
    entries_lie_in_the_layout_of_grove,
    a_ttl_that_another_program_changes,
    a_ttl_of_another_type_is_none,
    ttl_is_a_reserved_word_and_works,
    exists_does_not_count_what_has_expired,
    set_if_absent_is_not_blocked_by_what_has_expired,
    set_if_present_and_expire_do_not_revive,
    expire_on_a_missing_key_is_no_failure,
    a_ttl_below_a_second_is_not_truncated,
    compare_and_swap_by_version_is_honoured,
    unexpected_types_are_named,
);

async fn items_without_version_or_remainder_are_entries(world: World) {
    let now = world.seconds();
    world.put("key", [("val", binary(b"grove")), ("ttl", number(now + 10))]).await;
    let entry = world.client.get("key").await.unwrap().unwrap();
    assert_eq!((entry.text(), entry.version.clone()), (Some("grove"), None));
    assert!(entry.expire_time.is_some());

    let by_version = world.client.compare_and_set("key", "new", Expected::version("0")).await.unwrap();
    assert_eq!(by_version, Swap::NotSwapped { current: None }, "no version matches an entry without one");
    let by_value = world.client.compare_and_set("key", "new", Expected::value("grove")).await.unwrap();
    assert!(matches!(by_value, Swap::Swapped { .. }));

    world.put("empty", []).await;
    assert_eq!(world.client.get("empty").await.unwrap().unwrap().value, None);
}

async fn entries_lie_in_the_layout_of_grove(world: World) {
    world.client.set("plain", "value").await.unwrap();
    let item = world.item("plain").await.unwrap();
    assert_eq!((&item["pk"], &item["val"]), (&string("plain"), &binary(b"value")));
    let version: u64 = item["dkv_ver"].as_n().unwrap().parse().unwrap();
    assert!(version > 0 && version < 1 << 63);
    assert_eq!(item.len(), 3);

    world.client.set("mortal", "value").ttl(Duration::from_millis(1500)).await.unwrap();
    let item = world.item("mortal").await.unwrap();
    let ttl: i64 = item["ttl"].as_n().unwrap().parse().unwrap();
    assert!((world.seconds() + 2..=world.seconds() + 3).contains(&ttl), "Grove sees it no shorter than it lives");
    assert_eq!(item.len(), 5);
}

async fn a_ttl_that_another_program_changes(world: World) {
    world.client.set("key", "value").ttl(Duration::from_millis(10_500)).await.unwrap();
    let mut item = world.item("key").await.unwrap();
    let now = world.seconds();
    item.insert("ttl".into(), number(now + 100));
    world.put_item(item).await;
    world.clock.advance(Duration::from_secs(50));
    assert!(world.client.get("key").await.unwrap().is_some());
    // `dkv_ttl_ms` is relative to `ttl`, so the error stays below a second.
    world.clock.advance(Duration::from_secs(50));
    assert_eq!(world.client.get("key").await.unwrap(), None);
}

async fn a_ttl_of_another_type_is_none(world: World) {
    world.put("key", [("val", binary(b"value")), ("ttl", string("1")), ("dkv_ttl_ms", number(1))]).await;
    assert!(world.client.get("key").await.unwrap().is_some());
    assert_eq!(world.client.get_ttl("key").await.unwrap(), TtlOutcome::NoTtl);
    let swap = world.client.compare_and_set("key", "new", Expected::Absent).await.unwrap();
    assert_eq!(swap, Swap::NotSwapped { current: None }, "a live entry is not written over");
    assert!(matches!(world.client.expire("key", Duration::from_secs(5)).await.unwrap(), ExpireOutcome::TtlSet { .. }));
}

async fn ttl_is_a_reserved_word_and_works(world: World) {
    world.client.set("key", "value").ttl(Duration::from_secs(5)).await.unwrap();
    assert!(matches!(world.client.get_ttl("key").await.unwrap(), TtlOutcome::Ttl { .. }));
}

async fn exists_does_not_count_what_has_expired(world: World) {
    for (key, ttl) in [("expired", 1), ("alive", 2)] {
        world.client.set(key, "").ttl(Duration::from_secs(ttl)).await.unwrap();
    }
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.client.exists(["expired", "alive"]).await.unwrap(), [false, true]);
}

async fn set_if_absent_is_not_blocked_by_what_has_expired(world: World) {
    world.client.set("lock", "dead holder").ttl(Duration::from_millis(1)).await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    let swap = world.client.compare_and_set("lock", "me", Expected::Absent).await.unwrap();
    assert!(matches!(swap, Swap::Swapped { .. }), "{swap:?}");
}

async fn set_if_present_and_expire_do_not_revive(world: World) {
    world.client.set("key", "old").ttl(Duration::from_millis(1)).await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    let swap = world.client.compare_and_set("key", "new", Expected::Present).return_current().await.unwrap();
    assert_eq!(swap, Swap::NotSwapped { current: None });
    assert_eq!(world.client.expire("key", Duration::from_mins(1)).await.unwrap(), ExpireOutcome::NotFound);
    assert_eq!(world.client.get("key").await.unwrap(), None);
}

async fn expire_on_a_missing_key_is_no_failure(world: World) {
    assert_eq!(world.client.expire("missing", Duration::from_mins(1)).await.unwrap(), ExpireOutcome::NotFound);
}

async fn a_ttl_below_a_second_is_not_truncated(world: World) {
    world.client.set("key", "").ttl(Duration::from_millis(60)).await.unwrap();
    world.clock.advance(Duration::from_millis(59));
    assert!(world.client.get("key").await.unwrap().is_some());
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(world.client.get("key").await.unwrap(), None);
}

async fn compare_and_swap_by_version_is_honoured(world: World) {
    let first = world.client.set("key", "one").await.unwrap().version;
    world.client.set("key", "two").await.unwrap();
    let swap = world.client.compare_and_set("key", "three", Expected::Version(first)).return_current().await.unwrap();
    let Swap::NotSwapped { current: Some(current) } = swap else { panic!("{swap:?}") };
    assert_eq!(current.text(), Some("two"));
}

async fn unexpected_types_are_named(world: World) {
    world.put("value", [("val", string("text"))]).await;
    world.put("version", [("val", binary(b"")), ("dkv_ver", string("1"))]).await;
    for key in ["value", "version"] {
        let error = world.client.get(key).await.unwrap_err();
        assert_eq!(error.reason(), Some(&dynakv_client::Reason::UnexpectedAttributeType), "{key}");
        assert_eq!(error.code(), Some(dynakv_client::Code::FailedPrecondition));
        assert!(error.failure().unwrap().message().contains(key));
        // Values that cannot be returned are omitted; the outcome is known.
        let swap = world.client.compare_and_set(key, "new", Expected::Absent).return_current().await.unwrap();
        assert_eq!(swap, Swap::NotSwapped { current: None });
        // Writes that do not read or return this value succeed.
        let swap = world.client.compare_and_set(key, "new", Expected::Absent).await.unwrap();
        assert_eq!(swap, Swap::NotSwapped { current: None });
        let written = world.client.set(key, "readable").return_previous().await.unwrap();
        assert_eq!((written.previous, written.previous_lost), (None, true), "it has happened");
        assert_eq!(world.client.get(key).await.unwrap().unwrap().text(), Some("readable"));
    }
}
