//! Batches of items in a table with an index.

use dynakv_client::{BatchItem, BatchItemOperation, BatchOutcome, Reason, Value};

use super::*;
use crate::support::faults::{Fault, What, When};

on_every_backend!(a_known_index_refuses_the_batch, a_misfit_that_only_dynamodb_knows_fails_alone);

async fn create(world: &World) {
    world
        .create(TABLE, |table| {
            keyed(table, ("pk", ScalarAttributeType::S), None)
                .attribute_definitions(attribute("status", ScalarAttributeType::S))
                .global_secondary_indexes(global("by_status", "status", None))
        })
        .await;
}

/// The second one does not fit the index.
fn puts() -> [BatchItem<pb::BatchPutItem>; 3] {
    let put = |key: &str, status: Value| {
        BatchItemOperation::put_item([("pk", Value::from(key)), ("status", status)]).table(TABLE)
    };
    [put("a", "open".into()), put("b", 1.into()), put("c", "open".into())]
}

async fn stored(world: &World) -> [bool; 3] {
    let mut stored = [false; 3];
    for (key, is_stored) in ["a", "b", "c"].into_iter().zip(&mut stored) {
        *is_stored = world.item_of(TABLE, item([("pk", string(key))])).await.is_some();
    }
    stored
}

async fn a_known_index_refuses_the_batch(world: World) {
    create(&world).await;
    let error = world.client.batch_write_items(puts()).await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::InvalidField));
    assert_eq!(error.failure().unwrap().fields()[0].field, r#"operations[1].put_item.item["status"]"#);
    assert_eq!((stored(&world).await, world.faults.calls("BatchWriteItem")), ([false; 3], 0));
}

/// It refuses the call for one of the items, so each is written by itself.
async fn a_misfit_that_only_dynamodb_knows_fails_alone(world: World) {
    create(&world).await;
    let denied = What::Error { status: 400, code: "AccessDeniedException", message: "as DynamoDB says" };
    world.faults.inject(Fault::new("DescribeTable", When::Before, denied).times(usize::MAX));
    let outcomes = world.client.batch_write_items(puts()).await.unwrap();
    match &outcomes[..] {
        [BatchOutcome::Written { .. }, BatchOutcome::Failed(failure), BatchOutcome::Written { .. }] => {
            assert_eq!(failure.reason(), Some(&Reason::InvalidField), "{failure:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(stored(&world).await, [true, false, true]);
}
