//! Expiry times that a caller writes into the TTL attribute.

use dynakv_client::pb;
use dynakv_client::pb::update_action::{Kind as Change, Remove};

use super::super::on_every_backend;
use super::{names, raw_update_of, set, update, update_of, value, values};
use crate::support::{World, number};

on_every_backend!(a_ttl_set_by_hand_has_no_remainder);

fn remove() -> Change {
    Change::Remove(Remove {})
}

/// `dkv_ttl_ms` belongs to the `ttl` that the server wrote. It would make another one expire early.
async fn a_ttl_set_by_hand_has_no_remainder(world: World) {
    let later = world.seconds() + 1000;
    let values_of = |text: &str| values([(":t", number(later))].into_iter().filter(|(name, _)| text.contains(name)));
    let raw = |text: &str| {
        let names = if text.contains("#t") { names([("#t", "ttl")]) } else { names([]) };
        pb::UpdateItemRequest { values: values_of(text), names, ..raw_update_of("key", text) }
    };
    let stored = || [("ttl", number(later - 100)), ("dkv_ttl_ms", number(999)), ("a", number(1))];
    let (kept, dropped) = (Some(number(999)), None);
    for (request, expected) in [
        (update_of("key", [("ttl", set(number(later)))]), &dropped),
        (update_of("key", [("ttl", remove())]), &dropped),
        (update_of("key", [("ttl", Change::Add("60".into()))]), &dropped),
        (update_of("key", [("ttl", Change::SetIfAbsent(value(number(later))))]), &kept),
        (update_of("key", [("a", set(number(2)))]), &kept),
        (raw("SET #t = :t"), &dropped),
        (raw("SET #t = :t REMOVE a"), &dropped),
        (raw("REMOVE #t"), &dropped),
        (raw("SET #t = if_not_exists(#t, :t)"), &kept),
        (raw("REMOVE a"), &kept),
    ] {
        world.put("key", stored()).await;
        update(&world, request.clone()).await.unwrap();
        assert_eq!(world.item("key").await.unwrap().remove("dkv_ttl_ms"), *expected, "{request:?}");
    }
    // Whoever writes both means both.
    world.put("key", stored()).await;
    let both = update_of("key", [("ttl", set(number(later))), ("dkv_ttl_ms", set(number(1)))]);
    update(&world, both).await.unwrap();
    assert_eq!(world.item("key").await.unwrap()["dkv_ttl_ms"], number(1));
}
