//! How much a page reads from DynamoDB.

use std::sync::{Arc, Mutex};

use dynakv_client::pb;

use super::{fill, keys, readings, scan, stub};
use crate::support::{Item, World, binary, number, string};

/// A call to DynamoDB: how many items it may read, and how many it did.
#[derive(Debug, Clone, Copy)]
struct Asked {
    limit: u64,
    scanned: u64,
}

/// Records calls from here on.
fn watch(world: &World) -> Arc<Mutex<Vec<Asked>>> {
    let asked = Arc::new(Mutex::new(Vec::new()));
    for operation in ["Query", "Scan"] {
        let asked = Arc::clone(&asked);
        world.faults.rule(operation, usize::MAX, move |call, upstream| {
            let asked = Arc::clone(&asked);
            async move {
                let limit = call.json()["Limit"].as_u64().expect("a limit is always sent");
                World::amend(upstream.call(call).await, |answer| {
                    let scanned = answer["ScannedCount"].as_u64().unwrap();
                    asked.lock().unwrap().push(Asked { limit, scanned });
                })
                .await
            }
        });
    }
    asked
}

/// Reads all pages of this size and returns their number.
async fn read_all(world: &World, mut request: pb::ScanRequest) -> (Vec<pb::AttributeMap>, usize) {
    let (mut items, mut pages) = (Vec::new(), 0);
    loop {
        let page = scan(world, request.clone()).await;
        items.extend(page.items);
        pages += 1;
        if page.next_page_token.is_empty() {
            return (items, pages);
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn nothing_is_read_in_vain() {
    let world = World::embedded_in_memory().await;
    let stored = fill(&world, 300, 100).await;
    let asked = watch(&world);
    for (segments, page_size) in [(1, 100), (8, 100), (32, 10), (8, 10_000), (3, 17)] {
        let request = pb::ScanRequest { segments: Some(segments), page_size, ..Default::default() };
        let (items, _) = read_all(&world, request).await;
        let mut found = keys(&items);
        found.sort();
        assert_eq!(found, stored);
        let scanned: u64 = asked.lock().unwrap().drain(..).map(|asked| asked.scanned).sum();
        assert_eq!(scanned, 300, "{segments} segments, pages of {page_size}");
    }
}

/// If almost nothing passes the filter, each call to DynamoDB reads many items.
#[tokio::test]
async fn a_filter_that_keeps_little_takes_few_calls() {
    let world = World::embedded_in_memory().await;
    let stored = fill(&world, 5000, 20).await;
    let asked = watch(&world);
    let last = pb::Value { kind: Some(pb::value::Kind::S(stored[4999].clone())) };
    for count_only in [false, true] {
        let request = pb::ScanRequest {
            filter: "pk = :last".to_owned(),
            values: [(":last".to_owned(), last.clone())].into(),
            page_size: 1,
            count_only,
            ..Default::default()
        };
        let page = scan(&world, request.clone()).await;
        assert_eq!(page.count, 1);
        let calls = asked.lock().unwrap().drain(..).len();
        assert!(calls < 20, "{calls} calls");
    }
}

/// The same if many items pass at first and none later.
#[tokio::test]
async fn a_long_stretch_of_expired_items_takes_few_calls() {
    let world = World::embedded_in_memory().await;
    let second = world.seconds();
    for index in 0..1500 {
        let expired = (index % 500 > 10).then(|| ("ttl", number(second - 1)));
        world.put(&format!("key-{index:05}"), expired).await;
    }
    let asked = watch(&world);
    let (items, _) = read_all(&world, pb::ScanRequest { page_size: 11, ..Default::default() }).await;
    assert_eq!(items.len(), 33);
    let calls = asked.lock().unwrap().drain(..).len();
    assert!(calls < 40, "{calls} calls");
}

/// The embedded engine loads the requested number of items, however large they are.
#[tokio::test]
async fn little_is_asked_for_where_items_are_large() {
    let world = World::embedded_in_memory().await;
    let stored = fill(&world, 12, 380_000).await;
    // The very first call finds out.
    scan(&world, pb::ScanRequest { page_size: 3, ..Default::default() }).await;
    for (segments, count_only) in [(1, false), (4, false), (1, true)] {
        let asked = watch(&world);
        let request = pb::ScanRequest { segments: Some(segments), page_size: 10_000, count_only, ..Default::default() };
        let (items, pages) = read_all(&world, request).await;
        if !count_only {
            let mut found = keys(&items);
            found.sort();
            assert_eq!(found, stored);
            assert!(pages >= 6, "a page has at most 1 MiB: {pages}");
        }
        let most = asked.lock().unwrap().drain(..).map(|asked| asked.limit).max().unwrap();
        assert!(most <= 10, "{most} items of 380 KB at once");
        world.faults.clear();
    }
}

/// DynamoDB bills what it reads, in the index and in the table.
#[tokio::test]
async fn what_a_page_costs_is_summed_up() {
    let world = World::embedded_in_memory().await;
    readings::create(&world).await;
    for sk in 0..300 {
        let item = [("pk", string("p")), ("sk", number(sk)), ("group", string("g")), ("n", number(sk))];
        let item = item.into_iter().chain([("junk", binary(&[7; 3000]))]);
        world.put_into(readings::TABLE, item.map(|(name, value)| (name.to_owned(), value)).collect::<Item>()).await;
    }
    let request = pb::ScanRequest {
        table: readings::TABLE.to_owned(),
        index: "keys".to_owned(),
        page_size: 300,
        return_consumed_capacity: true,
        ..Default::default()
    };
    let page = scan(&world, request.clone()).await;
    assert_eq!(page.count, 300);
    let units = page.consumed_capacity.unwrap().capacity_units;
    assert!(units >= 150.0, "half a unit for each item in the table: {units}");

    let page = scan(&world, pb::ScanRequest { return_consumed_capacity: false, ..request }).await;
    assert_eq!(page.consumed_capacity, None);
}

#[tokio::test]
async fn a_page_of_a_query_is_one_call_where_that_is_enough() {
    let world = World::embedded_in_memory().await;
    readings::create(&world).await;
    for sk in 0..250 {
        let item = [("pk", string("p")), ("sk", number(sk))];
        world.put_into(readings::TABLE, item.map(|(name, value)| (name.to_owned(), value)).into()).await;
    }
    let asked = watch(&world);
    let mut request = pb::QueryRequest {
        table: readings::TABLE.to_owned(),
        key_condition: "pk = :p".to_owned(),
        values: [(":p".to_owned(), pb::Value { kind: Some(pb::value::Kind::S("p".to_owned())) })].into(),
        page_size: 100,
        ..Default::default()
    };
    let mut counts = Vec::new();
    loop {
        let page = stub(&world).query(request.clone()).await.unwrap().into_inner();
        counts.push(page.count);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(counts, [100, 100, 50]);
    assert_eq!(asked.lock().unwrap().len(), 3);
}
