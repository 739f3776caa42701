//! Batches of items of several tables when DynamoDB does them in parts, late or not at all.

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_sdk_dynamodb::types::ScalarAttributeType::{N, S};
use dynakv_client::pb;
use dynakv_client::pb::batch_get_items_result::Result as Found;
use dynakv_client::pb::batch_write_items_operation::Kind;
use dynakv_client::pb::batch_write_items_result::Outcome;
use dynakv_client::pb::item_service_client::ItemServiceClient;
use dynakv_client::pb::value::Kind as ValueKind;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tonic::Status;
use tonic_types::{RpcStatusExt, StatusExt};

use super::batches::{THROTTLE, inject, mishaps};
use crate::support::faults::{Fault, When};
use crate::support::{World, keyed, string};

/// An item: those with an even number are in the default table, the others in one with a sort key.
fn table_of(number: usize) -> String {
    if number.is_multiple_of(2) { String::new() } else { "orders".to_owned() }
}

fn text(text: String) -> pb::Value {
    pb::Value { kind: Some(ValueKind::S(text)) }
}

fn key_of(number: usize) -> pb::ItemKey {
    let partition = Some(text(format!("key-{}", number / 4)));
    let sort = Some(pb::Value { kind: Some(ValueKind::N(number.to_string())) });
    if number.is_multiple_of(2) {
        pb::ItemKey { partition: Some(text(format!("key-{number}"))), sort: None }
    } else {
        pb::ItemKey { partition, sort }
    }
}

fn put(number: usize, content: String) -> pb::BatchWriteItemsOperation {
    let pb::ItemKey { partition, sort } = key_of(number);
    let names = if number.is_multiple_of(2) { ["pk", "unused"] } else { ["customer", "at"] };
    let key = names.into_iter().zip([partition, sort]).filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let item = key.chain([("content".to_owned(), text(content))]).collect();
    let kind = Some(Kind::PutItem(pb::BatchPutItem { item, ..Default::default() }));
    pb::BatchWriteItemsOperation { table: table_of(number), kind, ..Default::default() }
}

fn delete(number: usize) -> pb::BatchWriteItemsOperation {
    let kind = Some(Kind::DeleteItem(pb::BatchDeleteItem { key: Some(key_of(number)), ..Default::default() }));
    pb::BatchWriteItemsOperation { table: table_of(number), kind, ..Default::default() }
}

async fn world() -> World {
    with_orders(World::embedded_in_memory().await).await
}

async fn with_orders(world: World) -> World {
    world.create("orders", |table| keyed(table, ("customer", S), Some(("at", N)))).await;
    world
}

/// What each read answers. Each has one answer.
async fn read(world: &World, numbers: &[usize]) -> Result<Vec<Found>, Status> {
    let operation =
        |number: &usize| pb::BatchGetItemsOperation { table: table_of(*number), key: Some(key_of(*number)) };
    let operations = numbers.iter().map(operation).collect();
    let request = pb::BatchGetItemsRequest { operations, consistent_read: true, ..Default::default() };
    let mut stream = ItemServiceClient::new(world.channel.clone()).batch_get_items(request).await?.into_inner();
    let mut answers = BTreeMap::new();
    while let Some(message) = stream.message().await? {
        for pb::BatchGetItemsResult { index, result } in message.results {
            assert!(answers.insert(index, result.unwrap()).is_none(), "{index} is answered twice");
        }
    }
    assert!(answers.keys().copied().eq(0..u32::try_from(numbers.len()).unwrap()), "each is answered");
    Ok(answers.into_values().collect())
}

async fn write(
    world: &World,
    operations: Vec<pb::BatchWriteItemsOperation>,
) -> Result<Vec<pb::BatchWriteItemsResult>, Status> {
    let request = pb::BatchWriteItemsRequest { operations, ..Default::default() };
    let mut client = ItemServiceClient::new(world.channel.clone());
    Ok(client.batch_write_items(request).await?.into_inner().results)
}

