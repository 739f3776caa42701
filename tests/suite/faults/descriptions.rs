//! What the driver asks about tables, and how often.

use std::time::Duration;

use dynakv_client::{Code, Error, ItemKey, Reason, TransactOperation, TransactRead};
use tokio::task::JoinSet;

use super::pages::readings;
use crate::support::World;
use crate::support::faults::{Call, Fault, Upstream, What, When};

const DENIED: What = What::Error { status: 400, code: "AccessDeniedException", message: "not authorized" };
const THROTTLED: What = What::Throttle { code: "ThrottlingException", reasons: &[] };

/// A table that the server has not described yet.
const UNKNOWN: &str = "orders";

async fn world() -> World {
    let world = World::embedded_in_memory().await;
    readings::create(&world).await;
    world
        .create(UNKNOWN, |table| {
            crate::support::keyed(table, ("pk", aws_sdk_dynamodb::types::ScalarAttributeType::S), None)
        })
        .await;
    world.faults.reset_counts();
    world
}

async fn get(world: &World, table: &str) -> Result<Option<dynakv_client::Item>, Error> {
    world.client.get_item(ItemKey::from("key")).table(table).await
}

#[tokio::test]
async fn a_denied_describe_is_not_repeated_before_each_call() {
    let world = world().await;
    world.faults.inject(Fault::new("DescribeTable", When::Before, DENIED).times(usize::MAX));
    for _ in 0..5 {
        assert_eq!(get(&world, UNKNOWN).await.unwrap(), None);
        let error = world.client.scan().table(UNKNOWN).index("some").await.unwrap_err();
        assert_eq!(error.reason(), Some(&Reason::BackendAccessDenied));
    }
    assert_eq!(world.faults.calls("DescribeTable"), 1);

    // A new permission is noticed.
    world.clock.advance(Duration::from_mins(1));
    get(&world, UNKNOWN).await.unwrap();
    assert_eq!(world.faults.calls("DescribeTable"), 2);
    world.faults.clear();
    world.clock.advance(Duration::from_mins(1));
    let error = world.client.scan().table(UNKNOWN).index("some").await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::InvalidField));
}

#[tokio::test]
async fn the_key_of_a_table_is_learned_without_the_state_of_its_ttl() {
    let world = world().await;
    world.faults.inject(Fault::new("DescribeTimeToLive", When::Before, What::Hang).times(usize::MAX));
    assert_eq!(get(&world, UNKNOWN).await.unwrap(), None);
    assert_eq!((world.faults.calls("DescribeTable"), world.faults.calls("DescribeTimeToLive")), (1, 0));
}

#[tokio::test]
async fn an_unknown_index_is_looked_for_once_in_a_while() {
    let world = world().await;
    let scan = async |index: &str| world.client.scan().table(readings::TABLE).index(index).await;
    for index in ["absent", "absent", "absent too"] {
        assert_eq!(scan(index).await.unwrap_err().reason(), Some(&Reason::InvalidField));
    }
    assert_eq!((world.faults.calls("DescribeTable"), world.faults.calls("DescribeTimeToLive")), (1, 0));
    world.clock.advance(Duration::from_secs(10));
    scan("absent").await.unwrap_err();
    scan("keys").await.unwrap();
    assert_eq!(world.faults.calls("DescribeTable"), 2);
}

/// Gets of items of a table that is not known yet.
fn gets(world: &World, number: usize) -> JoinSet<Result<Option<dynakv_client::Item>, Error>> {
    let mut gets = JoinSet::new();
    for _ in 0..number {
        let client = world.client.clone();
        gets.spawn(async move { client.get_item(ItemKey::from("key")).table(UNKNOWN).await });
    }
    gets
}

#[tokio::test]
async fn callers_share_one_describe() {
    let world = world().await;
    let (open, opened) = tokio::sync::watch::channel(false);
    world.faults.rule("DescribeTable", 1, move |call: Call, upstream: Upstream| {
        let mut opened = opened.clone();
        async move {
            opened.wait_for(|is_open| *is_open).await.unwrap();
            upstream.call(call).await
        }
    });
    // The first one leaves. The others do not lose the call.
    let timeout = Duration::from_millis(300);
    let first = world.client.get_item(ItemKey::from("key")).table(UNKNOWN).timeout(timeout);
    let first = tokio::spawn(async move { first.await });
    world.faults.arrived("DescribeTable", 1).await;
    let mut others = gets(&world, 20);
    assert_eq!(first.await.unwrap().unwrap_err().reason(), Some(&Reason::DeadlineExceeded));
    open.send_replace(true);
    while let Some(got) = others.join_next().await {
        assert_eq!(got.unwrap().unwrap(), None);
    }
    assert_eq!(world.faults.calls("DescribeTable"), 1);
}

#[tokio::test]
async fn throttled_callers_share_their_attempts_and_their_failure() {
    let world = world().await;
    world.faults.inject(Fault::new("DescribeTable", When::Before, THROTTLED).times(usize::MAX));
    let mut all = gets(&world, 20);
    while let Some(got) = all.join_next().await {
        assert_eq!(got.unwrap().unwrap_err().reason(), Some(&Reason::Throttled));
    }
    // Without sharing there would be eight attempts for each caller. Those that join late begin a second call.
    let calls = world.faults.calls("DescribeTable");
    assert!(calls < 20 * 8, "{calls}");
}

/// DynamoDB takes each item once in a transaction, under whatever name.
#[tokio::test]
async fn a_transaction_takes_an_item_once_under_all_names_of_its_table() {
    let world = World::with_endless_pauses().await;
    let set = |table: &str| TransactOperation::set("key", "value").table(table);
    let error = world.client.transact_write([set("entries"), set("other"), set("alias")]).await.unwrap_err();
    assert_eq!((error.code(), error.reason()), (Some(Code::InvalidArgument), Some(&Reason::InvalidField)));
    assert_eq!(error.failure().unwrap().fields()[0].field, "operations[2]");
    let read = |table: &str| TransactRead::entry("key").table(table);
    let error = world.client.transact_get([read("alias"), read("entries")]).await.unwrap_err();
    assert_eq!(error.failure().unwrap().fields()[0].field, "operations[1]");
}
