//! What a client of the SDK sees through the transport.

mod abandoned;
mod broken;
mod folder;
mod group_commit;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, KeySchemaElement, KeyType, Put,
    ReturnValuesOnConditionCheckFailure, ScalarAttributeType, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
    TransactWriteItem,
};
use futures_util::future::join_all;

use super::{Engine, Location};

const TABLE: &str = "entries";

fn client(engine: &Engine) -> Client {
    engine.connection().client().clone()
}

async fn create_table(client: &Client) {
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
    let name = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let create = client.create_table().table_name(TABLE).key_schema(key).billing_mode(BillingMode::PayPerRequest);
    create.attribute_definitions(name.build().unwrap()).send().await.unwrap();
}

async fn enable_ttl(client: &Client) {
    let ttl = TimeToLiveSpecification::builder().attribute_name("ttl").enabled(true).build().unwrap();
    client.update_time_to_live().table_name(TABLE).time_to_live_specification(ttl).send().await.unwrap();
}

async fn in_memory() -> (Engine, Client) {
    let engine = Engine::open(&Location::Memory).unwrap();
    let client = client(&engine);
    create_table(&client).await;
    (engine, client)
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: &str) -> AttributeValue {
    AttributeValue::N(number.to_owned())
}

async fn put(client: &Client, key: &str, value: AttributeValue) {
    client.put_item().table_name(TABLE).item("pk", text(key)).item("val", value).send().await.unwrap();
}

async fn get(client: &Client, key: &str) -> Option<AttributeValue> {
    let read = client.get_item().table_name(TABLE).key("pk", text(key)).consistent_read(true).send().await.unwrap();
    read.item.map(|mut item| item.remove("val").unwrap())
}

#[tokio::test]
async fn what_is_put_is_got() {
    let (_engine, client) = in_memory().await;
    let value = AttributeValue::B(Blob::new([0, 159, 146, 150]));
    put(&client, "käse 🧀", value.clone()).await;
    assert_eq!(get(&client, "käse 🧀").await, Some(value));
    assert_eq!(get(&client, "absent").await, None);
}

#[tokio::test]
async fn an_answer_carries_a_request_id() {
    use aws_sdk_dynamodb::operation::RequestId;
    let (_engine, client) = in_memory().await;
    let read = client.get_item().table_name(TABLE).key("pk", text("a")).send().await.unwrap();
    assert!(read.request_id().is_some());
    let missing = client.get_item().table_name("missing").key("pk", text("a")).send().await.unwrap_err();
    assert!(missing.request_id().is_some());
    assert!(missing.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_failed_condition_returns_the_old_item() {
    let (_engine, client) = in_memory().await;
    put(&client, "a", text("first")).await;
    let refused = client
        .put_item()
        .table_name(TABLE)
        .item("pk", text("a"))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(refused) =
        refused.into_service_error()
    else {
        panic!("the condition does not hold");
    };
    assert_eq!(refused.message(), Some("The conditional request failed"));
    assert_eq!(refused.item().unwrap()["val"], text("first"));
}

#[tokio::test]
async fn a_cancelled_transaction_gives_a_reason_for_each_operation() {
    let (_engine, client) = in_memory().await;
    put(&client, "taken", text("first")).await;
    let insert = Put::builder().table_name(TABLE).item("pk", text("new")).item("val", text("x"));
    let check = ConditionCheck::builder()
        .table_name(TABLE)
        .key("pk", text("taken"))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let cancelled = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(insert.build().unwrap()).build())
        .transact_items(TransactWriteItem::builder().condition_check(check.build().unwrap()).build())
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = cancelled
    else {
        panic!("one condition does not hold");
    };
    let reasons = cancelled.cancellation_reasons();
    assert_eq!(reasons[0].code(), Some("None"));
    assert_eq!(reasons[1].code(), Some("ConditionalCheckFailed"));
    assert_eq!(reasons[1].item().unwrap()["val"], text("first"));
    assert_eq!(get(&client, "new").await, None);
}

#[tokio::test]
async fn a_table_is_active_at_once_and_takes_a_ttl() {
    let (_engine, client) = in_memory().await;
    let table = client.describe_table().table_name(TABLE).send().await.unwrap().table.unwrap();
    assert_eq!(table.table_status, Some(TableStatus::Active));
    assert_eq!(table.key_schema()[0].attribute_name(), "pk");
    enable_ttl(&client).await;
    let ttl = client.describe_time_to_live().table_name(TABLE).send().await.unwrap().time_to_live_description.unwrap();
    assert_eq!(ttl.time_to_live_status, Some(TimeToLiveStatus::Enabled));
    assert_eq!(ttl.attribute_name.as_deref(), Some("ttl"));
}

#[tokio::test]
async fn an_unknown_operation_is_refused() {
    let (_engine, client) = in_memory().await;
    let unknown = client.list_tables().customize().mutate_request(|request| {
        request.headers_mut().insert("x-amz-target", "DynamoDB_20120810.ExportTableToPointInTime");
    });
    let refused = unknown.send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 400);
    assert_eq!(refused.into_service_error().code(), Some("UnknownOperationException"));
}

