//! When a page ends early, and when its call fails.

use std::time::Duration;

use dynakv_client::pb;
use dynakv_client::pb::key_value_service_client::KeyValueServiceClient;
use tonic::{Code, Request};

use super::{fill, keys, readings, rest, scan, stub};
use crate::support::World;
use crate::support::faults::{Fault, What, When};

const THROTTLE: What = What::Throttle { code: "ProvisionedThroughputExceededException", reasons: &[] };

/// A request for everything with a short deadline.
fn hurried(request: pb::ScanRequest) -> Request<pb::ScanRequest> {
    let mut request = Request::new(request);
    request.set_timeout(Duration::from_millis(1500));
    request
}

fn everything() -> pb::ScanRequest {
    pb::ScanRequest { page_size: 10_000, ..Default::default() }
}

/// The first calls to DynamoDB succeed, all others get this fault.
fn obstruct(world: &World, answered: usize, what: What) {
    world.faults.inject(Fault::none("Scan", When::Before).times(answered));
    world.faults.inject(Fault::new("Scan", When::Before, what).times(usize::MAX));
}

#[tokio::test]
async fn a_page_ends_with_the_time_of_its_call() {
    let world = World::embedded_in_memory().await;
    let stored = fill(&world, 500, 0).await;
    obstruct(&world, 1, What::Hang);
    let page = stub(&world).scan(hurried(everything())).await.unwrap().into_inner();
    assert!((1..500).contains(&page.items.len()), "{}", page.items.len());

    world.faults.clear();
    let mut all = keys(&page.items);
    all.extend(rest(&world, pb::ScanRequest { page_token: page.next_page_token, ..everything() }).await);
    all.sort();
    assert_eq!(all, stored);
}

/// Items that were read and filtered out are not read again: that is progress.
#[tokio::test]
async fn it_may_have_nothing_to_show() {
    let world = World::embedded_in_memory().await;
    let stored = fill(&world, 500, 0).await;
    let last = pb::Value { kind: Some(pb::value::Kind::S(stored[499].clone())) };
    let request = pb::ScanRequest {
        filter: "pk = :last".to_owned(),
        values: [(":last".to_owned(), last)].into(),
        page_size: 1,
        ..Default::default()
    };
    obstruct(&world, 2, What::Hang);
    let page = stub(&world).scan(hurried(request.clone())).await.unwrap().into_inner();
    assert_eq!((page.items.len(), page.count), (0, 0));

    world.faults.clear();
    let found = rest(&world, pb::ScanRequest { page_token: page.next_page_token, ..request }).await;
    assert_eq!(found, stored[499..]);
}

#[tokio::test]
async fn without_progress_there_is_no_page() {
    let world = World::embedded_in_memory().await;
    fill(&world, 10, 0).await;
    for segments in [1, 8] {
        obstruct(&world, 0, What::Hang);
        let request = pb::ScanRequest { segments: Some(segments), ..everything() };
        let status = stub(&world).scan(hurried(request)).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded);
        world.faults.clear();
    }
}

#[tokio::test]
async fn a_throttle_that_stays_ends_a_page_that_has_begun() {
    for what in [THROTTLE, What::Status500] {
        let world = World::with_full_pauses().await;
        let stored = fill(&world, 500, 0).await;
        obstruct(&world, 1, what);
        let page = scan(&world, everything()).await;
        assert!((1..500).contains(&page.items.len()));
        let next = pb::ScanRequest { page_token: page.next_page_token, ..everything() };
        let status = stub(&world).scan(next.clone()).await.unwrap_err();
        assert!(matches!(status.code(), Code::ResourceExhausted | Code::Unavailable), "{status:?}");

        world.faults.clear();
        let mut all = keys(&page.items);
        all.extend(rest(&world, next).await);
        all.sort();
        assert_eq!(all, stored);
    }
}

/// The items of the other segments are not lost, and the missing ones of this segment are not skipped.
#[tokio::test]
async fn a_segment_that_hangs_holds_up_no_other() {
    // The embedded engine has all items in its first segment.
    let world = World::dynamodb_local().await;
    let stored = fill(&world, 400, 0).await;
    world.faults.rule("Scan", usize::MAX, |call, upstream| async move {
        if call.json()["Segment"] == 3 { What::Hang.instead_of(None).await } else { upstream.call(call).await }
    });
    let request = pb::ScanRequest { segments: Some(4), ..everything() };
    let page = stub(&world).scan(hurried(request.clone())).await.unwrap().into_inner();
    assert!((200..400).contains(&page.items.len()), "{}", page.items.len());

    world.faults.clear();
    let mut all = keys(&page.items);
    all.extend(rest(&world, pb::ScanRequest { page_token: page.next_page_token, ..request }).await);
    all.sort();
    assert_eq!(all, stored);
}

/// An HTTP response 200 without content must not count as the end.
#[tokio::test]
async fn an_answer_about_nothing_is_not_the_end() {
    let world = World::embedded_in_memory().await;
    let stored = fill(&world, 50, 0).await;
    world.faults.rule("Scan", 3, |call, upstream| async move {
        World::amend(upstream.call(call).await, |answer| *answer = serde_json::json!({})).await
    });
    assert_eq!(rest(&world, everything()).await, stored);
    assert_eq!(world.faults.calls("Scan"), 4);
}

/// After the client has cancelled a call, nothing more is sent for its page.
#[tokio::test]
async fn a_caller_who_goes_takes_the_calls_along() {
    let world = World::embedded_in_memory().await;
    readings::create(&world).await;
    fill(&world, 100, 0).await;
    let row = |(name, value): (&str, _)| (name.to_owned(), value);
    let item = [("pk", "p"), ("group", "g")].map(|(name, text)| row((name, crate::support::string(text))));
    let numbers = [("sk", 1), ("n", 1)].map(|(name, of)| row((name, crate::support::number(of))));
    world.put_into(readings::TABLE, item.into_iter().chain(numbers).collect()).await;
    // The index is known from here on.
    let by_group = pb::ScanRequest { table: readings::TABLE.to_owned(), index: "keys".to_owned(), ..everything() };
    assert_eq!(scan(&world, by_group.clone()).await.count, 1);
    world.faults.reset_counts();

    let mut calls = 0;
    let mut leave = async |hanging: &'static str, under_way: usize, request: pb::ScanRequest| {
        world.faults.inject(Fault::new(hanging, When::Before, What::Hang).times(usize::MAX));
        calls += under_way;
        let mut stub = stub(&world);
        tokio::select! {
            answer = stub.scan(request) => panic!("it hangs: {answer:?}"),
            () = world.faults.arrived(hanging, under_way) => {}
        }
        world.faults.idle("*").await;
        assert_eq!(world.faults.counts(hanging).abandoned, under_way);
        world.faults.clear();
        world.faults.reset_counts();
    };
    leave("Scan", 1, everything()).await;
    leave("Scan", 8, pb::ScanRequest { segments: Some(8), ..everything() }).await;
    leave("BatchGetItem", 1, by_group).await;

    world.faults.inject(Fault::new("Scan", When::Before, What::Hang).times(usize::MAX));
    let mut stub = KeyValueServiceClient::new(world.channel.clone());
    tokio::select! {
        answer = stub.list_keys(pb::ListKeysRequest::default()) => panic!("it hangs: {answer:?}"),
        () = world.faults.arrived("Scan", 1) => {}
    }
    world.faults.idle("*").await;
    assert_eq!(world.faults.counts("Scan").abandoned, 1);
}
