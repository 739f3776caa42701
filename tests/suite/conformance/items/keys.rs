//! Tables with other keys than a single string: N and B, and with a sort key.

use aws_sdk_dynamodb::types::ScalarAttributeType::{B, N, S};
use aws_sdk_dynamodb::types::{AttributeValue, ScalarAttributeType};
use dynakv_client::pb;
use tonic::Code;

use super::super::on_every_backend;
use super::{assert_invalid, delete, get, item, put, refusal, set, unversioned, update, update_of, value, values};
use crate::support::{World, binary, keyed, number, string};

on_every_backend!(
    items_are_told_apart_by_both_keys,
    keys_of_every_type_work,
    keys_that_the_table_cannot_have_are_refused,
    expired_items_of_such_tables_are_absent,
);

type KeyPart = (ScalarAttributeType, AttributeValue);

#[expect(clippy::unnecessary_wraps, reason = "as the requests take it")]
fn key(partition: AttributeValue, sort: Option<AttributeValue>) -> Option<pb::ItemKey> {
    Some(pb::ItemKey { partition: Some(value(partition)), sort: sort.map(value) })
}

fn update_in(table: &str, key: Option<pb::ItemKey>, count: i32) -> pb::UpdateItemRequest {
    pb::UpdateItemRequest { table: table.to_owned(), key, ..update_of("", [("count", set(number(count)))]) }
}

async fn items_are_told_apart_by_both_keys(world: World) {
    world.create("orders", |table| keyed(table, ("customer", S), Some(("order", S)))).await;
    let keys = [("ann", "1"), ("ann", "2"), ("bob", "1")];
    for (index, (customer, order)) in (0..).zip(keys) {
        let fields = [("customer", string(customer)), ("order", string(order)), ("total", number(index))];
        let request = pb::PutItemRequest { table: "orders".into(), item: values(fields.clone()), ..Default::default() };
        assert_eq!(put(&world, request).await.unwrap().outcome(), pb::ItemOutcome::Applied);
        let stored = world.item_of("orders", item(fields.clone().into_iter().take(2))).await.unwrap();
        assert_eq!(unversioned(stored), item(fields));
    }
    for (index, (customer, order)) in (0..).zip(keys) {
        let key = key(string(customer), Some(string(order)));
        let request = pb::GetItemRequest { table: "orders".into(), key, ..Default::default() };
        assert_eq!(get(&world, request).await.unwrap().unwrap()["total"], number(index));
    }
    // Key-value calls do not use such tables.
    let entry = world.client.get("ann").table("orders").await.unwrap_err();
    assert_eq!(entry.reason(), Some(&dynakv_client::Reason::TableShape));
}

async fn keys_of_every_type_work(world: World) {
    let cases: [(&str, KeyPart, Option<KeyPart>); 3] = [
        ("readings", (N, number("-12.5")), Some((N, number("1E3")))),
        ("blobs", (B, binary(&[0, 255])), Some((B, binary(&[1])))),
        ("orders", (B, binary(&[7; 2048])), None),
    ];
    for (table, (partition_type, partition), sort) in cases {
        let (sort_type, sort) = sort.unzip();
        let define = |request| keyed(request, ("part", partition_type), sort_type.map(|of_type| ("sort", of_type)));
        world.create(table, define).await;
        let mut stored_key = item([("part", partition.clone())]);
        stored_key.extend(sort.clone().map(|sort| ("sort".to_owned(), sort)));
        let key = || key(partition.clone(), sort.clone());

        let created = update(&world, update_in(table, key(), 1)).await.unwrap();
        let stored = world.item_of(table, stored_key.clone()).await.unwrap();
        assert_eq!((&stored["count"], &stored["dkv_ver"]), (&number(1), &number(created.version())), "{table}");
        let conditional =
            pb::UpdateItemRequest { condition: "attribute_exists(part)".into(), ..update_in(table, key(), 2) };
        assert_eq!(update(&world, conditional).await.unwrap().outcome(), pb::ItemOutcome::Applied, "{table}");
        let read = pb::GetItemRequest { table: table.into(), key: key(), ..Default::default() };
        assert_eq!(get(&world, read).await.unwrap().unwrap()["count"], number(2), "{table}");
        let request = pb::DeleteItemRequest { table: table.into(), key: key(), ..Default::default() };
        assert!(delete(&world, request).await.unwrap().existed, "{table}");
        assert_eq!(world.item_of(table, stored_key).await, None, "{table}");
    }
}

