use pb::transact_write_operation::Kind as TransactKind;
use pb::update_action::{Kind, Remove};
use pb::update_item_request;

use super::*;
use crate::call::Operation as _;
use crate::call::tests::closed_client;
use crate::method::Idempotency;
use crate::{Item, Number, TransactOperation, attr};

fn value(value: impl Into<Value>) -> pb::Value {
    value.into().into()
}

#[tokio::test]
async fn a_call_becomes_the_request_that_it_says() {
    let client = closed_client();
    let put = client
        .put_item([("pk", "a")])
        .ttl(std::time::Duration::from_secs(5))
        .condition("#p <> :v")
        .name("#p", "price")
        .value(":v", 3)
        .return_current()
        .return_old()
        .table("orders");
    assert_eq!(
        put.request,
        pb::PutItemRequest {
            table: "orders".to_owned(),
            item: [("pk".to_owned(), value("a"))].into(),
            ttl: Some(prost_types::Duration { seconds: 5, nanos: 0 }),
            return_current: true,
            request_id: String::new(),
            return_consumed_capacity: false,
            condition: "#p <> :v".to_owned(),
            names: [("#p".to_owned(), "price".to_owned())].into(),
            values: [(":v".to_owned(), value(3))].into(),
            return_values: pb::ReturnValues::AllOld.into(),
        }
    );
    let update = client.update_item(("a", 1), Update::expression("SET a = :v")).return_values(ReturnValues::AllNew);
    assert_eq!(update.request.return_values(), pb::ReturnValues::AllNew);
    assert_eq!(update.request.update, Some(update_item_request::Update::UpdateExpression("SET a = :v".to_owned())));
}

#[tokio::test]
async fn one_placeholder_for_two_things_makes_a_call_that_the_server_refuses() {
    let client = closed_client();
    let scan = client.scan().filter("#n = :v").name("#n", "a").name("#n", "a").value(":v", 1).value(":v", 1);
    assert_eq!((scan.request.names.len(), scan.request.values.len()), (1, 1));
    let scan = scan.name("#n", "b").value(":v", 2);
    assert_eq!(scan.request.names["#n"], "a");
    assert_eq!(scan.request.names["#n stands for two things"], "b");
    assert_eq!(scan.request.values[":v stands for two things"], value(2));
    // What the library makes by itself is no exception.
    let delete = client.delete_item("a").condition(attr("n").eq(1)).name("#attr0", "other").value(":attr0", 2);
    assert_eq!(delete.request.names["#attr0"], "n");
    assert!(delete.request.names.contains_key("#attr0 stands for two things"));
    assert!(delete.request.values.contains_key(":attr0 stands for two things"));
    let check: TransactOperation = TransactOperation::check("a", "n = :v").value(":v", 1).value(":v", 2).into();
    let Some(TransactKind::Check(check)) = pb::TransactWriteOperation::from(check).kind else { panic!() };
    assert_eq!(check.values.len(), 2);
}

#[test]
fn an_update_lists_its_actions() {
    let update = Update::new()
        .set("a.b", "x")
        .set_if_absent("c", 1)
        .add("n", -1)
        .append("l", [1, 2])
        .prepend("k", ["a"])
        .remove("r")
        .add_to_set("s", Value::Ss(["a".to_owned()].into()))
        .remove_from_set("t", Value::Ns([Number::from(1)].into()));
    let update_item_request::Update::Actions(pb::UpdateActions { actions }) = update.into() else { panic!() };
    let action = |path: &str, kind| pb::UpdateAction { path: path.to_owned(), kind: Some(kind) };
    let list = |values: Vec<pb::Value>| pb::AttributeList { values };
    assert_eq!(
        actions,
        [
            action("a.b", Kind::Set(value("x"))),
            action("c", Kind::SetIfAbsent(value(1))),
            action("n", Kind::Add("-1".to_owned())),
            action("l", Kind::Append(list(vec![value(1), value(2)]))),
            action("k", Kind::Prepend(list(vec![value("a")]))),
            action("r", Kind::Remove(Remove {})),
            action("s", Kind::AddToSet(value(Value::Ss(["a".to_owned()].into())))),
            action("t", Kind::RemoveFromSet(value(Value::Ns([Number::from(1)].into())))),
        ]
    );
}

#[test]
fn a_condition_that_does_not_hold_is_a_value() {
    let current = pb::AttributeMap { fields: [("pk".to_owned(), value("a"))].into() };
    let response = pb::PutItemResponse {
        outcome: pb::ItemOutcome::ConditionFailed.into(),
        current: Some(current),
        ..pb::PutItemResponse::default()
    };
    let item = Item::from([("pk".to_owned(), "a".into())]);
    let outcome = pb::PutItemRequest::default().read(response).unwrap();
    assert_eq!(outcome, ItemOutcome::ConditionFailed { current: Some(item) });
    assert!(pb::PutItemRequest::default().read(pb::PutItemResponse::default()).is_err(), "no known outcome");
    assert_eq!(pb::GetItemRequest::default().read(pb::GetItemResponse::default()).unwrap(), None);
}

#[test]
fn what_a_repetition_could_do_twice_is_sent_once() {
    assert_eq!(pb::PutItemRequest::default().method().idempotency, Idempotency::Idempotent);
    assert_eq!(pb::UpdateItemRequest::default().method().idempotency, Idempotency::Unknown);
    assert_eq!(pb::DeleteItemRequest::default().method().idempotency, Idempotency::Unknown);
}
