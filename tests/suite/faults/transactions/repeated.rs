//! The same transaction in two calls: the caller has lost the response or timed out.

use std::time::Duration;

use dynakv_client::{Expected, Transact, TransactOperation, Transaction, pb};
use uuid::Uuid;

use super::{count_up, item, s};
use crate::support::{World, number};

async fn write(world: &World, id: Uuid, operations: Vec<TransactOperation>) -> Transaction {
    world.client.transact_write(operations).request_id(id).await.unwrap()
}

#[tokio::test]
async fn a_repeat_a_second_later_commits_once() {
    let world = World::embedded_in_memory().await;
    let minute = Duration::from_mins(1);
    let put = || {
        let ttl = Some(prost_types::Duration { seconds: 60, nanos: 0 });
        let condition = "attribute_not_exists(pk)".to_owned();
        let item = item([("pk", s("item")), ("state", s("new"))]);
        Transact::new(pb::TransactPutItem { item, ttl, condition, ..Default::default() }).into()
    };
    let kinds: [&dyn Fn() -> TransactOperation; 4] = [
        &|| TransactOperation::set("set", "value").ttl(minute).into(),
        &|| TransactOperation::set("absent", "value").expected(Expected::Absent).into(),
        &put,
        &|| count_up("updated"),
    ];
    for operation in kinds {
        let id = Uuid::new_v4();
        let operations = || vec![operation(), TransactOperation::delete("gone").into()];
        let Transaction::Committed(first) = write(&world, id, operations()).await else { panic!("nothing is there") };
        world.clock.advance(Duration::from_secs(1));
        let Transaction::Committed(again) = write(&world, id, operations()).await else { panic!("it was committed") };
        assert_eq!(first[0].version, again[0].version);
    }
    assert_eq!(world.item("updated").await.unwrap()["count"], number(1));
}

/// A reused `request_id` with other operations is another transaction, even if one of them is the same.
#[tokio::test]
async fn a_repeat_with_more_in_it_is_another_transaction() {
    let world = World::embedded_in_memory().await;
    let id = Uuid::new_v4();
    let set = || TransactOperation::set("entry", "value").into();
    assert!(write(&world, id, vec![set()]).await.is_committed());
    assert!(write(&world, id, vec![set(), count_up("tally")]).await.is_committed());
    assert_eq!(world.item("tally").await.map(|item| item["count"].clone()), Some(number(1)));
}
