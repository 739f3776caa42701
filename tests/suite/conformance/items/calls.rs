//! The four calls and their responses.

use std::time::Duration;

use dynakv_client::pb;
use dynakv_client::pb::update_action::Kind as Change;
use dynakv_client::pb::{ItemOutcome, ReturnValues};
use uuid::Uuid;

use super::super::on_every_backend;
use super::{
    assert_invalid, canonical, delete, get, item, item_of, key_of, put, put_of, refusal, set, stub, unversioned,
    update, update_of, values,
};
use crate::support::{Item, World, number, string};

on_every_backend!(
    an_item_is_put_read_and_deleted,
    a_put_replaces_the_whole_item,
    a_put_with_a_ttl_expires,
    each_return_value_is_what_it_says,
    puts_and_deletes_return_only_what_was,
    a_delete_may_leave_open_whether_there_was_an_item,
    every_write_makes_a_new_version,
    a_repeat_is_recognised,
    capacity_is_counted_if_asked_for,
    what_may_not_be_written_is_refused,
    ver_and_ttl_ms_are_the_callers,
);

fn asked(return_values: ReturnValues) -> i32 {
    return_values.into()
}

async fn an_item_is_put_read_and_deleted(world: World) {
    let written = put(&world, put_of("key", [("name", string("n"))])).await.unwrap();
    assert_eq!((written.outcome(), written.attributes.clone()), (ItemOutcome::Applied, None));
    assert_eq!(world.version("key").await.as_str(), written.version());

    let read = |key: &str| pb::GetItemRequest { key: key_of(key), consistent_read: true, ..Default::default() };
    let expected = item([("pk", string("key")), ("name", string("n")), ("dkv_ver", number(written.version()))]);
    assert_eq!(get(&world, read("key")).await.unwrap().unwrap(), expected);
    assert_eq!(get(&world, read("other")).await.unwrap(), None);

    let request = || pb::DeleteItemRequest { key: key_of("key"), ..Default::default() };
    let deleted = delete(&world, request()).await.unwrap();
    assert_eq!((deleted.outcome(), deleted.existed, deleted.attributes), (ItemOutcome::Applied, true, None));
    assert_eq!(world.item("key").await, None);
    let again = delete(&world, request()).await.unwrap();
    assert_eq!((again.outcome(), again.existed), (ItemOutcome::Applied, false));
}

async fn a_put_replaces_the_whole_item(world: World) {
    world.client.set("key", "value").ttl(Duration::from_mins(1)).await.unwrap();
    put(&world, put_of("key", [("only", number(1))])).await.unwrap();
    let stored = unversioned(world.item("key").await.unwrap());
    assert_eq!(stored, item([("pk", string("key")), ("only", number(1))]));
}

async fn a_put_with_a_ttl_expires(world: World) {
    let ttl = Some(prost_types::Duration { seconds: 5, nanos: 0 });
    let written = put(&world, pb::PutItemRequest { ttl, ..put_of("key", []) }).await.unwrap();
    assert_eq!(world.client.get("key").await.unwrap().unwrap().expire_time, {
        let time = written.expire_time.unwrap();
        Some(std::time::SystemTime::try_from(time).unwrap())
    });
    world.clock.advance(Duration::from_secs(5));
    let request = pb::GetItemRequest { key: key_of("key"), ..Default::default() };
    assert_eq!(get(&world, request).await.unwrap(), None);
}

