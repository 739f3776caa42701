//! Puts and deletes of items in a table with a composite key of numbers, which DynamoDB does not store as they are written.

use std::future::IntoFuture;

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::ScalarAttributeType::{N, S};
use aws_sdk_dynamodb::types::{AttributeDefinition, GlobalSecondaryIndex, KeyType, Projection, ProjectionType};
use dynakv_client::pb::item_service_client::ItemServiceClient;
use dynakv_client::{BatchOperation, Error, ItemKey, Number, Reason, TransactOperation, Update, Value, pb};
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;

use super::{ALONE, Gate};
use crate::support::faults::{Call, Fault, Upstream, What, When};
use crate::support::{Item, World, binary, element, keyed, number, string};

const TABLE: &str = "readings";

/// The maximum of one batch.
const SHARED: usize = 25;

/// A write of an item in flight: its place in the table, what it leaves there, and its result.
type Writes = JoinSet<(usize, Option<String>, Result<(), Error>)>;

/// The sensor, in two forms of one number.
const SENSOR: &str = "7";
const SENSOR_AGAIN: &str = "70e-1";

fn n(text: impl Into<String>) -> Value {
    text.into().parse::<Number>().unwrap().into()
}

fn key(sensor: &str, at: &str) -> ItemKey {
    ItemKey::new(n(sensor)).sort(n(at))
}

fn put(writes: &mut Writes, world: &World, at: usize, value: impl Into<String>) {
    let (client, value) = (world.client.clone(), value.into());
    writes.spawn(async move {
        // Half of the keys in a form that DynamoDB does not store.
        let text = if at.is_multiple_of(2) { format!("{at}.0") } else { at.to_string() };
        let item = [("sensor", n(SENSOR)), ("at", n(text)), ("value", Value::from(value.as_str()))];
        let put = client.put_item(item).table(TABLE).await;
        (at, Some(value), put.map(drop))
    });
}

fn delete(writes: &mut Writes, world: &World, at: usize) {
    let client = world.client.clone();
    writes.spawn(async move {
        let delete = client.delete_item(key(SENSOR_AGAIN, &at.to_string())).table(TABLE).omit_existed();
        (at, None, delete.await.map(drop))
    });
}

/// A put or a delete of each of the places that one batch has room for.
fn write_all(writes: &mut Writes, world: &World) {
    for at in 0..SHARED {
        if at % 3 == 2 { delete(writes, world, at) } else { put(writes, world, at, format!("value of {at}")) }
    }
}

/// A world in which every write is coalesced until the gate is opened. There are items to delete.
async fn crowded() -> (World, Gate, Writes) {
    crowd(World::with_endless_patience().await).await
}

async fn crowd(world: World) -> (World, Gate, Writes) {
    world.create(TABLE, define).await;
    // The server does not learn of the index, so that DynamoDB has to refuse what does not fit.
    world.faults.rule("DescribeTable", usize::MAX, |call: Call, upstream: Upstream| async move {
        let hide = |answer: &mut Json| drop(answer["Table"].as_object_mut().unwrap().remove("GlobalSecondaryIndexes"));
        World::amend(upstream.call(call).await, hide).await
    });
    for at in (0..SHARED).filter(|at| at % 3 == 2) {
        let old = place(at).into_iter().chain([("value".to_owned(), string("old"))]);
        world.put_into(TABLE, old.collect()).await;
    }
    let gate = Gate::new();
    gate.hold(&world, "PutItem", ALONE);
    let mut writes = Writes::new();
    for index in 0..ALONE {
        put(&mut writes, &world, 1000 + index, "first");
        world.faults.arrived("PutItem", index + 1).await;
    }
    (world, gate, writes)
}

/// An index by the value.
fn define(table: CreateTableFluentBuilder) -> CreateTableFluentBuilder {
    let value = AttributeDefinition::builder().attribute_name("value").attribute_type(S).build().unwrap();
    let index = GlobalSecondaryIndex::builder()
        .index_name("by-value")
        .key_schema(element("value", KeyType::Hash))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build());
    keyed(table, ("sensor", N), Some(("at", N)))
        .attribute_definitions(value)
        .global_secondary_indexes(index.build().unwrap())
}

fn place(at: usize) -> Item {
    Item::from([("sensor".to_owned(), number(SENSOR)), ("at".to_owned(), number(at))])
}

async fn stored(world: &World, at: usize) -> Option<String> {
    world.item_of(TABLE, place(at)).await.map(|item| item["value"].as_s().unwrap().clone())
}

async fn next_written(world: &World, writes: &mut Writes, times: usize) {
    for _ in 0..times {
        let (at, value, result) = writes.join_next().await.unwrap().unwrap();
        result.unwrap();
        assert_eq!(stored(world, at).await, value, "{at}");
    }
}

async fn assert_all_written(world: &World, mut writes: Writes) {
    let left = writes.len();
    next_written(world, &mut writes, left).await;
}

