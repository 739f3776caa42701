//! BatchGetItems and BatchWriteItems.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::ScalarAttributeType::{N, S};
use dynakv_client::pb;
use dynakv_client::pb::batch_get_items_result::Result as Found;
use dynakv_client::pb::batch_write_items_operation::Kind;
use dynakv_client::pb::batch_write_items_result::Outcome::{self, Applied, ConditionFailed, Superseded};
use tonic::{Code, Response, Status};
use tonic_types::RpcStatusExt;

use super::super::on_every_backend;
use super::{assert_invalid, item, item_of, key_of, names, refusal, stub, unversioned, value, values};
use crate::support::{Item, World, binary, keyed, number, string};

on_every_backend!(
    each_read_has_its_answer,
    items_of_several_tables_are_read_and_written,
    values_of_every_type_come_back_as_they_are,
    keys_are_told_apart_by_value,
    what_has_expired_is_missing,
    a_projection_is_for_all_reads,
    ten_thousand_items,
    the_last_on_an_item_wins,
    conditions_are_judged_one_by_one,
    a_batch_refused_for_one_operation_changes_nothing,
    bad_reads_are_refused,
    one_bad_condition_fails_alone,
    capacity_is_told_when_asked,
);

fn read(table: &str, key: Option<pb::ItemKey>) -> pb::BatchGetItemsOperation {
    pb::BatchGetItemsOperation { table: table.to_owned(), key }
}

fn put(table: &str, put: pb::BatchPutItem) -> pb::BatchWriteItemsOperation {
    pb::BatchWriteItemsOperation { table: table.to_owned(), kind: Some(Kind::PutItem(put)), ..Default::default() }
}

fn delete(table: &str, delete: pb::BatchDeleteItem) -> pb::BatchWriteItemsOperation {
    pb::BatchWriteItemsOperation { table: table.to_owned(), kind: Some(Kind::DeleteItem(delete)), ..Default::default() }
}

/// A put into the default table.
fn put_of<'a>(key: &str, fields: impl IntoIterator<Item = (&'a str, AttributeValue)>) -> pb::BatchPutItem {
    let item = fields.into_iter().chain([("pk", string(key))]);
    pb::BatchPutItem { item: values(item), ..Default::default() }
}

/// A delete from the default table.
fn delete_of(key: &str) -> pb::BatchDeleteItem {
    pb::BatchDeleteItem { key: key_of(key), ..Default::default() }
}

/// The primary key of a table with a sort key, or of one without.
#[expect(clippy::unnecessary_wraps, reason = "as the requests take it")]
fn key(partition: AttributeValue, sort: Option<AttributeValue>) -> Option<pb::ItemKey> {
    Some(pb::ItemKey { partition: Some(value(partition)), sort: sort.map(value) })
}

/// The results of a read, by index. Each index occurs once.
async fn get_all(
    world: &World,
    request: pb::BatchGetItemsRequest,
) -> Result<(Vec<Found>, Option<pb::ConsumedCapacity>), Status> {
    let reads = request.operations.len();
    let mut stream = stub(world).batch_get_items(request).await?.into_inner();
    let (mut results, mut consumed) = (BTreeMap::new(), None);
    while let Some(message) = stream.message().await? {
        assert!(consumed.is_none(), "the capacity is in the last message");
        for pb::BatchGetItemsResult { index, result } in message.results {
            assert!(results.insert(index, result.unwrap()).is_none(), "{index} is answered twice");
        }
        consumed = message.consumed_capacity;
    }
    assert!(results.keys().copied().eq(0..u32::try_from(reads).unwrap()), "each index is answered");
    Ok((results.into_values().collect(), consumed))
}

/// The items that are read, or `None` for each that is missing.
async fn items(world: &World, operations: Vec<pb::BatchGetItemsOperation>) -> Vec<Option<Item>> {
    let request = pb::BatchGetItemsRequest { operations, consistent_read: true, ..Default::default() };
    get_all(world, request).await.unwrap().0.into_iter().map(found).collect()
}

fn found(result: Found) -> Option<Item> {
    match result {
        Found::Found(attributes) => Some(item_of(attributes)),
        Found::Missing(_) => None,
        Found::Failed(status) => panic!("{status:?}"),
    }
}

async fn write(
    world: &World,
    operations: Vec<pb::BatchWriteItemsOperation>,
) -> Result<Vec<pb::BatchWriteItemsResult>, Status> {
    let request = pb::BatchWriteItemsRequest { operations, ..Default::default() };
    stub(world).batch_write_items(request).await.map(|response| response.into_inner().results)
}