async fn each_return_value_is_what_it_says(world: World) {
    let before = || [("count", number(1)), ("gone", string("x")), ("kept", string("k"))];
    let request = |return_values| pb::UpdateItemRequest {
        return_values: asked(return_values),
        ..update_of(
            "key",
            [
                ("count", Change::Add("1".into())),
                ("gone", Change::Remove(pb::update_action::Remove {})),
                ("new", set(string("n"))),
            ],
        )
    };
    let (pk, kept) = (("pk", string("key")), ("kept", string("k")));
    let (old, new) = ([("count", number(1)), ("gone", string("x"))], [("count", number(2)), ("new", string("n"))]);
    let all = |fields: [(&'static str, _); 2]| item(fields.into_iter().chain([pk.clone(), kept.clone()]));
    let cases = [
        (ReturnValues::Unspecified, None),
        (ReturnValues::None, None),
        (ReturnValues::AllOld, Some(all(old.clone()))),
        (ReturnValues::UpdatedOld, Some(item(old))),
        (ReturnValues::AllNew, Some(all(new.clone()))),
        (ReturnValues::UpdatedNew, Some(item(new))),
    ];
    for (return_values, expected) in cases {
        world.put("key", before()).await;
        let answer = update(&world, request(return_values)).await.unwrap();
        let shows_version = matches!(return_values, ReturnValues::AllNew | ReturnValues::UpdatedNew);
        let attributes = answer.attributes.clone().map(item_of);
        if shows_version {
            assert_eq!(attributes.as_ref().unwrap()["dkv_ver"], number(answer.version()), "{return_values:?}");
        }
        assert_eq!(attributes.map(unversioned), expected, "{return_values:?}");
        assert!(!answer.attributes_lost);

        // An item that did not exist has no old attributes.
        delete(&world, pb::DeleteItemRequest { key: key_of("key"), ..Default::default() }).await.unwrap();
        let answer = update(&world, request(return_values)).await.unwrap();
        assert_eq!(answer.attributes.is_some(), shows_version, "{return_values:?}");
    }
}

async fn a_delete_may_leave_open_whether_there_was_an_item(world: World) {
    let request = || pb::DeleteItemRequest { key: key_of("key"), omit_existed: true, ..Default::default() };
    for return_consumed_capacity in [false, true] {
        put(&world, put_of("key", [])).await.unwrap();
        for _ in 0..2 {
            let deleted =
                delete(&world, pb::DeleteItemRequest { return_consumed_capacity, ..request() }).await.unwrap();
            assert_eq!((deleted.outcome(), deleted.existed), (ItemOutcome::Applied, false));
            assert_eq!(deleted.consumed_capacity.is_some(), return_consumed_capacity);
            assert_eq!(world.item("key").await, None);
        }
    }
    let condition = "attribute_exists(pk)".to_owned();
    let with_condition = delete(&world, pb::DeleteItemRequest { condition, ..request() }).await;
    assert_invalid(with_condition, "INVALID_FIELD", "omit_existed");
    let with_old = delete(&world, pb::DeleteItemRequest { return_values: asked(ReturnValues::AllOld), ..request() });
    assert_invalid(with_old.await, "INVALID_FIELD", "omit_existed");
}

async fn puts_and_deletes_return_only_what_was(world: World) {
    let put_request =
        |return_values: i32| pb::PutItemRequest { return_values, ..put_of("key", [("count", number(2))]) };
    let delete_request =
        |return_values: i32| pb::DeleteItemRequest { key: key_of("key"), return_values, ..Default::default() };
    let all_old = asked(ReturnValues::AllOld);

    assert_eq!(put(&world, put_request(all_old)).await.unwrap().attributes, None);
    let first = world.item("key").await.unwrap();
    let shown = put(&world, put_request(all_old)).await.unwrap().attributes;
    assert_eq!(shown.map(item_of), Some(first));
    assert_eq!(put(&world, put_request(asked(ReturnValues::None))).await.unwrap().attributes, None);

    let before = world.item("key").await.unwrap();
    for refused in [ReturnValues::UpdatedOld, ReturnValues::AllNew, ReturnValues::UpdatedNew] {
        assert_invalid(put(&world, put_request(asked(refused))).await, "INVALID_FIELD", "return_values");
        assert_invalid(delete(&world, delete_request(asked(refused))).await, "INVALID_FIELD", "return_values");
    }
    for unknown in [-1, 6] {
        assert_invalid(put(&world, put_request(unknown)).await, "INVALID_FIELD", "return_values");
        assert_invalid(delete(&world, delete_request(unknown)).await, "INVALID_FIELD", "return_values");
        let request = pb::UpdateItemRequest { return_values: unknown, ..update_of("key", [("a", set(number(1)))]) };
        assert_invalid(update(&world, request).await, "INVALID_FIELD", "return_values");
    }
    assert_eq!(world.item("key").await.as_ref(), Some(&before), "nothing that was refused happened");
    let deleted = delete(&world, delete_request(all_old)).await.unwrap();
    assert_eq!(deleted.attributes.map(item_of), Some(before));
    assert_eq!(delete(&world, delete_request(all_old)).await.unwrap().attributes, None);
}

/// Every write of ItemService changes what key-value calls check.
async fn every_write_makes_a_new_version(world: World) {
    let first = world.client.set("key", "value").await.unwrap().version;
    let updated = update(&world, update_of("key", [("beside", set(number(1)))])).await.unwrap();
    let second = world.version("key").await;
    assert_eq!((second.as_str(), second != first), (updated.version(), true));
    let expected = dynakv_client::Expected::Version(first);
    let swap = world.client.compare_and_set("key", "other", expected).await.unwrap();
    assert!(matches!(swap, dynakv_client::Swap::NotSwapped { .. }), "{swap:?}");
    assert_eq!(world.client.get("key").await.unwrap().unwrap().text(), Some("value"));

    let put_again = put(&world, put_of("key", [])).await.unwrap();
    assert_eq!(world.version("key").await.as_str(), put_again.version());
    assert_ne!(put_again.version(), updated.version());
    // A call that does not repeat an earlier one writes a new version, whatever it writes.
    assert_ne!(put(&world, put_of("key", [])).await.unwrap().version(), put_again.version());
}

async fn a_repeat_is_recognised(world: World) {
    let request_id = || Uuid::new_v4().to_string();
    let create = pb::PutItemRequest {
        condition: "attribute_not_exists(pk)".into(),
        ttl: Some(prost_types::Duration { seconds: 60, nanos: 0 }),
        request_id: request_id(),
        ..put_of("created", [])
    };
    let first = put(&world, create.clone()).await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(put(&world, create.clone()).await.unwrap(), first, "the TTL began with the first");
    let other_payload = pb::PutItemRequest { item: put_of("created", [("a", number(1))]).item, ..create };
    assert_eq!(put(&world, other_payload).await.unwrap().outcome(), ItemOutcome::ConditionFailed);

    for (return_values, is_lost) in [
        (ReturnValues::None, false),
        (ReturnValues::AllOld, true),
        (ReturnValues::UpdatedOld, true),
        (ReturnValues::AllNew, false),
        (ReturnValues::UpdatedNew, true),
    ] {
        let key = format!("{return_values:?}");
        let count = pb::UpdateItemRequest {
            request_id: request_id(),
            return_values: asked(return_values),
            ..update_of(&key, [("count", Change::Add("1".into()))])
        };
        let first = update(&world, count.clone()).await.unwrap();
        let again = update(&world, count).await.unwrap();
        assert_eq!((again.outcome(), again.version()), (ItemOutcome::Applied, first.version()));
        assert_eq!(again.attributes_lost, is_lost, "{key}");
        let shown = if return_values == ReturnValues::AllNew { first.attributes } else { None };
        assert_eq!(again.attributes, shown, "{key}");
        assert_eq!(world.item(&key).await.unwrap()["count"], number(1), "counted once");
    }

    let replace = pb::PutItemRequest {
        request_id: request_id(),
        return_values: asked(ReturnValues::AllOld),
        ..put_of("created", [])
    };
    assert!(put(&world, replace.clone()).await.unwrap().attributes.is_some());
    let again = put(&world, replace).await.unwrap();
    assert_eq!((again.attributes, again.attributes_lost), (None, true), "its own item is not what it replaced");
}

async fn capacity_is_counted_if_asked_for(world: World) {
    let return_consumed_capacity = true;
    let put_request = pb::PutItemRequest { return_consumed_capacity, ..put_of("key", []) };
    let update_request =
        pb::UpdateItemRequest { return_consumed_capacity, ..update_of("key", [("count", set(number(1)))]) };
    let delete_request = pb::DeleteItemRequest { key: key_of("key"), return_consumed_capacity, ..Default::default() };
    let get_request = |consistent_read| pb::GetItemRequest {
        key: key_of("key"),
        consistent_read,
        return_consumed_capacity: true,
        ..Default::default()
    };
    assert_eq!(put(&world, put_of("key", [])).await.unwrap().consumed_capacity, None);
    let put_units = put(&world, put_request).await.unwrap().consumed_capacity.unwrap().capacity_units;
    let update_units = update(&world, update_request.clone()).await.unwrap().consumed_capacity.unwrap().capacity_units;
    assert!((put_units - 1.0).abs() < f64::EPSILON && (update_units - 1.0).abs() < f64::EPSILON);
    let read = stub(&world).get_item(get_request(true)).await.unwrap().into_inner().consumed_capacity.unwrap();
    assert!(read.capacity_units > 0.0);
    let deleted = delete(&world, delete_request).await.unwrap().consumed_capacity.unwrap();
    assert!((deleted.capacity_units - 1.0).abs() < f64::EPSILON);

    // The purge of an expired item counts too.
    world.put("key", [("ttl", number(1))]).await;
    let purged = update(&world, update_request).await.unwrap().consumed_capacity.unwrap();
    assert!((purged.capacity_units - 2.0).abs() < f64::EPSILON, "{purged:?}");
}

async fn what_may_not_be_written_is_refused(world: World) {
    let put_invalid = async |request: pb::PutItemRequest, field: &str| {
        assert_invalid(put(&world, request).await, "INVALID_FIELD", field);
    };
    let ttl = Some(prost_types::Duration { seconds: 5, nanos: 0 });
    put_invalid(put_of("key", [("dkv_ver", number(1))]), r#"item["dkv_ver"]"#).await;
    put_invalid(pb::PutItemRequest { ttl, ..put_of("key", [("ttl", number(1))]) }, r#"item["ttl"]"#).await;
    put_invalid(pb::PutItemRequest { ttl, ..put_of("key", [("dkv_ttl_ms", number(1))]) }, r#"item["dkv_ttl_ms"]"#)
        .await;
    put_invalid(pb::PutItemRequest { item: values([("a", number(1))]), ..Default::default() }, r#"item["pk"]"#).await;
    put_invalid(pb::PutItemRequest { item: values([("pk", number(1))]), ..Default::default() }, r#"item["pk"]"#).await;
    put_invalid(put_of("", []), r#"item["pk"]"#).await;
    put_invalid(put_of(&"k".repeat(2049), []), r#"item["pk"]"#).await;
    put_invalid(pb::PutItemRequest { request_id: "7".into(), ..put_of("key", []) }, "request_id").await;
    for path in ["pk", "dkv_ver", "dkv_ver.a", r#""pk""#] {
        assert_invalid(update(&world, update_of("key", [(path, set(number(1)))])).await, "INVALID_FIELD", "actions");
    }
    let none = pb::UpdateItemRequest { key: key_of("key"), ..Default::default() };
    assert_invalid(update(&world, none).await, "INVALID_FIELD", "update");
    assert_invalid(update(&world, update_of("key", [])).await, "INVALID_FIELD", "actions.actions");
    assert_invalid(delete(&world, pb::DeleteItemRequest::default()).await, "INVALID_FIELD", "key");
    assert_invalid(get(&world, pb::GetItemRequest::default()).await, "INVALID_FIELD", "key");
    let nowhere = pb::GetItemRequest { table: "nowhere".into(), key: key_of("key"), ..Default::default() };
    assert_eq!(refusal(get(&world, nowhere).await).1, "TABLE_NOT_CONFIGURED");
    assert_eq!(world.item("key").await.map(canonical), None::<Item>);
}

/// Applications have attributes of these names, and DynaKV writes over none.
async fn ver_and_ttl_ms_are_the_callers(world: World) {
    let theirs = [("ver", number(7)), ("ttl_ms", string("theirs"))];
    put(&world, put_of("key", theirs.clone())).await.unwrap();
    update(&world, update_of("key", [("n", set(number(1)))])).await.unwrap();
    world.client.expire("key", Duration::from_millis(1_500)).await.unwrap();
    world.client.persist("key").await.unwrap();
    let expected = item(theirs.into_iter().chain([("pk", string("key")), ("n", number(1))]));
    assert_eq!(unversioned(world.item("key").await.unwrap()), expected);

    update(&world, update_of("key", [("ver", set(number(8)))])).await.unwrap();
    assert_eq!(world.item("key").await.unwrap()["ver"], number(8));
}