/// How many calls were made for single items since the first ones.
fn alone(world: &World) -> usize {
    world.faults.calls("PutItem") + world.faults.calls("DeleteItem") - ALONE
}

#[tokio::test]
async fn puts_and_deletes_of_items_share_a_call() {
    let (world, gate, mut writes) = crowded().await;
    write_all(&mut writes, &world);
    next_written(&world, &mut writes, SHARED).await;
    assert_eq!((world.faults.calls("BatchWriteItem"), alone(&world)), (1, 0));
    gate.open();
    assert_all_written(&world, writes).await;
}

#[tokio::test]
async fn writes_that_ask_for_more_go_alone() {
    let (world, gate, mut writes) = crowded().await;
    let item = || [("sensor", n(SENSOR)), ("at", n("1")), ("value", Value::from("value"))];
    let put = || world.client.put_item(item()).table(TABLE);
    put().return_old().await.unwrap();
    put().condition("attribute_exists(sensor)").await.unwrap();
    let delete = || world.client.delete_item(key(SENSOR, "1")).table(TABLE);
    delete().await.unwrap();
    delete().return_old().await.unwrap();
    let (key, return_consumed_capacity) = (Some(key(SENSOR, "1").into()), true);
    let request = pb::DeleteItemRequest {
        table: TABLE.to_owned(),
        key,
        return_consumed_capacity,
        omit_existed: true,
        ..Default::default()
    };
    ItemServiceClient::new(world.channel.clone()).delete_item(request).await.unwrap();
    assert_eq!((world.faults.calls("BatchWriteItem"), alone(&world)), (0, 5));
    gate.open();
    next_written(&world, &mut writes, ALONE).await;
}

#[tokio::test]
async fn a_shared_call_that_certainly_wrote_nothing_fails_no_item() {
    let throttle = What::Throttle { code: "ProvisionedThroughputExceededException", reasons: &[] };
    let refused = What::Error { status: 400, code: "ValidationException", message: "Item size" };
    let denied = What::Error { status: 400, code: "AccessDeniedException", message: "not authorized" };
    for what in [throttle, refused, denied, What::ConnectRefused] {
        let (world, gate, mut writes) = crowded().await;
        world.faults.inject(Fault::new("BatchWriteItem", When::Before, what.clone()));
        write_all(&mut writes, &world);
        next_written(&world, &mut writes, SHARED).await;
        assert_eq!(alone(&world), SHARED, "{what:?}");
        gate.open();
        assert_all_written(&world, writes).await;
    }
}

/// Also that of a plain delete: that it finds nothing the second time does not matter.
#[tokio::test]
async fn a_shared_call_whose_answer_is_lost_is_made_good_for_items() {
    for when in [When::Before, When::After] {
        for what in What::LOSSES {
            let (world, gate, mut writes) = crowded().await;
            world.faults.inject(Fault::new("BatchWriteItem", when, what.clone()));
            write_all(&mut writes, &world);
            next_written(&world, &mut writes, SHARED).await;
            gate.open();
            assert_all_written(&world, writes).await;
        }
    }
}

/// DynamoDB gives the numbers back in its own form.
fn in_dynamodbs_form(mut request: Json) -> Json {
    for place in ["/PutRequest/Item", "/DeleteRequest/Key"] {
        if let Some(attributes) = request.pointer_mut(place) {
            for name in ["sensor", "at"] {
                let written: f64 = attributes[name]["N"].as_str().unwrap().parse().unwrap();
                attributes[name] = json!({ "N": written.to_string() });
            }
        }
    }
    request
}

#[tokio::test]
async fn items_that_are_left_unprocessed_are_written_alone() {
    let (world, gate, mut writes) = crowded().await;
    world.faults.rule("BatchWriteItem", 1, |mut call: Call, upstream: Upstream| async move {
        let mut request = call.json();
        let tables = request["RequestItems"].as_object_mut().unwrap();
        let (table, parts) = tables.iter_mut().next().unwrap();
        let (table, left) = (table.clone(), parts.as_array_mut().unwrap().split_off(10));
        let left: Json = left.into_iter().map(in_dynamodbs_form).collect();
        call.set_json(&request);
        World::amend(upstream.call(call).await, |answer| answer["UnprocessedItems"] = json!({ table: left })).await
    });
    write_all(&mut writes, &world);
    next_written(&world, &mut writes, SHARED).await;
    assert_eq!(alone(&world), 15);
    gate.open();
    assert_all_written(&world, writes).await;
}

/// An answer about an item that was not sent says nothing of those that were.
#[tokio::test]
async fn an_answer_about_another_item_is_unreadable() {
    let (world, gate, mut writes) = crowded().await;
    world.faults.rule("BatchWriteItem", 1, |call: Call, upstream: Upstream| async move {
        let table = call.json()["RequestItems"].as_object().unwrap().keys().next().unwrap().clone();
        let other = json!([{"DeleteRequest": {"Key": {"sensor": {"N": "7"}, "at": {"N": "99"}}}}]);
        World::amend(upstream.call(call).await, |answer| answer["UnprocessedItems"] = json!({ table: other })).await
    });
    write_all(&mut writes, &world);
    next_written(&world, &mut writes, SHARED).await;
    assert_eq!(alone(&world), SHARED);
    gate.open();
    assert_all_written(&world, writes).await;
}

