//! For any request, any page size and any fault, all pages together return each matching item exactly once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use dynakv_client::pb;
use dynakv_client::pb::query_request::Order;
use dynakv_client::pb::value::Kind;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use tonic::{Code, Status};

use super::readings::{Plain, Reading, TABLE, VIEWS, View, create, plain, plain_answer, readings};
use super::stub;
use crate::conformance::on_every_backend;
use crate::support::World;
use crate::support::faults::{Answer, Call, Upstream, What};

on_every_backend!(pages_show_everything_once);

const ITEMS: usize = 160;
const CASES: usize = 40;

/// The request of a reader.
#[derive(Debug, Clone)]
struct Wish {
    view: View,
    way: Way,
    is_filtered: bool,
    projection: &'static str,
    count_only: bool,
    consistent_read: bool,
    page_sizes: Vec<i32>,
}

#[derive(Debug, Clone)]
enum Way {
    Query { partition: i32, descending: bool },
    Scan { segments: i32 },
}

fn wishes() -> impl Strategy<Value = Wish> {
    let way = prop_oneof![
        (0..3, any::<bool>()).prop_map(|(partition, descending)| Way::Query { partition, descending }),
        prop_oneof![Just(1), 2..=32].prop_map(|segments| Way::Scan { segments }),
    ];
    let projection = proptest::sample::select(&["", "sk", "sk, junk", "keep", "#t, sk", "pk"][..]);
    let page_sizes = proptest::collection::vec(prop_oneof![1..20, 20..100, Just(10_000)], 1..4);
    let flags = (any::<bool>(), any::<bool>(), proptest::bool::weighted(0.2));
    (proptest::sample::select(VIEWS), way, projection, page_sizes, flags).prop_map(
        |(view, way, projection, page_sizes, (is_filtered, consistent_read, count_only))| {
            let projection = if count_only { "" } else { projection };
            // DynamoDB refuses to project what a global index does not have.
            let has_all = projection.is_empty() || projection.split(", ").all(|name| view.has(attribute(name)));
            Wish {
                projection: if has_all { projection } else { "sk" },
                consistent_read: consistent_read && !view.is_global(),
                // Backends disagree about filters on attributes that an index lacks.
                is_filtered: is_filtered && view.has("keep"),
                view,
                way,
                count_only,
                page_sizes,
            }
        },
    )
}

/// The attribute of an alias in a projection.
fn attribute(name: &str) -> &str {
    if name == "#t" { "ttl" } else { name }
}

/// What happens to one call to DynamoDB.
#[derive(Debug, Clone)]
enum Mishap {
    Late(u8),
    Throttled,
    Lost(What),
    /// A BatchGetItem reads only every other key.
    Half,
}

fn mishaps() -> impl Strategy<Value = VecDeque<Mishap>> {
    let mishap = prop_oneof![
        3 => any::<u8>().prop_map(Mishap::Late),
        2 => Just(Mishap::Throttled),
        2 => prop_oneof![Just(What::Status500), Just(What::Reset), Just(What::ResetInBody), Just(What::Garbage)]
            .prop_map(Mishap::Lost),
        3 => Just(Mishap::Half),
    ];
    prop_oneof![Just(VecDeque::new()), proptest::collection::vec_deque(mishap, 0..30)]
}

impl Mishap {
    async fn strike(self, table: &str, mut call: Call, upstream: Upstream) -> Answer {
        match self {
            Self::Late(turns) => {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                upstream.call(call).await
            }
            Self::Throttled => What::Throttle { code: "ThrottlingException", reasons: &[] }.instead_of(None).await,
            Self::Lost(what) => {
                let answer = upstream.call(call).await;
                what.instead_of(Some(answer)).await
            }
            Self::Half if call.operation == "BatchGetItem" => {
                let mut request = call.json();
                let keys = request["RequestItems"][table]["Keys"].as_array_mut().unwrap();
                let left = keys.split_off(keys.len().div_ceil(2));
                let mut unprocessed = request["RequestItems"].clone();
                call.set_json(&request);
                let has_left = !left.is_empty();
                unprocessed[table]["Keys"] = json!(left);
                World::amend(upstream.call(call).await, |answer| {
                    answer["UnprocessedKeys"] = if has_left { unprocessed } else { json!({}) };
                })
                .await
            }
            Self::Half => upstream.call(call).await,
        }
    }
}

impl Wish {
    /// The expected items, in any order.
    fn expected(&self, readings: &[Reading]) -> Vec<Plain> {
        let seen = readings.iter().filter(|reading| reading.is_alive).filter_map(|reading| self.view.of(&reading.item));
        let mut expected: Vec<Plain> = seen
            .map(|item| plain(&item))
            .filter(|item| match &self.way {
                Way::Query { partition, .. } => {
                    item[self.view.partition] == format!("S {}", self.partition(*partition))
                }
                Way::Scan { .. } => true,
            })
            .filter(|item| !self.is_filtered || item.get("keep").is_some_and(|keep| keep == "BOOL true"))
            .collect();
        if !self.projection.is_empty() {
            let names: Vec<&str> = self.projection.split(", ").map(attribute).collect();
            for item in &mut expected {
                item.retain(|name, _| names.contains(&name.as_str()));
            }
        }
        expected.sort();
        expected
    }

    fn partition(&self, number: i32) -> String {
        if self.view.partition == "pk" { format!("p{number}") } else { format!("g{}", number % 2) }
    }

