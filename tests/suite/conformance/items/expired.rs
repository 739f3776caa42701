//! An expired item does not exist, and none of its attributes survive.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynakv_client::pb;
use dynakv_client::pb::update_action::Kind as Change;
use dynakv_client::pb::{ItemOutcome, ReturnValues};

use super::super::on_every_backend;
use super::{
    delete, get, item, item_of, key_of, put, put_of, raw_update_of, set, unversioned, update, update_of, values,
};
use crate::support::{World, number, string};

on_every_backend!(
    it_is_not_read,
    a_put_sees_nothing_of_it,
    an_update_starts_afresh,
    a_delete_does_not_count_it,
    conditions_find_nothing,
    it_expires_to_the_millisecond,
);

fn expired() -> [(&'static str, AttributeValue); 4] {
    [("ttl", number(1)), ("former", string("x")), ("count", number(41)), ("dkv_ver", number(7))]
}

const ALL_OLD: i32 = ReturnValues::AllOld as i32;

async fn it_is_not_read(world: World) {
    world.put("key", expired()).await;
    for projection in ["", "former", "former, #c", "#t", "#t.a", "pk", "absent"] {
        let mut request =
            pb::GetItemRequest { key: key_of("key"), projection: projection.into(), ..Default::default() };
        for (alias, name) in [("#c", "count"), ("#t", "ttl")] {
            if projection.contains(alias) {
                request.names.insert(alias.to_owned(), name.to_owned());
            }
        }
        assert_eq!(get(&world, request).await.unwrap(), None, "{projection:?}");
    }
}

async fn a_put_sees_nothing_of_it(world: World) {
    world.put("key", expired()).await;
    let request = pb::PutItemRequest { return_values: ALL_OLD, ..put_of("key", [("new", number(1))]) };
    let answer = put(&world, request.clone()).await.unwrap();
    assert_eq!((answer.attributes, answer.attributes_lost), (None, false));
    let expected = item([("pk", string("key")), ("new", number(1))]);
    assert_eq!(unversioned(world.item("key").await.unwrap()), expected);

    world.put("key", expired()).await;
    let condition = "attribute_not_exists(former)".to_owned();
    let answer = put(&world, pb::PutItemRequest { condition, ..request }).await.unwrap();
    assert_eq!((answer.outcome(), answer.attributes), (ItemOutcome::Applied, None));
    assert_eq!(unversioned(world.item("key").await.unwrap()), expected);
}

async fn an_update_starts_afresh(world: World) {
    let add = || update_of("key", [("count", Change::Add("1".into()))]);
    let raw = pb::UpdateItemRequest { values: values([(":one", number(1))]), ..raw_update_of("key", "ADD #c :one") };
    let raw = pb::UpdateItemRequest { names: super::names([("#c", "count")]), ..raw };
    let conditional = pb::UpdateItemRequest { condition: "attribute_not_exists(former)".into(), ..add() };
    for request in [add(), raw, conditional] {
        for return_values in [ReturnValues::AllOld, ReturnValues::UpdatedOld, ReturnValues::AllNew] {
            world.put("key", expired()).await;
            let request = pb::UpdateItemRequest { return_values: return_values.into(), ..request.clone() };
            let answer = update(&world, request).await.unwrap();
            assert_eq!(answer.outcome(), ItemOutcome::Applied);
            let expected = item([("pk", string("key")), ("count", number(1))]);
            assert_eq!(unversioned(world.item("key").await.unwrap()), expected);
            let shown = answer.attributes.map(item_of).map(unversioned);
            assert_eq!(shown, (return_values == ReturnValues::AllNew).then_some(expected), "{return_values:?}");
        }
    }
}

async fn a_delete_does_not_count_it(world: World) {
    for condition in ["", "attribute_not_exists(former)"] {
        world.put("key", expired()).await;
        let request = pb::DeleteItemRequest {
            key: key_of("key"),
            return_values: ALL_OLD,
            condition: condition.into(),
            ..Default::default()
        };
        let answer = delete(&world, request).await.unwrap();
        assert_eq!((answer.outcome(), answer.existed, answer.attributes), (ItemOutcome::Applied, false, None));
        assert_eq!(world.item("key").await, None, "{condition:?}");
    }
}

async fn conditions_find_nothing(world: World) {
    for condition in ["attribute_exists(pk)", "former = :x", "NOT attribute_not_exists(former)"] {
        let values = || if condition.contains(":x") { values([(":x", string("x"))]) } else { values([]) };
        let condition = || condition.to_owned();
        let put_request =
            pb::PutItemRequest { condition: condition(), values: values(), return_current: true, ..put_of("key", []) };
        world.put("key", expired()).await;
        let answer = put(&world, put_request).await.unwrap();
        assert_eq!((answer.outcome(), answer.current), (ItemOutcome::ConditionFailed, None));

        let update_request = pb::UpdateItemRequest {
            condition: condition(),
            values: values(),
            return_current: true,
            ..update_of("key", [("a", set(number(1)))])
        };
        world.put("key", expired()).await;
        let answer = update(&world, update_request).await.unwrap();
        assert_eq!((answer.outcome(), answer.current), (ItemOutcome::ConditionFailed, None));

        let delete_request = pb::DeleteItemRequest {
            key: key_of("key"),
            condition: condition(),
            values: values(),
            return_current: true,
            ..Default::default()
        };
        world.put("key", expired()).await;
        let answer = delete(&world, delete_request).await.unwrap();
        assert_eq!((answer.outcome(), answer.existed, answer.current), (ItemOutcome::ConditionFailed, false, None));
    }
}

async fn it_expires_to_the_millisecond(world: World) {
    let ttl = Some(prost_types::Duration { seconds: 1, nanos: 500_000_000 });
    put(&world, pb::PutItemRequest { ttl, ..put_of("key", [("count", number(1))]) }).await.unwrap();
    let add = || update_of("key", [("count", Change::Add("1".into()))]);
    world.clock.advance(Duration::from_millis(1499));
    update(&world, add()).await.unwrap();
    assert_eq!(world.item("key").await.unwrap()["count"], number(2));
    world.clock.advance(Duration::from_millis(1));
    update(&world, add()).await.unwrap();
    let stored = unversioned(world.item("key").await.unwrap());
    assert_eq!(stored, item([("pk", string("key")), ("count", number(1))]), "without a TTL, too");
}
