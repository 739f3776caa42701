//! A table that is deleted and created again with another key. Nothing of the old one is remembered.

use dynakv_client::{Code, ItemKey, KeyAttribute, KeyType, Reason, Snapshot, TransactRead};

use super::{UNMADE, is, unmade};
use crate::conformance::on_every_backend;
use crate::support::{World, number, string};

on_every_backend!(
    another_key_is_seen_at_once,
    what_another_program_made_anew_is_seen_after_one_failure,
    names_that_are_made_up_are_forgotten_too,
);

/// Reads the item with this key in the table.
async fn read(world: &World, table: &str, key: impl Into<ItemKey>) -> Result<Snapshot, dynakv_client::Error> {
    let mut read = world.client.transact_get([TransactRead::item(key).table(table)]).await?;
    Ok(read.remove(0))
}

async fn another_key_is_seen_at_once(world: World) {
    world.client.set("key", "value").table(UNMADE).await.unwrap();
    assert!(matches!(read(&world, UNMADE, "key").await.unwrap(), Snapshot::Item(_)));
    unmade(&world).await;

    let create = world.client.create_table().table(UNMADE).partition_key("tenant");
    create.sort_key(KeyAttribute::new("number", KeyType::N)).await.unwrap();
    world.put_into_other([("tenant", string("a")), ("number", number(7))]).await;
    let Snapshot::Item(item) = read(&world, UNMADE, ("a", 7)).await.unwrap() else { panic!("no item") };
    assert_eq!(item["number"], 7.into());
    let error = read(&world, UNMADE, "key").await.unwrap_err();
    is(&error, Code::InvalidArgument, &Reason::InvalidField);
    assert_eq!(error.failure().unwrap().fields()[0].field, "operations[0].item_key.sort");
    let error = world.client.get("key").table(UNMADE).await.unwrap_err();
    is(&error, Code::FailedPrecondition, &Reason::TableShape);

    unmade(&world).await;
    world.client.create_table().table(UNMADE).await.unwrap();
    world.client.set("key", "again").table(UNMADE).await.unwrap();
    assert!(matches!(read(&world, UNMADE, "key").await.unwrap(), Snapshot::Item(_)));
}

async fn what_another_program_made_anew_is_seen_after_one_failure(world: World) {
    world.client.set("key", "value").table(UNMADE).await.unwrap();
    assert!(matches!(read(&world, UNMADE, "key").await.unwrap(), Snapshot::Item(_)));
    world.make_other_anew(("tenant", "number")).await;
    world.put_into_other([("tenant", string("a")), ("number", number(7))]).await;

    read(&world, UNMADE, "key").await.unwrap_err();
    assert!(matches!(read(&world, UNMADE, ("a", 7)).await.unwrap(), Snapshot::Item(_)));
}

async fn names_that_are_made_up_are_forgotten_too(world: World) {
    if !world.has_any_table {
        return;
    }
    for round in 0..3 {
        world.client.create_table().table("ad-hoc").await.unwrap();
        world.client.set("key", "value").table("ad-hoc").await.unwrap();
        assert!(matches!(read(&world, "ad-hoc", "key").await.unwrap(), Snapshot::Item(_)), "{round}");
        world.client.delete_table("ad-hoc").await.unwrap();

        world.client.create_table().table("ad-hoc").partition_key("a").sort_key("b").await.unwrap();
        assert_eq!(read(&world, "ad-hoc", ("x", "y")).await.unwrap(), Snapshot::Absent);
        let error = world.client.get("key").table("ad-hoc").await.unwrap_err();
        is(&error, Code::FailedPrecondition, &Reason::TableShape);
        world.client.delete_table("ad-hoc").await.unwrap();
    }
}