fn outcomes(results: &[pb::BatchWriteItemsResult]) -> Vec<Outcome> {
    results.iter().map(pb::BatchWriteItemsResult::outcome).collect()
}

async fn each_read_has_its_answer(world: World) {
    for key in ["a", "c", "é"] {
        world.put(key, [("of", string(key))]).await;
    }
    let keys = ["c", "b", "a", "é", "c", "b", "a"];
    let reads: Vec<_> = keys.iter().map(|key| read("", key_of(key))).collect();
    let of = |key: &str| Some(item([("pk", string(key)), ("of", string(key))]));
    let all = [of("c"), None, of("a"), of("é"), of("c"), None, of("a")];
    assert_eq!(items(&world, reads).await, all);

    world.faults.reset_counts();
    // The default table has a name, too.
    let same = ["", "entries"].repeat(125).into_iter().map(|table| read(table, key_of("a"))).collect();
    assert!(items(&world, same).await.iter().all(|item| *item == of("a")));
    assert_eq!(world.faults.calls("BatchGetItem"), 1, "a duplicate is read once");
}

async fn items_of_several_tables_are_read_and_written(world: World) {
    world.create("orders", |table| keyed(table, ("customer", S), Some(("at", N)))).await;
    let order = |at: i32| values([("customer", string("ann")), ("at", number(at)), ("total", number(at * 10))]);
    let of_other = values([("id", string("x")), ("n", number(1))]);
    let mut operations: Vec<_> =
        (0..30).map(|at| put("orders", pb::BatchPutItem { item: order(at), ..Default::default() })).collect();
    operations.push(put("other", pb::BatchPutItem { item: of_other, ..Default::default() }));
    operations.extend((0..30).map(|index| put("", put_of(&format!("key-{index}"), []))));
    world.faults.reset_counts();
    let results = write(&world, operations).await.unwrap();
    assert_eq!(outcomes(&results), [Applied; 61]);
    assert_eq!(world.faults.calls("BatchWriteItem"), 5, "each table has its own calls");
    let stored = world.item_of("orders", item([("customer", string("ann")), ("at", number(7))])).await.unwrap();
    let version = stored["dkv_ver"].as_n().unwrap();
    assert_eq!((&stored["total"], results[7].version.as_ref()), (&number(70), Some(version)));

    let reads = vec![
        read("orders", key(string("ann"), Some(number(29)))),
        read("", key_of("key-3")),
        read("other", key_of("x")),
        read("orders", key(string("bob"), Some(number(29)))),
        read("other", key_of("key-3")),
    ];
    let read_items: Vec<_> = items(&world, reads).await.into_iter().map(|item| item.map(unversioned)).collect();
    let ann = item([("customer", string("ann")), ("at", number(29)), ("total", number(290))]);
    let x = item([("id", string("x")), ("n", number(1))]);
    assert_eq!(read_items, [Some(ann), Some(item([("pk", string("key-3"))])), Some(x), None, None]);

    let gone = pb::BatchDeleteItem { key: key(string("ann"), Some(number(29))), ..Default::default() };
    let results = write(&world, vec![delete("orders", gone), delete("other", delete_of("x"))]).await.unwrap();
    assert_eq!((outcomes(&results), results[0].existed), (vec![Applied, Applied], None));
    assert_eq!(world.item_of_other("x").await, None);
    assert_eq!(world.item_of("orders", item([("customer", string("ann")), ("at", number(29))])).await, None);
}

async fn values_of_every_type_come_back_as_they_are(world: World) {
    let fields = [
        ("s", string("é\u{0}\"\\")),
        ("empty", string("")),
        ("n", number("-12345678901234567890123456789012345678")),
        ("b", binary(&[0, 255])),
        ("bool", AttributeValue::Bool(false)),
        ("null", AttributeValue::Null(true)),
        ("m", AttributeValue::M(item([("l", AttributeValue::L(vec![number(1), string("x")]))]))),
        ("l", AttributeValue::L(Vec::new())),
        ("ss", AttributeValue::Ss(vec!["a".to_owned()])),
        ("ns", AttributeValue::Ns(vec!["1".to_owned()])),
        ("bs", AttributeValue::Bs(vec![aws_sdk_dynamodb::primitives::Blob::new([1])])),
    ];
    let results = write(&world, vec![put("", put_of("key", fields.clone()))]).await.unwrap();
    assert_eq!(outcomes(&results), [Applied]);
    let all = item(fields.into_iter().chain([("pk", string("key"))]));
    assert_eq!(unversioned(world.item("key").await.unwrap()), all);
    assert_eq!(items(&world, vec![read("", key_of("key"))]).await.remove(0).map(unversioned), Some(all));
}

