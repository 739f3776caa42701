use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use super::on_every_backend;
use crate::support::{World, binary, number, string};

on_every_backend!(
    a_value_comes_back,
    an_absent_entry_is_a_miss,
    every_write_changes_the_version,
    set_replaces_the_whole_item,
    keep_ttl_changes_only_value_and_version,
    keep_ttl_on_what_does_not_exist_sets_no_ttl,
    previous_is_what_was_replaced,
    tables_do_not_see_each_other,
    exists_answers_in_order,
);

async fn a_value_comes_back(world: World) {
    for value in [&b"text"[..], b"", b"\0\xff\xfe", "🦀".as_bytes()] {
        let written = world.client.set("key", value.to_vec()).await.unwrap();
        let entry = world.client.get("key").consistent().await.unwrap().unwrap();
        assert_eq!(entry.key, "key");
        assert_eq!(entry.value.as_deref(), Some(value));
        assert_eq!(entry.version, Some(written.version));
        assert_eq!(entry.expire_time, None);
    }
}

async fn an_absent_entry_is_a_miss(world: World) {
    assert_eq!(world.client.get("absent").await.unwrap(), None);
    assert!(!world.client.delete("absent").await.unwrap());
    assert_eq!(world.client.exists(["absent"]).await.unwrap(), [false]);
}

async fn every_write_changes_the_version(world: World) {
    let mut versions = Vec::new();
    for _ in 0..3 {
        versions.push(world.client.set("key", "same").await.unwrap().version);
    }
    let _expire = world.client.expire("key", Duration::from_mins(1)).await.unwrap();
    versions.push(world.version("key").await);
    let _persist = world.client.persist("key").await.unwrap();
    versions.push(world.version("key").await);
    let distinct: std::collections::HashSet<_> = versions.iter().collect();
    assert_eq!(distinct.len(), versions.len(), "{versions:?}");
}

async fn set_replaces_the_whole_item(world: World) {
    world.put("key", [("val", binary(b"old")), ("ttl", number(9_999_999_999i64)), ("extra", string("foreign"))]).await;
    world.client.set("key", "new").await.unwrap();
    let item = world.item("key").await.unwrap();
    assert_eq!(item.len(), 3, "only key, value and version remain: {item:?}");
    assert_eq!(item["val"], binary(b"new"));
}

async fn keep_ttl_changes_only_value_and_version(world: World) {
    world.put("key", [("val", binary(b"old")), ("ttl", number(9_999_999_999i64)), ("extra", string("foreign"))]).await;
    let written = world.client.set("key", "new").keep_ttl().await.unwrap();
    let item = world.item("key").await.unwrap();
    assert_eq!(item["val"], binary(b"new"));
    assert_eq!(item["ttl"], number(9_999_999_999i64));
    assert_eq!(item["extra"], string("foreign"));
    assert_eq!(item["dkv_ver"], AttributeValue::N(written.version.to_string()));
}

async fn keep_ttl_on_what_does_not_exist_sets_no_ttl(world: World) {
    world.client.set("absent", "new").keep_ttl().await.unwrap();
    assert_eq!(world.client.get("absent").await.unwrap().unwrap().expire_time, None);

    world.client.set("expired", "old").ttl(Duration::from_secs(5)).await.unwrap();
    world.clock.advance(Duration::from_secs(5));
    world.client.set("expired", "new").keep_ttl().await.unwrap();
    let entry = world.client.get("expired").await.unwrap().unwrap();
    assert_eq!((entry.text(), entry.expire_time), (Some("new"), None));
}

async fn previous_is_what_was_replaced(world: World) {
    let set = |value: &'static str| world.client.set("key", value).return_previous();
    assert_eq!(set("one").await.unwrap().previous, None);
    assert_eq!(set("two").await.unwrap().previous.unwrap().text(), Some("one"));
    assert_eq!(set("three").keep_ttl().await.unwrap().previous.unwrap().text(), Some("two"));

    world.client.set("key", "brief").ttl(Duration::from_millis(10)).await.unwrap();
    world.clock.advance(Duration::from_millis(10));
    let written = set("four").await.unwrap();
    assert_eq!((written.previous, written.previous_lost), (None, false), "what has expired is not shown");
}

async fn tables_do_not_see_each_other(world: World) {
    world.client.set("key", "default").await.unwrap();
    assert_eq!(world.client.get("key").table("other").await.unwrap(), None);
    world.client.set("key", "other").table("other").await.unwrap();
    assert_eq!(world.client.get("key").await.unwrap().unwrap().text(), Some("default"));

    // The other table is configured with attribute names of its own.
    let item = world.item_of_other("key").await.unwrap();
    assert_eq!(item["v"], binary(b"other"));
    assert_eq!(item["id"], string("key"));
}

async fn exists_answers_in_order(world: World) {
    for key in ["a", "c"] {
        world.client.set(key, "").await.unwrap();
    }
    assert_eq!(world.client.exists(["a", "b", "c", "a"]).consistent().await.unwrap(), [true, false, true, true]);

    let keys: Vec<String> = (0..100).map(|index| format!("key-{index}")).collect();
    assert_eq!(world.client.exists(keys).await.unwrap(), [false; 100]);
}
