//! An application's own attribute under the name of the version: no partial update overwrites it.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynakv_client::pb::update_action::Kind as Change;
use dynakv_client::pb::{self, transact_write_response};
use dynakv_client::{Expected, PersistOutcome, Reason, Swap};
use tonic_types::StatusExt;

use super::items::{key_of, update, update_of};
use super::on_every_backend;
use crate::support::{World, binary, number, string};

on_every_backend!(
    partial_updates_of_entries_leave_it_alone,
    a_write_that_fails_in_any_case_says_why,
    update_item_leaves_it_alone,
    a_transaction_with_an_update_is_cancelled,
    whole_writes_replace_it,
    versions_are_at_least_two_to_the_61,
    an_expired_item_is_absent_whatever_its_version,
);

/// What an application may store as a version of its own.
fn foreign() -> Vec<AttributeValue> {
    vec![
        string("1.4.2"),
        number(7),
        number(0),
        number(-1),
        number("1.5"),
        number((1_i64 << 61) - 1),
        number("9223372036854775808"),
        binary(b"7"),
        AttributeValue::Bool(true),
        AttributeValue::L(vec![number(1_i64 << 61)]),
    ]
}

async fn partial_updates_of_entries_leave_it_alone(world: World) {
    for version in foreign() {
        let ttl = number(world.seconds() + 1000);
        world.put("key", [("val", binary(b"value")), ("ttl", ttl.clone()), ("dkv_ver", version.clone())]).await;
        world.put("counter", [("val", number(5)), ("dkv_ver", version.clone())]).await;
        let before = (world.item("key").await, world.item("counter").await);
        let client = &world.client;
        let errors = [
            client.expire("key", Duration::from_secs(5)).await.unwrap_err(),
            client.persist("key").await.unwrap_err(),
            client.set("key", "new").keep_ttl().await.unwrap_err(),
            client.compare_and_set("key", "new", Expected::Present).keep_ttl().await.unwrap_err(),
            client.compare_and_set("key", "new", Expected::value("value")).keep_ttl().await.unwrap_err(),
            client.increment("counter").await.unwrap_err(),
        ];
        for (index, error) in errors.iter().enumerate() {
            assert_eq!(error.reason(), Some(&Reason::UnexpectedAttributeType), "call {index}, {version:?}");
        }
        assert_eq!((world.item("key").await, world.item("counter").await), before, "{version:?}");
    }
}

/// The caller learns first what would be so without the foreign version too.
async fn a_write_that_fails_in_any_case_says_why(world: World) {
    for version in foreign() {
        world.put("key", [("val", binary(b"value")), ("dkv_ver", version.clone())]).await;
        let client = &world.client;
        assert_eq!(client.persist("key").await.unwrap(), PersistOutcome::NoTtl, "{version:?}");
        let other = Expected::version("2305843009213693952");
        for expected in [Expected::value("other"), Expected::value("5"), other] {
            let swap = client.compare_and_set("key", "new", expected.clone()).keep_ttl().await.unwrap();
            assert_eq!(swap, Swap::NotSwapped { current: None }, "{expected:?}, {version:?}");
        }
    }
}

async fn update_item_leaves_it_alone(world: World) {
    for version in foreign() {
        world.put("key", [("n", number(1)), ("dkv_ver", version.clone())]).await;
        let before = world.item("key").await;
        let unconditional = update_of("key", [("n", Change::Add("1".into()))]);
        let conditional = pb::UpdateItemRequest { condition: "attribute_exists(n)".into(), ..unconditional.clone() };
        for request in [unconditional, conditional] {
            let status = update(&world, request).await.unwrap_err();
            let reason = status.get_error_details().error_info().unwrap().reason.clone();
            assert_eq!(reason, "UNEXPECTED_ATTRIBUTE_TYPE", "{version:?}");
        }
        assert_eq!(world.item("key").await, before, "{version:?}");
    }
}

async fn a_transaction_with_an_update_is_cancelled(world: World) {
    use pb::transact_write_operation::Kind;
    world.put("key", [("n", number(1)), ("dkv_ver", string("1.4.2"))]).await;
    let before = world.item("key").await;
    let actions =
        pb::UpdateActions { actions: vec![pb::UpdateAction { path: "n".into(), kind: Some(Change::Add("1".into())) }] };
    let update_item = pb::TransactUpdateItem {
        key: key_of("key"),
        update: Some(pb::transact_update_item::Update::Actions(actions)),
        ..Default::default()
    };
    let operation = pb::TransactWriteOperation { kind: Some(Kind::UpdateItem(update_item)), ..Default::default() };
    let request = pb::TransactWriteRequest { operations: vec![operation], ..Default::default() };
    let mut stub = pb::key_value_service_client::KeyValueServiceClient::new(world.channel.clone());
    let response = stub.transact_write(request).await.unwrap().into_inner();
    assert_eq!(response.outcome(), transact_write_response::Outcome::Cancelled);
    let reason = response.results[0].reason();
    assert_eq!(reason.as_str_name(), "REASON_NOT_APPLICABLE");
    assert_eq!(world.item("key").await, before);
}

async fn whole_writes_replace_it(world: World) {
    world.put("key", [("val", binary(b"value")), ("dkv_ver", string("1.4.2"))]).await;
    let written = world.client.set("key", "new").await.unwrap();
    assert_eq!(world.item("key").await.unwrap()["dkv_ver"], number(written.version.as_str()));
    world.client.expire("key", Duration::from_secs(5)).await.unwrap();
}

async fn versions_are_at_least_two_to_the_61(world: World) {
    let mut versions = Vec::new();
    for index in 0..40 {
        versions.push(world.client.set(format!("key-{index}"), "").await.unwrap().version);
        versions.push(world.client.increment(format!("counter-{index}")).await.unwrap().version);
    }
    for version in versions {
        let number: i64 = version.as_str().parse().unwrap();
        assert!(number >= 1 << 61, "{number}");
    }
}

async fn an_expired_item_is_absent_whatever_its_version(world: World) {
    let expired = number(world.seconds() - 10);
    world.put("key", [("val", binary(b"old")), ("ttl", expired.clone()), ("dkv_ver", string("1.4.2"))]).await;
    let outcome = world.client.expire("key", Duration::from_secs(5)).await.unwrap();
    assert_eq!(outcome, dynakv_client::ExpireOutcome::NotFound);
    assert_eq!(world.client.increment("key").await.unwrap().value, 1);
    world.put("item", [("old", number(1)), ("ttl", expired), ("dkv_ver", number(7))]).await;
    update(&world, update_of("item", [("n", Change::Add("1".into()))])).await.unwrap();
    let item = world.item("item").await.unwrap();
    assert_eq!((item.get("old"), &item["n"]), (None, &number(1)));
}