async fn keys_are_told_apart_by_value(world: World) {
    world.create("readings", |table| keyed(table, ("sensor", N), Some(("at", N)))).await;
    let put_at = |sensor: &str, at: &str, count: i32| {
        let item = values([("sensor", number(sensor)), ("at", number(at)), ("count", number(count))]);
        put("readings", pb::BatchPutItem { item, ..Default::default() })
    };
    let operations = vec![put_at("1", "20", 1), put_at("1", "2", 2), put_at("1.0", "2E1", 3)];
    assert_eq!(outcomes(&write(&world, operations).await.unwrap()), [Superseded, Applied, Applied]);

    world.faults.reset_counts();
    let spellings = [("1", "20"), ("1.00", "2E1"), ("1E0", "200E-1"), ("1", "2")];
    let reads = spellings.map(|(sensor, at)| read("readings", key(number(sensor), Some(number(at))))).into();
    let counts: Vec<_> = items(&world, reads).await.into_iter().map(|item| item.unwrap()["count"].clone()).collect();
    assert_eq!(counts, [number(3), number(3), number(3), number(2)]);
    assert_eq!(world.faults.calls("BatchGetItem"), 1);
}

async fn what_has_expired_is_missing(world: World) {
    let ttl = Some(prost_types::Duration { seconds: 1, nanos: 500_000_000 });
    let brief = pb::BatchPutItem { ttl, ..put_of("brief", []) };
    let results = write(&world, vec![put("", brief), put("", put_of("kept", []))]).await.unwrap();
    let expires = results[0].expire_time.unwrap();
    assert_eq!(expires.seconds * 1000 + i64::from(expires.nanos) / 1_000_000, world.millis() + 1500);
    assert_eq!(results[1].expire_time, None);
    world.put("foreign", [("ttl", number(world.seconds() - 1))]).await;
    let existing = async || {
        let reads = ["brief", "kept", "foreign"].map(|key| read("", key_of(key))).into();
        items(&world, reads).await.iter().map(Option::is_some).collect::<Vec<_>>()
    };
    world.clock.advance(Duration::from_millis(1499));
    assert_eq!(existing().await, [true, true, false]);
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(existing().await, [false, true, false]);

    // Conditions and reports do not see it, either.
    let absent = pb::BatchPutItem { condition: "attribute_not_exists(pk)".into(), ..put_of("brief", []) };
    let reported = pb::BatchDeleteItem { report_existed: true, ..delete_of("foreign") };
    let results = write(&world, vec![put("", absent), delete("", reported)]).await.unwrap();
    assert_eq!((outcomes(&results), results[1].existed), (vec![Applied, Applied], Some(false)));
    assert_eq!(unversioned(world.item("brief").await.unwrap()), item([("pk", string("brief"))]));
}

