//! What a client of the SDK sees through the connector.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, KeySchemaElement, KeyType, Put,
    ReturnValuesOnConditionCheckFailure, ScalarAttributeType, StreamSpecification, StreamViewType, TableStatus,
    TimeToLiveSpecification, TimeToLiveStatus, TransactWriteItem,
};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use dynoxide::NativeDatabase;
use dynoxide::storage_backend::{Clock, ManualClock};
use futures_util::future::join_all;

use super::{Engine, Error, Location, NOT_BEGUN, WORKERS};

const TABLE: &str = "entries";

fn client(engine: &Engine) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::for_tests())
        .retry_config(RetryConfig::disabled())
        // As the service has it: a call that waits for its turn on a busy machine has not stalled.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(engine.connector());
    Client::from_conf(config.build())
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

#[tokio::test]
async fn a_folder_serves_one_engine_at_a_time_and_keeps_its_data() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("made/when missing");
    let location = Location::Folder(folder.clone());
    let first = Engine::open(&location).unwrap();
    let connected = client(&first);
    create_table(&connected).await;
    put(&connected, "a", text("kept")).await;

    let refused = Engine::open(&location).unwrap_err();
    assert!(matches!(&refused, Error::InUse(named) if *named == folder));
    assert!(refused.to_string().ends_with("when missing is in use by another dynakv process"));
    only_the_owner_may_read(&folder);

    drop((first, connected));
    let second = Engine::open(&location).unwrap();
    assert_eq!(get(&client(&second), "a").await, Some(text("kept")));
}

