use std::time::Duration;

use dynakv_client::{Code, Reason};

use super::on_every_backend;
use crate::support::World;

on_every_backend!(keys_of_every_kind, the_largest_value, a_value_one_byte_too_large, a_full_item_takes_a_ttl);

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
        world.client.set(key, key.to_owned()).ttl(Duration::from_secs(60)).await.unwrap();
    }
    for key in keys {
        let entry = world.client.get(key).consistent().await.unwrap().unwrap();
        assert_eq!((entry.key.as_str(), entry.text()), (key, Some(key)));
    }
    assert_eq!(world.client.exists(keys).await.unwrap(), [true; 15]);
}

/// What the service says is the largest value under a key.
async fn largest(world: &World, key: &str) -> usize {
    let error = world.client.set(key, vec![0; 409_600]).await.unwrap_err();
    let failure = error.failure().unwrap();
    assert_eq!((failure.code(), failure.reason()), (Code::InvalidArgument, Some(&Reason::InvalidField)));
    assert_eq!(failure.fields()[0].field, "value");
    let limit = failure.metadata("limit").unwrap();
    limit.strip_suffix(" bytes").unwrap().parse().unwrap()
}

async fn the_largest_value(world: World) {
    for key in ["k", &"k".repeat(2048)] {
        let largest = largest(&world, key).await;
        // 409,600 less the key, the attribute names and the numbers beside the value.
        assert!((409_600 - key.len() - 60..409_600 - key.len()).contains(&largest), "{largest}");
        let value: Vec<u8> = (0..=u8::MAX).cycle().take(largest).collect();
        world.client.set(key, value.clone()).ttl(Duration::from_millis(123_456)).await.unwrap();
        let entry = world.client.get(key).await.unwrap().unwrap();
        assert!(entry.value.unwrap() == value);
    }
}

async fn a_value_one_byte_too_large(world: World) {
    let largest = largest(&world, "key").await;
    world.client.set("key", "small").await.unwrap();
    let before = world.item("key").await;
    let error = world.client.set("key", vec![0; largest + 1]).await.unwrap_err();
    assert_eq!(error.code(), Some(Code::InvalidArgument));
    let swap = world.client.compare_and_set("key", vec![0; largest + 1], dynakv_client::Expected::Present).await;
    assert_eq!(swap.unwrap_err().code(), Some(Code::InvalidArgument));
    assert_eq!(world.item("key").await, before);
}

async fn a_full_item_takes_a_ttl(world: World) {
    let largest = largest(&world, "key").await;
    world.client.set("key", vec![0; largest]).await.unwrap();
    let outcome = world.client.expire("key", Duration::from_millis(123_456_789)).await.unwrap();
    assert!(matches!(outcome, dynakv_client::ExpireOutcome::TtlSet { .. }));
    world.client.set("key", vec![1; largest]).keep_ttl().await.unwrap();
}
