use std::time::Duration;

use dynakv_client::{Code, Reason};

use super::on_every_backend;
use crate::support::World;

on_every_backend!(keys_of_every_kind, the_largest_value, a_value_one_byte_too_large, a_full_item_takes_no_ttl);

async fn keys_of_every_kind(world: World) {
    let longest = "k".repeat(2048);
    let longest_emoji = "🦀".repeat(512);
    let keys = [
        "a",
        " ",
        "ttl",
        "SELECT",
        "values",
        "#dkv_key",
        ":dkv_now",
        "a/b.c[0]",
        "nul\0nul",
        "\n",
        "é",
        "👩‍👩‍👧‍👦",
        "\u{10ffff}",
        &longest,
        &longest_emoji,
    ];
    for key in keys {
        world.client.set(key, key.to_owned()).ttl(Duration::from_mins(1)).await.unwrap();
    }
    for key in keys {
        let entry = world.client.get(key).consistent().await.unwrap().unwrap();
        assert_eq!((entry.key.as_str(), entry.text()), (key, Some(key)));
    }
    assert_eq!(world.client.exists(keys).await.unwrap(), [true; 15]);
}

/// The maximum value size that the service reports for a key.
async fn largest(world: &World, key: &str, ttl: Option<Duration>) -> usize {
    let set = world.client.set(key, vec![0; 409_600]);
    let set = if let Some(ttl) = ttl { set.ttl(ttl) } else { set };
    let error = set.await.unwrap_err();
    let failure = error.failure().unwrap();
    assert_eq!((failure.code(), failure.reason()), (Code::InvalidArgument, Some(&Reason::InvalidField)));
    assert_eq!(failure.fields()[0].field, "value");
    let limit = failure.metadata("limit").unwrap();
    limit.strip_suffix(" bytes").unwrap().parse().unwrap()
}

/// 409,600 bytes less the key, the names `pk`, `val` and `dkv_ver`, and 11 bytes for a version of 19 digits.
fn room(key: &str) -> usize {
    409_600 - key.len() - "pk".len() - "val".len() - "dkv_ver".len() - 11
}

async fn the_largest_value(world: World) {
    let ttl = Duration::from_millis(123_456);
    for key in ["k", &"k".repeat(2048)] {
        assert_eq!(largest(&world, key, None).await, room(key));
        assert_eq!(largest(&world, key, Some(ttl)).await, room(key) - "ttl".len() - 6 - "dkv_ttl_ms".len() - 3);
        let value: Vec<u8> = (0..=u8::MAX).cycle().take(room(key)).collect();
        for _versions_differ_in_length in 0..8 {
            world.client.set(key, value.clone()).await.unwrap();
        }
        assert!(world.client.get(key).await.unwrap().unwrap().value.unwrap() == value);
        let mortal = value[..largest(&world, key, Some(ttl)).await].to_vec();
        world.client.set(key, mortal.clone()).ttl(ttl).await.unwrap();
        assert!(world.client.get(key).await.unwrap().unwrap().value.unwrap() == mortal);
    }
}

async fn a_value_one_byte_too_large(world: World) {
    world.client.set("key", "small").await.unwrap();
    let before = world.item("key").await;
    let value = vec![0; room("key") + 1];
    let error = world.client.set("key", value.clone()).await.unwrap_err();
    assert_eq!(error.code(), Some(Code::InvalidArgument));
    let swap = world.client.compare_and_set("key", value, dynakv_client::Expected::Present).await;
    assert_eq!(swap.unwrap_err().code(), Some(Code::InvalidArgument));
    assert_eq!(world.item("key").await, before);
}

/// It depends on the stored item, so it is not bad input.
async fn a_full_item_takes_no_ttl(world: World) {
    world.client.set("key", vec![0; room("key")]).await.unwrap();
    let before = world.item("key").await;
    let error = world.client.expire("key", Duration::from_millis(123_456_789)).await.unwrap_err();
    assert_eq!((error.code(), error.reason()), (Some(Code::FailedPrecondition), Some(&Reason::ItemTooLarge)));
    assert_eq!(error.failure().unwrap().metadata("outcome"), Some("NOT_APPLIED"));
    assert_eq!(world.item("key").await, before);
}
