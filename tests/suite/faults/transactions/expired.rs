//! Transactions that meet items which have expired but which DynamoDB has not deleted yet.

use dynakv_client::{CancelReason, Expected, Reason, Transact, TransactOperation, Transaction, pb};

use super::{WRITE, count_up, item_key};
use crate::support::faults::{Fault, What, When};
use crate::support::{World, binary, number, string};

async fn put_expired(world: &World, key: &str) {
    world.put(key, [("ttl", number(1)), ("former", string("x")), ("count", number(41))]).await;
}

fn set_absent(key: &str) -> TransactOperation {
    TransactOperation::set(key, "new").expected(Expected::Absent).return_current().into()
}

fn check_absent(key: &str) -> TransactOperation {
    let condition = "attribute_not_exists(pk)".to_owned();
    Transact::new(pb::TransactCheck { key: Some(item_key(key)), condition, ..Default::default() }).into()
}

/// Each is deleted once, then the transaction is sent again. The new items keep nothing of the old ones.
#[tokio::test]
async fn they_are_purged_and_leave_nothing_behind() {
    let world = World::embedded_in_memory().await;
    for key in ["updated", "checked"] {
        put_expired(&world, key).await;
    }
    let operations = [count_up("updated"), check_absent("checked"), set_absent("fresh")];
    assert!(world.client.transact_write(operations).await.unwrap().is_committed());
    assert_eq!((world.faults.calls("DeleteItem"), world.faults.calls(WRITE)), (2, 2));
    let item = world.item("updated").await.unwrap();
    let mut names: Vec<_> = item.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!((names, &item["count"]), (vec!["count", "dkv_ver", "pk"], &number(1)));
    assert_eq!(world.item("checked").await, None);
}

/// Operations without a condition replace or delete the item at once.
#[tokio::test]
async fn they_are_not_in_the_way_of_what_takes_no_notice() {
    let world = World::embedded_in_memory().await;
    for key in ["set", "absent", "deleted"] {
        put_expired(&world, key).await;
    }
    let set: TransactOperation = TransactOperation::set("set", "new").into();
    let delete = TransactOperation::delete("deleted").into();
    let operations = [set, delete, set_absent("absent")];
    assert!(world.client.transact_write(operations).await.unwrap().is_committed());
    assert_eq!((world.faults.calls("DeleteItem"), world.faults.calls(WRITE)), (0, 1));
    assert_eq!(world.item("set").await.unwrap().get("former"), None);
    assert_eq!(world.item("deleted").await, None);
}

/// Another writer recreates the item between the cancellation and the purge.
#[tokio::test]
async fn an_item_that_was_revived_is_not_purged() {
    let world = World::embedded_in_memory().await;
    let revive = |key: &'static str| {
        let writer = world.writer();
        world.faults.inject(Fault::none("DeleteItem", When::Before).between(move || {
            let writer = writer.clone();
            async move { writer.put(key, [("val", binary(b"revived")), ("count", number(7))]).await }
        }))
    };
    put_expired(&world, "checked").await;
    let revived = revive("checked");
    let operations = [check_absent("checked"), TransactOperation::set("entry", "new").into()];
    let Transaction::Cancelled(cancelled) = world.client.transact_write(operations).await.unwrap() else {
        panic!("the item exists")
    };
    assert_eq!(revived.times(), 1);
    assert_eq!([cancelled[0].reason, cancelled[1].reason], [CancelReason::ConditionFailed, CancelReason::None]);
    assert_eq!(world.item("checked").await.unwrap()["val"], binary(b"revived"));
    assert_eq!(world.item("entry").await, None);

    put_expired(&world, "updated").await;
    let revived = revive("updated");
    assert!(world.client.transact_write([count_up("updated")]).await.unwrap().is_committed());
    assert_eq!(revived.times(), 1);
    let item = world.item("updated").await.unwrap();
    assert_eq!((&item["val"], &item["count"]), (&binary(b"revived"), &number(8)));
}

/// Deleting an expired item twice has the same effect as once.
#[tokio::test]
async fn a_purge_may_lose_its_answer() {
    let world = World::embedded_in_memory().await;
    for (index, when) in [When::Before, When::After].into_iter().enumerate() {
        let key = format!("key-{index}");
        put_expired(&world, &key).await;
        world.faults.inject(Fault::new("DeleteItem", when, What::Reset));
        assert!(world.client.transact_write([count_up(&key)]).await.unwrap().is_committed());
        assert_eq!(world.item(&key).await.unwrap()["count"], number(1));
    }
}

#[tokio::test]
async fn a_purge_that_fails_for_good_leaves_no_doubt() {
    let world = World::embedded_in_memory().await;
    put_expired(&world, "key").await;
    let before = world.item("key").await;
    world.faults.inject(Fault::new("DeleteItem", When::Before, What::Status500).times(usize::MAX));
    let error = world.client.transact_write([count_up("key")]).await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::BackendUnavailable), "{error:?}");
    assert_eq!(error.failure().unwrap().metadata("outcome"), Some("NOT_APPLIED"));
    assert_eq!(world.item("key").await, before);
}