    /// Reads a page: its items, their number, and the token of the next page.
    async fn page(
        &self,
        world: &World,
        page_size: i32,
        page_token: String,
    ) -> Result<(Vec<Plain>, usize, String), Status> {
        let mut values = HashMap::new();
        let mut value = |name: &str, kind| values.insert(name.to_owned(), pb::Value { kind: Some(kind) });
        if self.is_filtered {
            value(":true", Kind::Bool(true));
        }
        if let Way::Query { partition, .. } = &self.way {
            value(":partition", Kind::S(self.partition(*partition)));
        }
        let mut names = HashMap::new();
        if self.projection.contains("#t") {
            names.insert("#t".to_owned(), "ttl".to_owned());
        }
        let (table, index) = (TABLE.to_owned(), self.view.index.to_owned());
        let filter = if self.is_filtered { "keep = :true".to_owned() } else { String::new() };
        let (projection, count_only) = (self.projection.to_owned(), self.count_only);
        let consistent_read = self.consistent_read;
        let (items, count, next) = match &self.way {
            Way::Query { descending, .. } => {
                let order = if *descending { Order::Descending } else { Order::Ascending };
                names.insert("#partition".to_owned(), self.view.partition.to_owned());
                let answer = stub(world)
                    .query(pb::QueryRequest {
                        table,
                        consistent_read,
                        filter,
                        names,
                        values,
                        projection,
                        key_condition: "#partition = :partition".to_owned(),
                        index,
                        order: order.into(),
                        page_size,
                        page_token,
                        count_only,
                        return_consumed_capacity: false,
                    })
                    .await?
                    .into_inner();
                (answer.items, answer.count, answer.next_page_token)
            }
            Way::Scan { segments } => {
                let answer = stub(world)
                    .scan(pb::ScanRequest {
                        table,
                        consistent_read,
                        filter,
                        names,
                        values,
                        projection,
                        index,
                        page_size,
                        page_token,
                        count_only,
                        segments: Some(*segments),
                        return_consumed_capacity: false,
                    })
                    .await?
                    .into_inner();
                (answer.items, answer.count, answer.next_page_token)
            }
        };
        Ok((items.iter().map(plain_answer).collect(), usize::try_from(count).unwrap(), next))
    }

    /// Reads all pages, each within its bounds.
    async fn read(&self, world: &World, is_disturbed: bool) -> (Vec<Plain>, usize) {
        let (mut all, mut total, mut token) = (Vec::new(), 0, String::new());
        let mut failures = 0;
        for page_size in self.page_sizes.iter().cycle() {
            let (items, count, next) = match self.page(world, *page_size, token.clone()).await {
                Ok(page) => page,
                Err(status) => {
                    let may_pass = matches!(status.code(), Code::ResourceExhausted | Code::Unavailable);
                    failures += 1;
                    assert!(is_disturbed && may_pass && failures < 1000, "failure {failures}: {status:?}");
                    continue;
                }
            };
            assert_eq!(items.len(), if self.count_only { 0 } else { count });
            let size = usize::try_from(*page_size).unwrap();
            assert!(count <= size, "{count} of {size}");
            assert!(is_disturbed || next.is_empty() || count == size, "{count} of {size}, and there is more");
            all.extend(items);
            total += count;
            if next.is_empty() {
                break;
            }
            assert_ne!(next, token, "it goes on from where it was");
            token = next;
        }
        (all, total)
    }
}

/// Assigns a mishap to each call for a page.
fn inject(world: &World, mishaps: VecDeque<Mishap>) {
    let mishaps = Arc::new(Mutex::new(mishaps));
    for operation in ["Query", "Scan", "BatchGetItem"] {
        let (mishaps, table) = (Arc::clone(&mishaps), world.physical_name(TABLE).to_owned());
        world.faults.rule(operation, usize::MAX, move |call, upstream| {
            let (mishap, table) = (mishaps.lock().unwrap().pop_front(), table.clone());
            async move {
                match mishap {
                    Some(mishap) => mishap.strike(&table, call, upstream).await,
                    None => upstream.call(call).await,
                }
            }
        });
    }
}

fn sort_values(items: &[Plain], view: &View) -> Vec<i64> {
    let number = |item: &Plain| item[view.sort.unwrap()].strip_prefix("N ").unwrap().parse().unwrap();
    items.iter().map(number).collect()
}

async fn pages_show_everything_once(world: World) {
    let mut runner = TestRunner::deterministic();
    let now = dynakv::driver::Clock::now(&*world.clock);
    create(&world).await;
    let readings = readings(now, ITEMS).new_tree(&mut runner).unwrap().current();
    for reading in &readings {
        world.put_into(TABLE, reading.item.clone()).await;
    }
    let case = (wishes(), mishaps());
    let mut cases: Vec<_> = (0..CASES).map(|_| case.new_tree(&mut runner).unwrap().current()).collect();
    // Reads are paced for a while after throttles, and a page may then end early.
    cases.sort_by_key(|(_, mishaps)| !mishaps.is_empty());
    for (case, (wish, mishaps)) in cases.into_iter().enumerate() {
        let shown = format!("case {case}: {wish:?}, {mishaps:?}");
        let is_disturbed = !mishaps.is_empty();
        inject(&world, mishaps);
        let (mut items, total) = wish.read(&world, is_disturbed).await;
        world.faults.clear();

        let expected = wish.expected(&readings);
        assert_eq!(total, expected.len(), "{shown}");
        if wish.count_only {
            continue;
        }
        if let (Way::Query { descending, .. }, "", Some(_)) = (&wish.way, wish.projection, wish.view.sort) {
            let values = sort_values(&items, &wish.view);
            let is_sorted = if *descending { values.is_sorted_by(|a, b| a >= b) } else { values.is_sorted() };
            assert!(is_sorted, "{values:?}, {shown}");
        }
        items.sort();
        assert_eq!(items, expected, "{shown}");
    }
}
