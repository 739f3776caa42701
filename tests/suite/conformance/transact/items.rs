//! Transactions of items: conditions, updates and checks in DynamoDB's own language.

use dynakv_client::pb;
use dynakv_client::pb::transact_write_operation::Kind;
use dynakv_client::pb::transact_write_response::Outcome;
use dynakv_client::pb::transact_write_result::Reason;
use tonic::Code;
use tonic_types::StatusExt;

use super::super::on_every_backend;
use super::{operation, put, reasons, write};
use crate::support::{World, number, string};

on_every_backend!(
    items_are_put_updated_deleted_and_checked,
    an_order_is_placed_while_stock_lasts,
    expired_items_leave_nothing_behind,
    bad_expressions_are_refused,
);

fn s(text: &str) -> pb::Value {
    pb::Value { kind: Some(pb::value::Kind::S(text.to_owned())) }
}

pub(super) fn n(number: &str) -> pb::Value {
    pb::Value { kind: Some(pb::value::Kind::N(number.to_owned())) }
}

pub(super) fn item_key(key: &str) -> pb::ItemKey {
    pb::ItemKey { partition: Some(s(key)), sort: None }
}

fn map<V>(fields: impl IntoIterator<Item = (&'static str, V)>) -> std::collections::HashMap<String, V> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn update(key: &str, actions: Vec<(&str, pb::update_action::Kind)>) -> pb::TransactUpdateItem {
    let action = |(path, kind): (&str, _)| pb::UpdateAction { path: path.to_owned(), kind: Some(kind) };
    let actions = pb::UpdateActions { actions: actions.into_iter().map(action).collect() };
    pb::TransactUpdateItem {
        key: Some(item_key(key)),
        update: Some(pb::transact_update_item::Update::Actions(actions)),
        ..Default::default()
    }
}

async fn items_are_put_updated_deleted_and_checked(world: World) {
    use pb::update_action::Kind::{Add, Set};
    world.put("updated", [("count", number(1)), ("gone", string("x"))]).await;
    world.put("raw", [("count", number(1))]).await;
    world.put("deleted", [("state", string("done"))]).await;
    world.put("checked", [("count", number(5))]).await;
    let put_item = pb::TransactPutItem {
        item: map([("pk", s("put")), ("name", s("n"))]),
        ttl: Some(prost_types::Duration { seconds: 60, nanos: 0 }),
        condition: "attribute_not_exists(pk)".into(),
        ..Default::default()
    };
    let raw = pb::TransactUpdateItem {
        key: Some(item_key("raw")),
        update: Some(pb::transact_update_item::Update::UpdateExpression("SET #c = #c + :one".into())),
        condition: "#c < :limit".into(),
        names: map([("#c", "count".to_owned())]),
        values: map([(":one", n("1")), (":limit", n("10"))]),
    };
    let delete_item = pb::TransactDeleteItem {
        key: Some(item_key("deleted")),
        condition: "#s = :done".into(),
        names: map([("#s", "state".to_owned())]),
        values: map([(":done", s("done"))]),
    };
    let check = pb::TransactCheck {
        key: Some(item_key("checked")),
        condition: "(#c BETWEEN :low AND :high)".into(),
        names: map([("#c", "count".to_owned())]),
        values: map([(":low", n("1")), (":high", n("9"))]),
    };
    let operations = vec![
        operation(Kind::PutItem(put_item)),
        operation(Kind::UpdateItem(update("updated", vec![("count", Add("2".into())), ("name", Set(s("new")))]))),
        operation(Kind::UpdateItem(raw)),
        operation(Kind::DeleteItem(delete_item)),
        operation(Kind::Check(check)),
    ];
    let response = write(&world, operations).await.unwrap();
    assert_eq!(response.outcome(), Outcome::Committed, "{response:?}");
    let item = world.item("put").await.unwrap();
    assert_eq!(item["name"], string("n"));
    assert!(item.contains_key("ttl") && item.contains_key("dkv_ver"));
    let item = world.item("updated").await.unwrap();
    assert_eq!((&item["count"], &item["name"], &item["gone"]), (&number(3), &string("new"), &string("x")));
    assert_eq!(item["dkv_ver"].as_n().unwrap(), response.results[1].version());
    assert_eq!(world.item("raw").await.unwrap()["count"], number(2));
    assert_eq!(world.item("deleted").await, None);
}

/// The transaction of the Grove documentation.
async fn an_order_is_placed_while_stock_lasts(world: World) {
    world.put("inventory#1", [("quantity", number(1))]).await;
    let order = |id: &str| {
        let put = pb::TransactPutItem {
            item: map([("pk", s(&format!("order#{id}"))), ("status", s("placed"))]),
            condition: "attribute_not_exists(pk)".into(),
            ..Default::default()
        };
        let cart = pb::TransactDeleteItem { key: Some(item_key(&format!("cart#{id}"))), ..Default::default() };
        let check = pb::TransactCheck {
            key: Some(item_key("inventory#1")),
            condition: "quantity > :zero".into(),
            values: map([(":zero", n("0"))]),
            ..Default::default()
        };
        vec![operation(Kind::PutItem(put)), operation(Kind::DeleteItem(cart)), operation(Kind::Check(check))]
    };
    world.put("cart#1", [("items", string("…"))]).await;
    assert_eq!(write(&world, order("1")).await.unwrap().outcome(), Outcome::Committed);
    assert_eq!(world.item("cart#1").await, None);

    world.put("inventory#1", [("quantity", number(0))]).await;
    world.put("cart#2", [("items", string("…"))]).await;
    let response = write(&world, order("2")).await.unwrap();
    assert_eq!(response.outcome(), Outcome::Cancelled);
    assert_eq!(reasons(&response), [Reason::None, Reason::None, Reason::ConditionFailed]);
    assert_eq!(response.results[2].current_item.as_ref().unwrap().fields["quantity"], n("0"));
    assert!(world.item("order#2").await.is_none() && world.item("cart#2").await.is_some());
}

async fn expired_items_leave_nothing_behind(world: World) {
    let expired = || [("ttl", number(1)), ("former", string("x")), ("count", number(41))];
    world.put("updated", expired()).await;
    world.put("checked", expired()).await;
    world.put("deleted", expired()).await;
    let check = pb::TransactCheck {
        key: Some(item_key("checked")),
        condition: "attribute_not_exists(pk)".into(),
        ..Default::default()
    };
    let delete_item = pb::TransactDeleteItem {
        key: Some(item_key("deleted")),
        condition: "attribute_not_exists(former)".into(),
        ..Default::default()
    };
    let operations = vec![
        operation(Kind::UpdateItem(update("updated", vec![("count", pb::update_action::Kind::Add("1".into()))]))),
        operation(Kind::Check(check)),
        operation(Kind::DeleteItem(delete_item)),
    ];
    let response = write(&world, operations).await.unwrap();
    assert_eq!(response.outcome(), Outcome::Committed, "{response:?}");
    let item = world.item("updated").await.unwrap();
    assert_eq!(item["count"], number(1), "it starts afresh");
    assert_eq!(item.len(), 3, "{item:?}");
}

/// Invalid conditions: malformed, or more than a condition.
async fn bad_expressions_are_refused(world: World) {
    world.put("item", [("count", number(1))]).await;
    let before = world.item("item").await;
    let cases = [
        ("a = :v) OR (a = :v", "operations[1].update_item.condition", "INVALID_FIELD"),
        ("(a = :v", "operations[1].update_item.condition", "INVALID_FIELD"),
        ("((a = :v))", "operations[1].update_item.condition", "INVALID_FIELD"),
        ("a = :dkv_now", "operations[1].update_item.condition", "INVALID_FIELD"),
        ("a = :v AND b = :undefined", "operations[1].update_item.condition", "INVALID_FIELD"),
        ("attribute_exists(a)", "operations[1].update_item.values[\":v\"]", "INVALID_FIELD"),
        ("a = = :v", "operations[1].update_item.condition", "INVALID_FIELD"),
        ("pk.x = :v", "operations[1].update_item.condition", "INVALID_FIELD"),
        ("old = :v", "operations[1].update_item.condition", "INVALID_EXPRESSION"),
    ];
    for (condition, field, reason) in cases {
        let kind = pb::update_action::Kind::Add("1".into());
        let update = pb::TransactUpdateItem {
            condition: condition.into(),
            values: map([(":v", n("1"))]),
            ..update("item", vec![("count", kind)])
        };
        let status = write(&world, vec![put("key", ""), operation(Kind::UpdateItem(update))]).await.unwrap_err();
        let details = status.get_error_details();
        assert_eq!(status.code(), Code::InvalidArgument, "{condition}: {status:?}");
        assert_eq!(details.error_info().unwrap().reason, reason, "{condition}: {status:?}");
        assert_eq!(details.bad_request().unwrap().field_violations[0].field, field, "{condition}: {status:?}");
    }
    for (path, field) in [("dkv_ver", "actions"), ("pk", "actions"), ("a[", "actions.actions[0].path")] {
        let update = update("item", vec![(path, pb::update_action::Kind::Set(n("1")))]);
        let status = write(&world, vec![operation(Kind::UpdateItem(update))]).await.unwrap_err();
        let details = status.get_error_details();
        assert_eq!(
            details.bad_request().unwrap().field_violations[0].field,
            format!("operations[0].update_item.{field}"),
            "{status:?}"
        );
    }
    assert_eq!(world.item("item").await, before);
    assert_eq!(world.item("key").await, None);
}