#[tokio::test]
async fn a_body_that_is_no_request_gets_the_class_of_error_that_dynamodb_gives() {
    let (_engine, client) = in_memory().await;
    let key = r#""TableName":"entries","Item":{"pk":{"S":"a"},"val":"#;
    let deep = format!("{{{key}{}{{\"S\":\"x\"}}{}}}}}", "{\"L\":[".repeat(70), "]}".repeat(70));
    for (body, class) in [
        ("{\"TableName\":", "SerializationException"),
        (r#"{"TableName":7,"Item":{}}"#, "SerializationException"),
        (r#"{"TableName":"entries","Item":{"pk":{"S":7}}}"#, "SerializationException"),
        (&format!("{{{key}{{\"NULL\":false}}}}}}"), "ValidationException"),
        (&format!("{{{key}{{\"SS\":[]}}}}}}"), "ValidationException"),
        (&format!("{{{key}{{}}}}}}"), "ValidationException"),
        (&format!("{{{key}{{\"N\":\"seven\"}}}}}}"), "ValidationException"),
        (&deep, "ValidationException"),
    ] {
        let body = body.to_owned();
        let malformed = client.put_item().table_name(TABLE).item("pk", text("a")).customize();
        let sent = malformed.mutate_request(move |request| *request.body_mut() = body.clone().into()).send().await;
        let refused = sent.unwrap_err().into_service_error();
        assert_eq!(refused.code(), Some(class), "{:?}", refused.message());
        let message = refused.message().unwrap_or_default();
        assert!(!message.contains("VALIDATION") && !message.contains("column"), "{message}");
    }
    assert_eq!(client.scan().table_name(TABLE).limit(1).send().await.unwrap().count, 0);
}

#[tokio::test]
async fn an_expression_may_nest_as_deep_as_its_size_allows() {
    let (engine, client) = in_memory().await;
    let nested = format!("{}attribute_exists(pk){}", "NOT(".repeat(814), ")".repeat(814));
    let write = client.put_item().table_name(TABLE).item("pk", text("a"));
    let refused = write.condition_expression(nested).send().await.unwrap_err();
    assert!(refused.into_service_error().is_conditional_check_failed_exception());
    engine.check().unwrap();
}

#[tokio::test]
async fn many_calls_at_once_are_all_answered() {
    let (_engine, client) = in_memory().await;
    let increments = (0..2_000).map(|_| {
        let update = client.update_item().table_name(TABLE).key("pk", text("counter"));
        update.update_expression("ADD val :one").expression_attribute_values(":one", number("1")).send()
    });
    for answer in join_all(increments).await {
        answer.unwrap();
    }
    assert_eq!(get(&client, "counter").await, Some(number("2000")));
}