async fn keys_that_the_table_cannot_have_are_refused(world: World) {
    world.create("orders", |table| keyed(table, ("customer", S), Some(("at", N)))).await;
    let long = string(&"k".repeat(1025));
    let cases = [
        ("orders", key(string("ann"), None), "key.sort"),
        ("orders", key(string("ann"), Some(string("1"))), "key.sort"),
        ("orders", key(number(1), Some(number(1))), "key.partition"),
        ("orders", key(string(""), Some(number(1))), "key.partition"),
        ("orders", key(string("ann"), Some(long)), "key.sort"),
        ("orders", key(string("ann"), Some(AttributeValue::Bool(true))), "key.sort"),
        ("entries", key(string("ann"), Some(string("1"))), "key.sort"),
        ("entries", key(binary(b"ann"), None), "key.partition"),
    ];
    for (table, key, field) in cases {
        let table = table.to_owned();
        let read = pb::GetItemRequest { table: table.clone(), key: key.clone(), ..Default::default() };
        assert_invalid(get(&world, read).await, "INVALID_FIELD", field);
        assert_invalid(update(&world, update_in(&table, key.clone(), 1)).await, "INVALID_FIELD", field);
        let request = pb::DeleteItemRequest { table, key, ..Default::default() };
        assert_invalid(delete(&world, request).await, "INVALID_FIELD", field);
    }
    let put_invalid = async |item, field: &str| {
        let request = pb::PutItemRequest { table: "orders".into(), item, ..Default::default() };
        assert_invalid(put(&world, request).await, "INVALID_FIELD", field);
    };
    put_invalid(values([("customer", string("ann"))]), r#"item["at"]"#).await;
    put_invalid(values([("customer", string("ann")), ("at", string("1"))]), r#"item["at"]"#).await;
    put_invalid(values([("customer", number(1)), ("at", number(1))]), r#"item["customer"]"#).await;

    // A configured table that DynamoDB does not have.
    let read = pb::GetItemRequest { table: "blobs".into(), key: key(string("ann"), None), ..Default::default() };
    let (code, reason, _) = refusal(get(&world, read).await);
    assert_eq!((code, reason.as_str()), (Code::FailedPrecondition, "TABLE_NOT_FOUND"));
}

async fn expired_items_of_such_tables_are_absent(world: World) {
    world.create("readings", |table| keyed(table, ("sensor", N), Some(("at", N)))).await;
    let stored_key = || item([("sensor", number(1)), ("at", number(2))]);
    let item_key = || key(number(1), Some(number(2)));
    let expired = || item([("sensor", number(1)), ("at", number(2)), ("ttl", number(1)), ("former", number(1))]);
    world.put_into("readings", expired()).await;
    let read = pb::GetItemRequest { table: "readings".into(), key: item_key(), ..Default::default() };
    assert_eq!(get(&world, read).await.unwrap(), None);

    update(&world, update_in("readings", item_key(), 1)).await.unwrap();
    let stored = unversioned(world.item_of("readings", stored_key()).await.unwrap());
    assert_eq!(stored, item([("sensor", number(1)), ("at", number(2)), ("count", number(1))]));

    world.put_into("readings", expired()).await;
    let create = pb::PutItemRequest {
        table: "readings".into(),
        item: values([("sensor", number(1)), ("at", number(2))]),
        condition: "attribute_not_exists(sensor)".into(),
        ..Default::default()
    };
    assert_eq!(put(&world, create).await.unwrap().outcome(), pb::ItemOutcome::Applied);
    assert_eq!(unversioned(world.item_of("readings", stored_key()).await.unwrap()), stored_key());
}
