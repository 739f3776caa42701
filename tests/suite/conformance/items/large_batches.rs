//! Batches with items of which few fit into a message.

use dynakv_client::{BatchItemOperation, BatchOutcome, Bytes, Value, pb};

use super::super::on_every_backend;
use super::{key_of, stub};
use crate::support::World;

on_every_backend!(large_items_come_in_messages_of_a_mebibyte);

fn put(key: &str, bytes: usize) -> BatchItemOperation {
    let content = Value::B(Bytes::from(vec![7; bytes]));
    BatchItemOperation::put_item([("pk", Value::from(key)), ("content", content)]).into()
}

async fn large_items_come_in_messages_of_a_mebibyte(world: World) {
    let keys: Vec<String> = (0..12).map(|index| index.to_string()).collect();
    world.client.batch_write_items(keys.iter().map(|key| put(key, 300_000))).await.unwrap();

    let read = |key: &String| pb::BatchGetItemsOperation { table: String::new(), key: key_of(key) };
    let request = pb::BatchGetItemsRequest { operations: keys.iter().map(read).collect(), ..Default::default() };
    let mut messages = stub(&world).batch_get_items(request).await.unwrap().into_inner();
    let mut indexes = Vec::new();
    while let Some(message) = messages.message().await.unwrap() {
        assert!(prost::Message::encoded_len(&message) <= 1024 * 1024);
        indexes.extend(message.results.iter().map(|result| result.index));
    }
    indexes.sort_unstable();
    assert_eq!(indexes, (0..12).collect::<Vec<u32>>());
}

#[tokio::test]
async fn current_items_that_fit_no_message_are_left_out() {
    let world = World::embedded_in_memory().await;
    let keys: Vec<String> = (0..48).map(|index| index.to_string()).collect();
    for half in keys.chunks(24) {
        world.client.batch_write_items(half.iter().map(|key| put(key, 400_000))).await.unwrap();
    }

    let puts = keys.iter().map(|key| {
        BatchItemOperation::put_item([("pk", key.as_str())]).condition("attribute_not_exists(pk)").return_current()
    });
    let outcomes = world.client.batch_write_items(puts).await.unwrap();
    let (mut shown, mut omitted) = (0, 0);
    for outcome in outcomes {
        match outcome {
            BatchOutcome::ConditionFailed { current: Some(item), current_omitted: false } => {
                assert!(matches!(&item["content"], Value::B(content) if content.len() == 400_000));
                shown += 1;
            }
            BatchOutcome::ConditionFailed { current: None, current_omitted: true } => omitted += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((shown, omitted), (41, 7), "16 MiB hold 41 of them");
}
