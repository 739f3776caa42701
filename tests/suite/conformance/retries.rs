//! A client that retries a call with the same `request_id` after a lost response.

use std::time::Duration;

use dynakv_client::{Expected, ExpireOutcome, PersistOutcome, Swap};
use uuid::Uuid;

use super::on_every_backend;
use crate::support::World;

on_every_backend!(
    a_repeated_swap_is_recognised,
    a_repeated_swap_is_not_recognised_after_another_write,
    the_same_id_with_another_payload_is_another_write,
    a_repeated_increment_counts_once,
    a_repeated_persist_says_the_same,
    a_repeated_set_does_not_show_itself_as_previous,
);

async fn a_repeated_swap_is_recognised(world: World) {
    let version = world.client.set("key", "old").await.unwrap().version;
    for expected in [Expected::Version(version), Expected::value("new"), Expected::Present] {
        let id = Uuid::new_v4();
        let call = || world.client.compare_and_set("key", "new", expected.clone()).request_id(id);
        let first = call().await.unwrap();
        assert!(matches!(first, Swap::Swapped { .. }), "{expected:?}: {first:?}");
        assert_eq!(call().await.unwrap(), first, "{expected:?}");
    }
    let id = Uuid::new_v4();
    let call =
        || world.client.compare_and_set("lock", "me", Expected::Absent).ttl(Duration::from_secs(5)).request_id(id);
    let first = call().await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(call().await.unwrap(), first, "the lock is mine, and expires when it was to");
}

async fn a_repeated_swap_is_not_recognised_after_another_write(world: World) {
    let id = Uuid::new_v4();
    let call = || world.client.compare_and_set("lock", "me", Expected::Absent).request_id(id);
    call().await.unwrap();
    world.client.set("lock", "somebody else").await.unwrap();
    assert_eq!(call().await.unwrap(), Swap::NotSwapped { current: None });
}

async fn the_same_id_with_another_payload_is_another_write(world: World) {
    let id = Uuid::new_v4();
    let call = |value: &'static str| world.client.compare_and_set("key", value, Expected::Absent).request_id(id);
    assert!(matches!(call("one").await.unwrap(), Swap::Swapped { .. }));
    assert_eq!(call("two").await.unwrap(), Swap::NotSwapped { current: None });
    let on_another_table = call("one").table("other").await.unwrap();
    assert!(matches!(on_another_table, Swap::Swapped { .. }));
}

async fn a_repeated_increment_counts_once(world: World) {
    for _creates_then_adds in 0..3 {
        let id = Uuid::new_v4();
        let first = world.client.increment("key").request_id(id).await.unwrap();
        let second = world.client.increment("key").request_id(id).await.unwrap();
        assert_eq!(first, second);
    }
    assert_eq!(world.client.increment("key").by(0).await.unwrap().value, 3);
}

async fn a_repeated_persist_says_the_same(world: World) {
    world.client.set("key", "").ttl(Duration::from_mins(1)).await.unwrap();
    let id = Uuid::new_v4();
    let first = world.client.persist("key").request_id(id).await.unwrap();
    assert!(matches!(first, PersistOutcome::TtlRemoved { .. }));
    assert_eq!(world.client.persist("key").request_id(id).await.unwrap(), first);

    let id = Uuid::new_v4();
    let first = world.client.expire("key", Duration::from_mins(1)).request_id(id).await.unwrap();
    assert!(matches!(first, ExpireOutcome::TtlSet { .. }));
    assert_eq!(world.client.expire("key", Duration::from_mins(1)).request_id(id).await.unwrap(), first);
}

async fn a_repeated_set_does_not_show_itself_as_previous(world: World) {
    world.client.set("key", "old").await.unwrap();
    let id = Uuid::new_v4();
    let call = || world.client.set("key", "new").return_previous().request_id(id);
    assert_eq!(call().await.unwrap().previous.unwrap().text(), Some("old"));
    let again = call().await.unwrap();
    assert_eq!((again.previous, again.previous_lost), (None, true));
}