async fn a_projection_is_for_all_reads(world: World) {
    let fields = [("a", number(1)), ("b", number(2)), ("ttl", number(9_999_999_999_i64))];
    world.put("key", fields).await;
    world.put("expired", [("a", number(1)), ("ttl", number(1))]).await;
    world.put("without", [("c", number(1))]).await;
    let operations = ["key", "expired", "without", "never"].map(|key| read("", key_of(key))).into();
    let request = pb::BatchGetItemsRequest {
        operations,
        projection: "#a, absent".into(),
        names: names([("#a", "a")]),
        ..Default::default()
    };
    let results: Vec<_> = get_all(&world, request.clone()).await.unwrap().0.into_iter().map(found).collect();
    assert_eq!(results, [Some(item([("a", number(1))])), None, Some(Item::new()), None]);

    let overlapping = pb::BatchGetItemsRequest { projection: "#a, a".into(), ..request.clone() };
    assert_invalid(get_all(&world, overlapping).await, "INVALID_EXPRESSION", "projection");
    let unused = pb::BatchGetItemsRequest { projection: "b".into(), ..request };
    assert_invalid(get_all(&world, unused).await, "INVALID_FIELD", r##"names["#a"]"##);
}

async fn ten_thousand_items(world: World) {
    let key = |index: usize| format!("key-{index}");
    let stored = (0..10_000).step_by(20);
    let puts = stored.map(|index| put("", put_of(&key(index), [("n", number(index))]))).collect();
    let results = write(&world, puts).await.unwrap();
    assert!(results.iter().all(|result| result.outcome() == Applied));
    let reads: Vec<_> = (0..10_000).map(|index| read("", key_of(&key(index)))).collect();
    for (index, item) in items(&world, reads.clone()).await.into_iter().enumerate() {
        let expected = (index % 20 == 0).then(|| number(index));
        assert_eq!(item.map(|mut item| item.remove("n").unwrap()), expected);
    }
    let too_many = [reads, vec![read("", key_of("one more"))]].concat();
    let request = pb::BatchGetItemsRequest { operations: too_many, ..Default::default() };
    assert_invalid(get_all(&world, request).await, "INVALID_FIELD", "operations");
}

async fn the_last_on_an_item_wins(world: World) {
    let absent = "attribute_not_exists(pk)";
    let operations = vec![
        put("", put_of("a", [("n", number(1))])),
        put("entries", put_of("b", [])),
        delete("", delete_of("a")),
        put("", pb::BatchPutItem { condition: absent.into(), ..put_of("c", []) }),
        put("entries", put_of("a", [("n", number(2))])),
        delete("", pb::BatchDeleteItem { report_existed: true, ..delete_of("c") }),
    ];
    let results = write(&world, operations).await.unwrap();
    assert_eq!(outcomes(&results), [Superseded, Applied, Superseded, Superseded, Applied, Applied]);
    assert_eq!(results[5].existed, Some(false));
    assert_eq!(world.item("a").await.unwrap()["n"], number(2));
    assert_eq!(world.item("c").await, None);
}

async fn conditions_are_judged_one_by_one(world: World) {
    for key in ["present", "other", "shown", "gone", "kept"] {
        world.put(key, [("n", number(1))]).await;
    }
    let is_one = |put: pb::BatchPutItem| pb::BatchPutItem {
        condition: "#n = :one".into(),
        names: names([("#n", "n")]),
        values: values([(":one", number(1))]),
        ..put
    };
    let not_one = |put: pb::BatchPutItem| pb::BatchPutItem { condition: "#n <> :one".into(), ..is_one(put) };
    let shown = |operation| pb::BatchWriteItemsOperation { return_current: true, ..operation };
    let exists =
        |delete: pb::BatchDeleteItem| pb::BatchDeleteItem { condition: "attribute_exists(pk)".into(), ..delete };
    let operations = vec![
        put("", is_one(put_of("present", []))),
        put("", not_one(put_of("other", []))),
        shown(put("", not_one(put_of("shown", [])))),
        shown(put("", is_one(put_of("never", [])))),
        delete("", exists(delete_of("gone"))),
        delete("", pb::BatchDeleteItem { report_existed: true, ..exists(delete_of("never, too")) }),
        delete("", pb::BatchDeleteItem { report_existed: true, ..exists(delete_of("kept")) }),
        put("", put_of("plain", [])),
    ];
    let results = write(&world, operations).await.unwrap();
    let expected =
        [Applied, ConditionFailed, ConditionFailed, ConditionFailed, Applied, ConditionFailed, Applied, Applied];
    assert_eq!(outcomes(&results), expected);
    let current: Vec<_> = results.iter().map(|result| result.current.clone().map(item_of)).collect();
    let one = item([("pk", string("shown")), ("n", number(1))]);
    assert_eq!(current, [None, None, Some(one), None, None, None, None, None]);
    let existed: Vec<_> = results.iter().map(|result| result.existed).collect();
    assert_eq!(existed, [None, None, None, None, None, None, Some(true), None]);
    assert!(results[0].version.is_some() && results[1].version.is_none());
}

async fn a_batch_refused_for_one_operation_changes_nothing(world: World) {
    world.create("orders", |table| keyed(table, ("customer", S), Some(("at", N)))).await;
    let without_sort = pb::BatchPutItem { item: values([("customer", string("ann"))]), ..Default::default() };
    let version = put_of("b", [("dkv_ver", number(1))]);
    let unused = pb::BatchPutItem { names: names([("#a", "a")]), ..put_of("b", []) };
    let nothing = pb::BatchWriteItemsOperation::default();
    let no_key = pb::BatchDeleteItem::default();
    let large = put_of("b", [("a", binary(&vec![0; 409_600]))]);
    let cases = [
        (put("orders", without_sort), "INVALID_FIELD", r#"operations[1].put_item.item["at"]"#),
        (put("", version), "INVALID_FIELD", r#"operations[1].put_item.item["dkv_ver"]"#),
        (put("", unused), "INVALID_FIELD", r##"operations[1].put_item.names["#a"]"##),
        (put("", large), "INVALID_FIELD", "operations[1].put_item.item"),
        (nothing, "INVALID_FIELD", "operations[1].kind"),
        (delete("", no_key), "INVALID_FIELD", "operations[1].delete_item.key"),
        (delete("orders", delete_of("b")), "INVALID_FIELD", "operations[1].delete_item.key.sort"),
    ];
    for (operation, reason, field) in cases {
        let result = write(&world, vec![put("", put_of("a", [])), operation, put("", put_of("c", []))]).await;
        assert_invalid(result, reason, field);
    }
    if !world.has_any_table {
        let result = write(&world, vec![put("", put_of("a", [])), put("nowhere", put_of("b", []))]).await;
        assert_invalid(result, "TABLE_NOT_CONFIGURED", "operations[1].table");
    }
    assert_invalid(write(&world, Vec::new()).await, "INVALID_FIELD", "operations");
    assert_eq!(items(&world, vec![read("", key_of("a")), read("", key_of("c"))]).await, [None, None]);
}

async fn bad_reads_are_refused(world: World) {
    world.create("orders", |table| keyed(table, ("customer", S), Some(("at", N)))).await;
    let cases = [
        (read("orders", key(string("ann"), None)), "operations[1].key.sort"),
        (read("orders", key(number(1), Some(number(1)))), "operations[1].key.partition"),
        (read("", key(string(""), None)), "operations[1].key.partition"),
        (read("", None), "operations[1].key"),
    ];
    for (operation, field) in cases {
        let operations = vec![read("", key_of("a")), operation];
        let request = pb::BatchGetItemsRequest { operations, ..Default::default() };
        assert_invalid(get_all(&world, request).await, "INVALID_FIELD", field);
    }
    // A configured table that DynamoDB does not have.
    let operations = vec![read("", key_of("a")), read("blobs", key_of("a"))];
    let request = pb::BatchGetItemsRequest { operations, ..Default::default() };
    let (code, reason, _) = refusal(get_all(&world, request).await);
    assert_eq!((code, reason.as_str()), (Code::FailedPrecondition, "TABLE_NOT_FOUND"));
}

/// What only DynamoDB can refuse fails by itself.
async fn one_bad_condition_fails_alone(world: World) {
    let bad = pb::BatchPutItem {
        // A reserved word.
        condition: "old = :five".into(),
        values: values([(":five", number(5))]),
        ..put_of("bad", [])
    };
    let results = write(&world, vec![put("", put_of("a", [])), put("", bad)]).await.unwrap();
    assert_eq!(outcomes(&results), [Applied, Outcome::Failed]);
    let status = results[1].failed.clone().unwrap();
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "INVALID_EXPRESSION");
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "condition");
    assert!(world.item("a").await.is_some());
}

async fn capacity_is_told_when_asked(world: World) {
    let condition = "attribute_not_exists(pk)".to_owned();
    let operations = vec![put("", put_of("a", [])), put("", pb::BatchPutItem { condition, ..put_of("b", []) })];
    let asked = pb::BatchWriteItemsRequest { operations, return_consumed_capacity: true, ..Default::default() };
    let response = stub(&world).batch_write_items(asked).await.map(Response::into_inner).unwrap();
    let units = response.consumed_capacity.unwrap().capacity_units;
    // A unit for each write, alone or not; DynamoDB Local counts one more.
    assert!((2.0..=3.0).contains(&units), "{units}");
    let operations = vec![read("", key_of("a")), read("", key_of("b"))];
    let request = pb::BatchGetItemsRequest { operations, consistent_read: true, ..Default::default() };
    assert_eq!(get_all(&world, request.clone()).await.unwrap().1, None);
    let asked = pb::BatchGetItemsRequest { return_consumed_capacity: true, ..request };
    let units = get_all(&world, asked).await.unwrap().1.unwrap().capacity_units;
    assert!((2.0..=3.0).contains(&units), "{units}");
}