/// Any other write of an item waits for the batch that contains it, however the request writes its key.
#[tokio::test]
async fn no_other_write_of_an_item_is_in_flight_beside_a_shared_one() {
    let (world, gate, mut writes) = crowded().await;
    let shared = Gate::new();
    shared.hold(&world, "BatchWriteItem", 1);
    write_all(&mut writes, &world);
    world.faults.arrived("BatchWriteItem", 1).await;

    let change = |sensor: &str, at: &str| {
        let update = Update::new().set("value", "updated");
        tokio::spawn(world.client.update_item(key(sensor, at), update).table(TABLE).into_future())
    };
    let delete = |at: &str| tokio::spawn(world.client.delete_item(key(SENSOR_AGAIN, at)).table(TABLE).into_future());
    let transact = |at: &str| {
        let put = [("sensor", n(SENSOR_AGAIN)), ("at", n(at)), ("value", Value::from("transacted"))];
        tokio::spawn(world.client.transact_write([TransactOperation::put_item(put).table(TABLE)]).into_future())
    };
    let (changed, deleted, transacted) = (change(SENSOR_AGAIN, "3.0"), delete("4e0"), transact("0.6e1"));
    // Writes of other items are carried out meanwhile.
    change("8", "3").await.unwrap().unwrap();
    delete("100").await.unwrap().unwrap();
    transact("100").await.unwrap().unwrap();
    for action in ["UpdateItem", "DeleteItem", "TransactWriteItems"] {
        assert_eq!(world.faults.calls(action), 1, "{action}");
    }

    shared.open();
    changed.await.unwrap().unwrap();
    deleted.await.unwrap().unwrap();
    transacted.await.unwrap().unwrap();
    gate.open();
    writes.join_all().await.into_iter().for_each(|(_, _, written)| written.unwrap());
    assert_eq!(stored(&world, 3).await.as_deref(), Some("updated"));
    assert_eq!(stored(&world, 4).await, None);
    assert_eq!(stored(&world, 6).await.as_deref(), Some("transacted"));
}

/// An entry and the item that holds it are one, also for a batch of BatchWrite.
#[tokio::test]
async fn an_entry_and_its_item_share_a_lock() {
    let world = World::with_endless_patience().await;
    let gate = Gate::new();
    gate.hold(&world, "PutItem", ALONE);
    let mut puts = JoinSet::new();
    let put = |key: String| {
        let client = world.client.clone();
        async move { client.put_item([("pk", Value::from(key.as_str())), ("val", Value::from("item"))]).await }
    };
    for index in 0..ALONE {
        puts.spawn(put(format!("first-{index}")));
        world.faults.arrived("PutItem", index + 1).await;
    }
    let shared = Gate::new();
    shared.hold(&world, "BatchWriteItem", 1);
    (0..SHARED).for_each(|index| drop(puts.spawn(put(format!("key-{index}")))));
    world.faults.arrived("BatchWriteItem", 1).await;

    let (client, again) = (world.client.clone(), world.client.clone());
    let persisted = tokio::spawn(async move { client.persist("key-2").await });
    let batch = tokio::spawn(async move { again.batch_write([BatchOperation::set("key-3", "entry")]).await });
    world.client.persist("other").await.unwrap();
    world.client.batch_write([BatchOperation::set("other", "entry")]).await.unwrap();
    assert_eq!((world.faults.calls("UpdateItem"), world.faults.calls("BatchWriteItem")), (1, 2));
    shared.open();
    persisted.await.unwrap().unwrap();
    batch.await.unwrap().unwrap();
    gate.open();
    puts.join_all().await.into_iter().for_each(|put| drop(put.unwrap()));
    assert_eq!(world.item("key-3").await.unwrap().get("val"), Some(&binary(b"entry")));
}

/// DynamoDB refuses the whole batch because of one item. Only that one's caller is told, and of the right field.
#[tokio::test]
async fn an_item_that_does_not_fit_an_index_harms_no_other() {
    let (world, gate, mut writes) = crowded().await;
    let misfit = [("sensor", n(SENSOR)), ("at", n("50")), ("value", Value::from(true))];
    let misfit = tokio::spawn(world.client.put_item(misfit).table(TABLE).into_future());
    for at in 1..SHARED {
        put(&mut writes, &world, at, "fits");
    }
    let error = misfit.await.unwrap().unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::InvalidField));
    let fields: Vec<_> = error.failure().unwrap().fields().iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, [r#"item["value"]"#]);
    next_written(&world, &mut writes, SHARED - 1).await;
    assert_eq!((world.faults.calls("BatchWriteItem"), alone(&world)), (1, SHARED));
    gate.open();
    assert_all_written(&world, writes).await;
}