/// The content of an item that was found.
fn content(found: &pb::AttributeMap) -> String {
    match &found.fields["content"].kind {
        Some(ValueKind::S(text)) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_read_is_answered_once_and_as_it_is() {
    let world = world().await;
    let exists = |number: usize| number.is_multiple_of(3);
    let puts = (0..300).filter(|number| exists(*number)).map(|number| put(number, number.to_string()));
    write(&world, puts.collect()).await.unwrap();

    let mut runner = TestRunner::deterministic();
    let reads = proptest::collection::vec(0..300usize, 1..400);
    for case in 0..40 {
        let (numbers, mishaps) = (reads.clone(), mishaps()).new_tree(&mut runner).unwrap().current();
        let case = format!("case {case}: {} reads, {mishaps:?}", numbers.len());
        inject(&world, "BatchGetItem", mishaps.clone());
        let answers = read(&world, &numbers).await;
        world.faults.clear();
        let answers = match answers {
            Ok(answers) => answers,
            Err(status) => {
                assert!(!mishaps.is_empty(), "{status:?}, {case}");
                continue;
            }
        };
        for (number, found) in numbers.iter().zip(answers) {
            match found {
                Found::Found(item) => {
                    assert_eq!((content(&item), exists(*number)), (number.to_string(), true), "{case}");
                }
                Found::Missing(_) => assert!(!exists(*number), "{number} exists, {case}"),
                Found::Failed(status) => assert!(!mishaps.is_empty(), "{status:?}, {case}"),
            }
        }
    }
}

/// What a status says of the outcome of a write.
fn is_unknown(details: &tonic_types::ErrorDetails) -> bool {
    details.error_info().unwrap().metadata.get("outcome").is_some_and(|outcome| outcome == "UNKNOWN")
}

#[tokio::test]
async fn no_write_is_lost_or_invented() {
    let world = world().await;
    let mut runner = TestRunner::deterministic();
    let operations = proptest::collection::vec((0..60usize, any::<bool>()), 1..120);
    // What may be stored under each number.
    let mut stored: HashMap<usize, Vec<Option<String>>> = HashMap::new();
    for case in 0..40 {
        let (operations, mishaps) = (operations.clone(), mishaps()).new_tree(&mut runner).unwrap().current();
        let shown = format!("case {case}: {operations:?}, {mishaps:?}");
        inject(&world, "BatchWriteItem", mishaps.clone());
        let content_of = |position: usize| format!("{case}/{position}");
        let batch = operations.iter().enumerate().map(|(position, (number, puts))| match puts {
            true => put(*number, content_of(position)),
            false => delete(*number),
        });
        let result = write(&world, batch.collect()).await;
        world.faults.clear();

        for (position, (number, puts)) in operations.iter().enumerate() {
            let is_last = operations.iter().rposition(|(other, _)| other == number) == Some(position);
            let written = puts.then(|| content_of(position));
            let may_be = stored.entry(*number).or_insert_with(|| vec![None]);
            match result.as_ref().map(|results| &results[position]) {
                Ok(result) => match result.outcome() {
                    Outcome::Superseded => assert!(!is_last, "{position}, {shown}"),
                    Outcome::Applied => *may_be = vec![written],
                    Outcome::Failed if is_unknown(&result.failed.as_ref().unwrap().get_error_details()) => {
                        may_be.push(written);
                    }
                    Outcome::Failed => assert!(!mishaps.is_empty(), "{shown}"),
                    other => panic!("{other:?}, {shown}"),
                },
                Err(status) if is_last && is_unknown(&status.get_error_details()) => may_be.push(written),
                Err(_) => assert!(!mishaps.is_empty(), "{shown}"),
            }
        }
        let numbers: Vec<usize> = stored.keys().copied().collect();
        for (number, found) in numbers.iter().zip(read(&world, &numbers).await.unwrap()) {
            let is = match found {
                Found::Found(item) => Some(content(&item)),
                Found::Missing(_) => None,
                Found::Failed(status) => panic!("{status:?}"),
            };
            let may_be = stored.get_mut(number).unwrap();
            assert!(may_be.contains(&is), "{number} is {is:?}, not {may_be:?}, {shown}");
            *may_be = vec![is];
        }
    }
}

/// What fails on one table does not end what happens on another.
#[tokio::test]
async fn tables_fail_by_themselves() {
    let world = with_orders(World::with_full_pauses().await).await;
    let orders = world.physical_name("orders").to_owned();
    for operation in ["BatchGetItem", "BatchWriteItem"] {
        let orders = orders.clone();
        world.faults.rule(operation, usize::MAX, move |call, upstream| {
            let is_orders = call.json()["RequestItems"].get(&orders).is_some();
            async move {
                if is_orders {
                    return THROTTLE.instead_of(None).await;
                }
                upstream.call(call).await
            }
        });
    }
    let results = write(&world, (0..100).map(|number| put(number, number.to_string())).collect()).await.unwrap();
    for (number, result) in results.iter().enumerate() {
        let outcome = if number.is_multiple_of(2) { Outcome::Applied } else { Outcome::Failed };
        assert_eq!(result.outcome(), outcome, "{number}: {result:?}");
    }
    let answers = read(&world, &(0..100).collect::<Vec<_>>()).await.unwrap();
    for (number, found) in answers.iter().enumerate() {
        match found {
            Found::Found(item) => assert_eq!((number % 2, content(item)), (0, number.to_string())),
            Found::Failed(status) => {
                assert_eq!(number % 2, 1);
                assert_eq!(status.get_error_details().error_info().unwrap().reason, "THROTTLED");
            }
            Found::Missing(_) => panic!("{number} was not read"),
        }
    }
}

/// One table has two names. The second operation is carried out, whichever name it has.
#[tokio::test]
async fn a_table_of_two_names_has_each_item_once() {
    let world = World::with_endless_pauses().await;
    let of = |table: &str, content: &str| {
        let put = put(0, content.to_owned());
        pb::BatchWriteItemsOperation { table: table.to_owned(), ..put }
    };
    let results = write(&world, vec![of("entries", "first"), of("alias", "second")]).await.unwrap();
    let outcomes: Vec<_> = results.iter().map(pb::BatchWriteItemsResult::outcome).collect();
    assert_eq!(outcomes, [Outcome::Superseded, Outcome::Applied]);
    let stored = world.item("key-0").await.unwrap();
    assert_eq!(stored["content"], string("second"));
}

/// Nothing is taken from an answer with an item or a key that was not asked for.
#[tokio::test]
async fn an_answer_that_is_not_what_it_seems_is_asked_for_again() {
    let world = world().await;
    write(&world, vec![put(0, "0".to_owned())]).await.unwrap();
    let damages: [fn(&mut Value, &str); 2] = [
        |answer, table| answer["Responses"][table][0] = json!({ "content": { "S": "without a key" } }),
        |answer, table| answer["UnprocessedKeys"] = json!({ table: { "Keys": [{ "pk": { "S": "another" } }] } }),
    ];
    for damage in damages {
        world.faults.reset_counts();
        let table = world.table.clone();
        world.faults.rule("BatchGetItem", 1, move |call, upstream| {
            let table = table.clone();
            async move { World::amend(upstream.call(call).await, |answer| damage(answer, &table)).await }
        });
        let answers = read(&world, &[0, 2]).await.unwrap();
        assert!(matches!(answers[..], [Found::Found(_), Found::Missing(_)]), "{answers:?}");
        assert_eq!(world.faults.calls("BatchGetItem"), 2);
    }
}

/// A client that retries by service config sees only this response: an earlier attempt may have written what failed now.
#[tokio::test]
async fn what_fails_in_a_repeated_batch_may_have_been_written_before() {
    let world = World::with_full_pauses().await;
    world.faults.inject(Fault::new("BatchWriteItem", When::Before, THROTTLE).times(usize::MAX));
    let mut conditional = put(2, String::new());
    if let Some(Kind::PutItem(put)) = &mut conditional.kind {
        put.condition = "attribute_not_exists(pk)".to_owned();
    }
    let operations = vec![put(0, String::new()), conditional];
    let mut request = tonic::Request::new(pb::BatchWriteItemsRequest { operations, ..Default::default() });
    request.metadata_mut().insert("grpc-previous-rpc-attempts", "1".parse().unwrap());
    let mut client = ItemServiceClient::new(world.channel.clone());
    let results = client.batch_write_items(request).await.unwrap().into_inner().results;
    assert_eq!((results[0].outcome(), results[1].outcome()), (Outcome::Failed, Outcome::Applied));
    assert!(is_unknown(&results[0].failed.as_ref().unwrap().get_error_details()));
}

#[tokio::test]
async fn a_repeated_batch_keeps_its_versions() {
    let world = world().await;
    let versions = async |request_id: &str| {
        let operations = (0..4).map(|number| put(number, "same".to_owned())).collect();
        let request_id = request_id.to_owned();
        let request = pb::BatchWriteItemsRequest { operations, request_id, ..Default::default() };
        let mut client = ItemServiceClient::new(world.channel.clone());
        let results = client.batch_write_items(request).await.unwrap().into_inner().results;
        results.into_iter().map(|result| result.version.unwrap()).collect::<HashSet<_>>()
    };
    let id = "123e4567-e89b-12d3-a456-426614174000";
    let first = versions(id).await;
    assert_eq!(first.len(), 4, "each item has a version of its own");
    assert_eq!(versions(id).await, first);
    assert!(versions("").await.is_disjoint(&first));
}