#[cfg(unix)]
fn only_the_owner_may_read(folder: &Path) {
    use std::os::unix::fs::MetadataExt;
    assert_eq!(folder.metadata().unwrap().mode() & 0o777, 0o700);
    let files: Vec<_> = folder.read_dir().unwrap().map(|file| file.unwrap()).collect();
    assert!(files.len() > 2, "the database, its log and the claim: {files:?}");
    for file in files {
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[cfg(not(unix))]
fn only_the_owner_may_read(_folder: &Path) {}

#[test]
fn a_folder_keeps_one_secret() {
    let parent = tempfile::tempdir().unwrap();
    let location = |name: &str| Location::Folder(parent.path().join(name));
    let secret = |location: &Location| Engine::open(location).unwrap().secret().unwrap().unwrap();
    let first = secret(&location("one"));
    // A process that was killed while it made one leaves this behind.
    std::fs::write(parent.path().join("one/dynakv.secret.new"), "half").unwrap();
    assert_eq!(secret(&location("one")), first);
    assert_ne!(secret(&location("two")), first);
    assert_eq!(Engine::open(&Location::Memory).unwrap().secret().unwrap(), None);
}

#[test]
fn a_secret_is_for_its_owner_alone_and_complete() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let engine = Engine::open(&Location::Folder(folder.clone())).unwrap();
    std::fs::write(folder.join("dynakv.secret.new"), "half".repeat(100)).unwrap();
    let secret = engine.secret().unwrap().unwrap();
    let stored = std::fs::read_to_string(folder.join("dynakv.secret")).unwrap();
    assert_eq!(stored.trim(), secret.expose(), "nothing is left of what was there before");
    only_the_owner_may_read(&folder);

    std::fs::write(folder.join("dynakv.secret"), "short").unwrap();
    let refused = engine.secret().unwrap_err();
    let Error::Folder { source, .. } = refused else { panic!("{refused}") };
    assert!(source.to_string().starts_with("dynakv.secret must have at least 32 bytes"), "{source}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_named() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    assert!(matches!(Engine::open(&Location::Folder(file)), Err(Error::Folder { .. })));

    std::fs::write(parent.path().join("dynakv.db"), "no database".repeat(500)).unwrap();
    let refused = Engine::open(&Location::Folder(parent.path().to_owned())).unwrap_err();
    assert!(matches!(refused, Error::Open { .. }), "{refused}");
}

#[tokio::test]
async fn a_sweep_deletes_what_has_expired_and_nothing_else() {
    let clock = ManualClock::new(1_000);
    let engine = Engine::over(NativeDatabase::memory_with_clock(clock.arc()).unwrap(), None);
    let client = client(&engine);
    create_table(&client).await;
    enable_ttl(&client).await;
    for (key, ttl) in [("expired", number("999")), ("alive", number("1000")), ("text", text("1"))] {
        client.put_item().table_name(TABLE).item("pk", text(key)).item("ttl", ttl).send().await.unwrap();
    }
    assert_eq!(engine.sweep().unwrap(), 1);
    assert_eq!(client.scan().table_name(TABLE).limit(10).send().await.unwrap().count, 2);

    clock.set(1_001);
    let swept = async { while client.scan().table_name(TABLE).limit(10).send().await.unwrap().count != 1 {} };
    tokio::select! {
        () = swept => {}
        () = engine.clone().sweep_every(Duration::from_mins(1), SharedAsyncSleep::new(NoSleep)) => {
            panic!("sweeps on until dropped");
        }
    }
}

#[derive(Debug)]
struct NoSleep;

impl AsyncSleep for NoSleep {
    fn sleep(&self, _duration: Duration) -> Sleep {
        Sleep::new(std::future::ready(()))
    }
}

/// A clock that panics on demand. The engine reads it while it holds its lock.
struct BrokenClock(Arc<AtomicBool>);

impl Clock for BrokenClock {
    fn now_unix_secs(&self) -> u64 {
        assert!(!self.0.load(Ordering::SeqCst), "the clock is broken");
        1_000
    }

    fn now_unix_secs_f64(&self) -> f64 {
        1_000.0
    }
}

/// An engine, its client with a table whose writes read the clock, and the switch that breaks the clock.
async fn fragile() -> (Engine, Client, Arc<AtomicBool>) {
    let broken = Arc::new(AtomicBool::new(false));
    let clock = Arc::new(BrokenClock(Arc::clone(&broken)));
    let engine = Engine::over(NativeDatabase::memory_with_clock(clock).unwrap(), None);
    let client = client(&engine);
    create_table(&client).await;
    let stream = StreamSpecification::builder().stream_enabled(true).stream_view_type(StreamViewType::KeysOnly);
    let update = client.update_table().table_name(TABLE).stream_specification(stream.build().unwrap());
    update.send().await.unwrap();
    (engine, client, broken)
}

#[tokio::test]
async fn a_panic_under_a_call_ends_the_service() {
    let (engine, client, broken) = fragile().await;
    put(&client, "a", text("before")).await;
    engine.check().unwrap();
    broken.store(true, Ordering::SeqCst);
    let write = || client.put_item().table_name(TABLE).item("pk", text("a")).send();
    // Those that wait for the engine when it fails, for their turn or for a worker, fail with it, but never begin.
    let mut codes = Vec::new();
    for failed in join_all((0..3 * WORKERS).map(|_| write())).await {
        codes.push(failed.unwrap_err().into_service_error().code().unwrap().to_owned());
    }
    let panicked = codes.iter().filter(|code| *code == "InternalServerError").count();
    let not_begun = codes.iter().filter(|code| *code == NOT_BEGUN).count();
    assert_eq!((panicked, not_begun), (1, 3 * WORKERS - 1), "{codes:?}");
    assert!(matches!(engine.check(), Err(Error::Failed)));

    broken.store(false, Ordering::SeqCst);
    assert_eq!(write().await.unwrap_err().into_service_error().code(), Some(NOT_BEGUN));
    assert!(matches!(engine.check(), Err(Error::Failed)));
    assert!(matches!(engine.sweep(), Err(Error::Failed)));
}

#[tokio::test]
async fn a_panic_under_a_sweep_ends_the_service_and_the_sweeper() {
    let (engine, client, broken) = fragile().await;
    broken.store(true, Ordering::SeqCst);
    engine.clone().sweep_every(Duration::from_mins(1), SharedAsyncSleep::new(NoSleep)).await;
    assert!(matches!(engine.check(), Err(Error::Failed)));
    let read = client.get_item().table_name(TABLE).key("pk", text("a")).send().await;
    assert_eq!(read.unwrap_err().into_service_error().code(), Some(NOT_BEGUN));
}

/// Polls a write of `key` until it is where `arrived` says, and drops it there.
async fn abandon(client: &Client, key: &str, mut arrived: impl FnMut() -> bool) {
    let mut write = Box::pin(client.put_item().table_name(TABLE).item("pk", text(key)).item("val", text("x")).send());
    while !arrived() {
        assert!(futures_util::poll!(&mut write).is_pending());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_call_given_up_while_it_waits_for_a_worker_never_runs() {
    let (engine, client) = in_memory().await;
    let workers = engine.shared.workers.clone();
    let busy = workers.acquire_many(u32::try_from(WORKERS).unwrap()).await.unwrap();
    let connector_calls = Arc::strong_count(&engine.shared);
    // A call that has reached the connector holds a clone of the engine.
    abandon(&client, "a", || Arc::strong_count(&engine.shared) > connector_calls).await;
    drop(busy);
    put(&client, "b", text("later")).await;
    assert_eq!(get(&client, "a").await, None);
}

#[tokio::test]
async fn a_call_given_up_while_it_waits_for_its_turn_never_runs() {
    let (engine, client) = in_memory().await;
    let workers = engine.shared.workers.clone();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (held, holds) = tokio::sync::oneshot::channel();
    let shared = Arc::clone(&engine.shared);
    let busy = std::thread::spawn(move || {
        let _turn = shared.turn.lock().unwrap();
        held.send(()).unwrap();
        released.recv().unwrap();
    });
    holds.await.unwrap();
    abandon(&client, "a", || workers.available_permits() < WORKERS).await;
    release.send(()).unwrap();
    busy.join().unwrap();
    // The worker is done when all of them are free.
    drop(workers.acquire_many(u32::try_from(WORKERS).unwrap()).await.unwrap());
    assert_eq!(get(&client, "a").await, None);
}
