//! What AWS says of index keys, which the embedded engine and DynamoDB Local say in other words. The sources of the messages are in
//! `src/driver/upstream/validation.rs`.

use dynakv_client::pb;
use dynakv_client::pb::item_service_client::ItemServiceClient;
use dynakv_client::pb::transact_write_operation::Kind;
use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::support::World;
use crate::support::faults::{Fault, What, When, respond};

const TOO_LONG: &str = "One or more parameter values were invalid: Size limit exceeded for Index Key componentId Actual \
                        Size: 2175 bytes Max Size: 2048 bytes IndexName: work-sets-index";
const OTHER_TYPE: &str = "One or more parameter values were invalid: Type mismatch for Index Key componentId Expected: S \
                          Actual: NULL IndexName: work-sets-index";
const EMPTY: &str = "One or more parameter values are not valid. A value specified for a secondary index key is not \
                     supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: \
                     work-sets-index, IndexKey: componentId";
const UPDATED: &str = "The update expression attempted to update the secondary index key beyond allowed size limits.";
const INSIDE: &str =
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: componentId";

const FIELD: &str = r#"item["componentId"]"#;

fn s(text: &str) -> pb::Value {
    pb::Value { kind: Some(pb::value::Kind::S(text.to_owned())) }
}

fn put() -> pb::PutItemRequest {
    let item = [("pk".to_owned(), s("key")), ("componentId".to_owned(), s("long"))].into();
    pb::PutItemRequest { item, condition: "attribute_exists(pk)".to_owned(), ..Default::default() }
}

fn actions() -> pb::UpdateActions {
    let kind = Some(pb::update_action::Kind::Set(s("new")));
    pb::UpdateActions { actions: vec![pb::UpdateAction { path: "componentId".to_owned(), kind }] }
}

fn update() -> pb::UpdateItemRequest {
    let key = Some(pb::ItemKey { partition: Some(s("key")), sort: None });
    let update = Some(pb::update_item_request::Update::Actions(actions()));
    pb::UpdateItemRequest { key, update, ..Default::default() }
}

fn operation(kind: Kind) -> pb::TransactWriteOperation {
    pb::TransactWriteOperation { kind: Some(kind), ..Default::default() }
}

fn in_transaction(first: Kind, second: Kind) -> pb::TransactWriteRequest {
    pb::TransactWriteRequest { operations: vec![operation(first), operation(second)], ..Default::default() }
}

fn entry() -> Kind {
    Kind::Set(pb::TransactSet { key: "entry".to_owned(), ..Default::default() })
}

fn transact_put() -> Kind {
    let pb::PutItemRequest { item, condition, .. } = put();
    Kind::PutItem(pb::TransactPutItem { item, condition, ..Default::default() })
}

fn refuse(world: &World, action: &'static str, message: &'static str) {
    let code = "ValidationException";
    world.faults.inject(Fault::new(action, When::Before, What::Error { status: 400, code, message }));
}

fn judged<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String, String) {
    let status = result.unwrap_err();
    let details = status.get_error_details();
    let field = details.bad_request().map(|bad| bad.field_violations[0].field.clone());
    (status.code(), details.error_info().unwrap().reason.clone(), field.unwrap_or_default())
}

fn invalid(field: &str) -> (Code, String, String) {
    (Code::InvalidArgument, "INVALID_FIELD".to_owned(), field.to_owned())
}

#[tokio::test]
async fn a_put_is_told_its_attribute() {
    let world = World::embedded_in_memory().await;
    let mut stub = ItemServiceClient::new(world.channel.clone());
    for message in [TOO_LONG, OTHER_TYPE, EMPTY] {
        refuse(&world, "PutItem", message);
        assert_eq!(judged(stub.put_item(put()).await), invalid(FIELD), "{message}");
    }
    assert_eq!(world.faults.calls("PutItem"), 3);
}

#[tokio::test]
async fn an_update_does_not_fit_the_stored_item() {
    let world = World::embedded_in_memory().await;
    let mut stub = ItemServiceClient::new(world.channel.clone());
    for message in [TOO_LONG, OTHER_TYPE, UPDATED] {
        refuse(&world, "UpdateItem", message);
        let expected = (Code::FailedPrecondition, "UPDATE_NOT_APPLICABLE".to_owned(), String::new());
        assert_eq!(judged(stub.update_item(update()).await), expected, "{message}");
    }
    refuse(&world, "UpdateItem", INSIDE);
    assert_eq!(judged(stub.update_item(update()).await), invalid("actions"));
}

#[tokio::test]
async fn a_transaction_is_told_its_operation() {
    let world = World::embedded_in_memory().await;
    let mut stub = world.client.stub();
    for message in [TOO_LONG, OTHER_TYPE, EMPTY] {
        let reasons = json!([{ "Code": "None" }, { "Code": "ValidationError", "Message": message }]);
        world.faults.rule("TransactWriteItems", 1, move |_, _| {
            let body = json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "CancellationReasons": reasons,
            });
            async move { Ok(respond(400, body.to_string())) }
        });
        let refused = stub.transact_write(in_transaction(entry(), transact_put())).await;
        assert_eq!(judged(refused), invalid(&format!("operations[1].put_item.{FIELD}")), "{message}");
    }
    // For empty values, AWS refuses the whole request.
    refuse(&world, "TransactWriteItems", EMPTY);
    let refused = stub.transact_write(in_transaction(entry(), transact_put())).await;
    assert_eq!(judged(refused), invalid(&format!("operations[1].put_item.{FIELD}")));
    assert_eq!((world.faults.calls("TransactWriteItems"), world.item("entry").await), (4, None));
}

#[tokio::test]
async fn an_update_of_a_transaction_cancels_it() {
    use pb::transact_write_result::Reason;
    let world = World::embedded_in_memory().await;
    let reasons = json!([{ "Code": "None" }, { "Code": "ValidationError", "Message": UPDATED }]);
    world.faults.rule("TransactWriteItems", 1, move |_, _| {
        let body = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "CancellationReasons": reasons,
        });
        async move { Ok(respond(400, body.to_string())) }
    });
    let pb::UpdateItemRequest { key, .. } = update();
    let update = Some(pb::transact_update_item::Update::Actions(actions()));
    let update = Kind::UpdateItem(pb::TransactUpdateItem { key, update, ..Default::default() });
    let answer = world.client.stub().transact_write(in_transaction(entry(), update)).await.unwrap().into_inner();
    let reasons: Vec<Reason> = answer.results.iter().map(pb::TransactWriteResult::reason).collect();
    assert_eq!(reasons, [Reason::None, Reason::NotApplicable]);
}

/// In a table for entries, the value may be a key of an index.
#[tokio::test]
async fn the_value_of_an_entry_can_be_the_key_of_an_index() {
    let world = World::embedded_in_memory().await;
    refuse(
        &world,
        "PutItem",
        "One or more parameter values were invalid: Size limit exceeded for Index Key val Actual Size: 2175 bytes Max Size: \
         2048 bytes IndexName: by_value",
    );
    let error = world.client.set("key", "long").await.unwrap_err();
    assert_eq!(error.failure().unwrap().fields()[0].field, "value");
}
