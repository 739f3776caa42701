use std::time::Duration;

use dynakv_client::{Deletion, Expected};

use super::on_every_backend;
use crate::support::World;

on_every_backend!(
    delete_says_whether_there_was_an_entry,
    a_delete_may_leave_open_whether_there_was_an_entry,
    an_expired_entry_does_not_count,
    a_lock_is_released_by_its_holder
);

async fn delete_says_whether_there_was_an_entry(world: World) {
    world.client.set("key", "").await.unwrap();
    assert!(world.client.delete("key").await.unwrap());
    assert!(!world.client.delete("key").await.unwrap());
    assert_eq!(world.client.get("key").await.unwrap(), None);
}

async fn a_delete_may_leave_open_whether_there_was_an_entry(world: World) {
    world.client.set("key", "").await.unwrap();
    assert!(!world.client.delete("key").omit_existed().await.unwrap());
    assert_eq!(world.item("key").await, None);
    assert!(!world.client.delete("key").omit_existed().await.unwrap());
}

async fn an_expired_entry_does_not_count(world: World) {
    world.client.set("key", "").ttl(Duration::from_secs(1)).await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    assert!(!world.client.delete("key").await.unwrap());
    assert_eq!(world.item("key").await, None, "it is gone from the table all the same");
}

async fn a_lock_is_released_by_its_holder(world: World) {
    let mine = world.client.set("lock", "me").ttl(Duration::from_secs(5)).await.unwrap().version;
    world.clock.advance(Duration::from_secs(5));
    world.client.set("lock", "somebody else").await.unwrap();
    let release = || world.client.compare_and_delete("lock", Expected::Version(mine.clone()));
    assert_eq!(release().await.unwrap(), Deletion::NotDeleted { current: None });
    let Deletion::NotDeleted { current } = release().return_current().await.unwrap() else { panic!("deleted") };
    assert_eq!(current.unwrap().text(), Some("somebody else"));
}
