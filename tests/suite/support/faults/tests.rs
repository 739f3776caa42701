use std::future::ready;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, KeysAndAttributes, ScalarAttributeType,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use dynakv::driver::Connection;
use dynakv::server::backend::nominal;
use serde_json::json;
use tokio::sync::{Notify, mpsc};

use super::call::{body_of, respond};
use super::*;
use crate::support::dynamodb_local::{DynamoDbLocal, unique_name};

/// Answers every call with a success.
#[derive(Debug)]
struct Succeeds;

impl Transport for Succeeds {
    fn send(&self, _: Request) -> BoxFuture<'static, Answer> {
        Box::pin(ready(Ok(respond(200, r#"{"Attributes":{"pk":{"S":"real"}}}"#))))
    }
}

/// A client of [`Succeeds`] with two transports in between: the first injects faults, the second sees what passes.
fn client() -> (Client, Faults, Faults) {
    let (seeing, passed) = Faults::wrap(Arc::new(Succeeds));
    let (wrapped, faults) = Faults::wrap(seeing);
    let connection = Connection::lean(&nominal(Some("http://dynamodb.test")), wrapped);
    (connection.client().clone(), faults, passed)
}

type PutError = SdkError<PutItemError, HttpResponse>;
type Put = Result<PutItemOutput, PutError>;

async fn put(client: &Client) -> Put {
    client.put_item().table_name("t").item("pk", AttributeValue::S("key".to_owned())).send().await
}

fn code(put: Put) -> String {
    put.unwrap_err().into_service_error().code().unwrap().to_owned()
}

const FAILS: What = What::Status500;

#[tokio::test]
async fn a_fault_strikes_its_operation_as_often_as_told() {
    let (client, faults, _) = client();
    let struck = faults.inject(Fault::new("PutItem", When::Before, FAILS).times(2));

    client.list_tables().send().await.unwrap();
    assert_eq!(struck.times(), 0);
    assert_eq!(code(put(&client).await), "InternalServerError");
    assert_eq!(code(put(&client).await), "InternalServerError");
    put(&client).await.unwrap();

    assert_eq!(struck.times(), 2);
    assert_eq!(faults.counts("PutItem"), Counts { started: 3, answered: 3, abandoned: 0 });
    assert_eq!(faults.calls(ANY), 4);
}

#[tokio::test]
async fn faults_of_one_operation_strike_in_order_until_cleared() {
    let (client, faults, _) = client();
    faults.inject(Fault::new("PutItem", When::Before, FAILS));
    faults.inject(Fault::new(ANY, When::Before, What::Status503).times(usize::MAX));

    assert_eq!(code(put(&client).await), "InternalServerError");
    assert_eq!(code(put(&client).await), "ServiceUnavailable");
    faults.clear();
    put(&client).await.unwrap();
}

#[tokio::test]
async fn a_call_passes_after_but_not_before() {
    let (client, faults, passed) = client();
    for (when, calls) in [(When::Before, 0), (When::After, 1)] {
        faults.inject(Fault::new("PutItem", when, What::Reset));
        put(&client).await.unwrap_err();
        assert_eq!(passed.calls("PutItem"), calls, "{when:?}");
    }
}

#[tokio::test]
async fn another_writer_comes_in_between() {
    for (when, passed_by_then) in [(When::Before, 0), (When::After, 1)] {
        for what in [None, Some(FAILS)] {
            let (client, faults, passed) = client();
            let fault = what.clone().map_or(Fault::none("PutItem", when), |what| Fault::new("PutItem", when, what));
            let (sender, mut moments) = mpsc::unbounded_channel();
            faults.inject(fault.between(move || {
                sender.send(passed.calls("PutItem")).unwrap();
                ready(())
            }));

            assert_eq!(put(&client).await.is_err(), what.is_some(), "{when:?} {what:?}");
            assert_eq!(moments.recv().await, Some(passed_by_then), "{when:?} {what:?}");
        }
    }
}

#[tokio::test]
async fn an_abandoned_call_is_seen_without_waiting() {
    let (client, faults, passed) = client();
    let struck = faults.inject(Fault::new("PutItem", When::After, What::Hang));
    let call = tokio::spawn(async move { put(&client).await });

    faults.arrived("PutItem", 1).await;
    struck.reached(1).await;
    assert_eq!(faults.counts("PutItem").in_flight(), 1);
    call.abort();
    faults.idle(ANY).await;

    assert_eq!(faults.counts("PutItem"), Counts { started: 1, answered: 0, abandoned: 1 });
    assert_eq!(passed.calls("PutItem"), 1);
}

#[tokio::test]
async fn a_call_waits_for_the_test() {
    let (client, faults, passed) = client();
    let gate = Arc::new(Notify::new());
    let hook = Arc::clone(&gate);
    faults.inject(Fault::none("PutItem", When::Before).between(move || {
        let gate = Arc::clone(&hook);
        async move { gate.notified().await }
    }));
    let call = tokio::spawn(async move { put(&client).await });

    faults.arrived("PutItem", 1).await;
    assert_eq!(passed.calls("PutItem"), 0);
    gate.notify_one();
    call.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_sdk_reads_each_fault_as_the_real_one() {
    use SdkError::{DispatchFailure, ResponseError, ServiceError};
    type Reads = fn(&PutError) -> bool;
    // The SDK treats an unreadable success as a service error without a code.
    let unreadable: Reads =
        |e| matches!(e, ServiceError(e) if e.raw().status().is_success() && e.err().code().is_none());
    let cases: [(What, Reads); 9] = [
        (What::Status500, |e| matches!(e, ServiceError(e) if e.err().is_internal_server_error())),
        (What::Status503, |e| matches!(e, ServiceError(e) if e.raw().status().as_u16() == 503)),
        (What::Reset, |e| matches!(e, DispatchFailure(e) if e.is_io())),
        (What::ConnectRefused, |e| matches!(e, DispatchFailure(e) if e.is_io())),
        (What::Timeout, |e| matches!(e, DispatchFailure(e) if e.is_io())),
        (What::ResetInBody, |e| matches!(e, ResponseError(_))),
        (What::Garbage, unreadable),
        (What::Truncated, unreadable),
        (What::Conflict, |e| matches!(e, ServiceError(e) if e.err().is_transaction_conflict_exception())),
    ];
    for (what, reads) in cases {
        for when in [When::Before, When::After] {
            let (client, faults, _) = client();
            faults.inject(Fault::new("PutItem", when, what.clone()));
            let error = put(&client).await.unwrap_err();
            assert!(reads(&error), "{what:?} {when:?}: {error:?}");
        }
    }
}

#[tokio::test]
async fn the_sdk_reads_throttle_reasons() {
    for code in ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"] {
        let (client, faults, _) = client();
        let reasons = &["TableWriteKeyRangeThroughputExceeded"];
        faults.inject(Fault::new("PutItem", When::Before, What::Throttle { code, reasons }));

        let error = put(&client).await.unwrap_err().into_service_error();
        let read = match &error {
            PutItemError::ProvisionedThroughputExceededException(e) => e.throttling_reasons(),
            PutItemError::ThrottlingException(e) => e.throttling_reasons(),
            PutItemError::RequestLimitExceeded(e) => e.throttling_reasons(),
            other => panic!("{other:?}"),
        };
        assert_eq!(read[0].reason(), Some(reasons[0]));
        assert_eq!(error.code(), Some(code));
    }
}

#[tokio::test]
async fn any_other_error_has_its_name() {
    let (client, faults, _) = client();
    let what = What::Error { status: 400, code: "AccessDeniedException", message: "no" };
    faults.inject(Fault::new("PutItem", When::Before, what));
    assert_eq!(code(put(&client).await), "AccessDeniedException");
}

#[tokio::test]
async fn a_rule_changes_requests_and_answers() {
    let (client, faults, passed) = client();
    faults.rule("BatchGetItem", 1, |mut call, upstream| async move {
        let mut request = call.json();
        let left = request["RequestItems"]["t"]["Keys"].as_array_mut().unwrap().split_off(1);
        call.set_json(&request);
        let read = upstream.call(call.again()).await?;
        assert!(!body_of(read).await.is_empty());
        let answer = json!({ "Responses": {}, "UnprocessedKeys": { "t": { "Keys": left } } });
        Ok(respond(200, answer.to_string()))
    });

    let key = |key: &str| [("pk".to_owned(), AttributeValue::S(key.to_owned()))].into();
    let keys = KeysAndAttributes::builder().keys(key("a")).keys(key("b")).build().unwrap();
    let answer = client.batch_get_item().request_items("t", keys).send().await.unwrap();

    assert_eq!(answer.unprocessed_keys().unwrap()["t"].keys(), [key("b")]);
    assert_eq!(passed.calls("BatchGetItem"), 1);
}

#[tokio::test]
async fn it_works_over_the_network() {
    let dynamodb = DynamoDbLocal::shared().await;
    let (wrapped, faults) = Faults::wrap(dynamodb.network());
    let (client, table) = (dynamodb.connection(wrapped).client().clone(), unique_name("faults"));
    create_table(&dynamodb.client(), &table).await;
    let put = |value: &str| {
        let put = client.put_item().table_name(&table).item("pk", AttributeValue::S("key".to_owned()));
        put.item("val", AttributeValue::S(value.to_owned())).send()
    };

    let stored = async || {
        let read = client.get_item().table_name(&table).key("pk", AttributeValue::S("key".to_owned())).send().await;
        read.unwrap().item.map(|item| item["val"].as_s().unwrap().clone())
    };

    faults.inject(Fault::new("PutItem", When::Before, What::Reset));
    put("never sent").await.unwrap_err();
    assert_eq!(stored().await, None);

    faults.inject(Fault::new("PutItem", When::After, What::Reset));
    put("sent").await.unwrap_err();
    assert_eq!(stored().await.as_deref(), Some("sent"));

    faults.rule("PutItem", 1, |mut call, upstream| async move {
        let mut request = call.json();
        request["Item"]["val"]["S"] = json!("longer than what the caller sent");
        call.set_json(&request);
        upstream.call(call).await
    });
    put("short").await.unwrap();
    assert_eq!(stored().await.as_deref(), Some("longer than what the caller sent"));
}

async fn create_table(client: &Client, table: &str) {
    let attribute = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash);
    let create = client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(attribute.build().unwrap()).key_schema(key.build().unwrap());
    create.send().await.unwrap();
}
