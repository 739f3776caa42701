//! Allocations of a call at most, from the decoded request to the response, signature and JSON included.
//!
//! Unlike a time, a number of allocations is the same on every machine, however busy. A budget has a few percent of room. If this
//! fails, you added an allocation to the hot path: remove it, or raise the budget and say why. If you save allocations, lower it.
#![allow(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only")]

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use dynakv::driver::transport::{self, Body, Response, Transport, TransportError};
use dynakv::driver::{Connection, Driver, Runtime};
use dynakv::model::{Invalid, Placeholders, Secret, TableSpec};
use dynakv::pb;
use dynakv::pb::key_value_service_server::KeyValueService;
use dynakv::server::backend::nominal;
use dynakv::service::KeyValue;
use dynakv::wire::page_token::PageTokens;
use futures_util::future::{BoxFuture, try_join_all};
use serde::Deserialize;
use tokio::runtime;
use tokio::sync::Barrier;
use tonic::Request;

const TABLE: &str = "entries";

/// How many of the Gets or Sets that come together go out by themselves.
const ALONE: usize = 1;

/// How many keys a shared call has.
const SHARED_READS: usize = 100;
const SHARED_WRITES: usize = 25;

/// Has an entry under every key, and takes every write. Calls are answered so many at a time.
#[derive(Debug, Clone)]
struct Stub(Arc<Barrier>);

impl Transport for Stub {
    fn send(&self, request: transport::Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let Self(barrier) = self.clone();
        Box::pin(async move {
            // What the stub itself takes is none of the service's.
            let mut response = None;
            allocation_counter::opt_out(|| response = Some(answer(&request)));
            barrier.wait().await;
            let response = response.ok_or_else(|| TransportError::Lost("no answer".into()))?;
            response.map_err(TransportError::Lost)
        })
    }
}

#[derive(Deserialize)]
struct BatchGetItem<'a> {
    #[serde(rename = "RequestItems", borrow)]
    tables: HashMap<&'a str, Keys<'a>>,
}

#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(rename = "Keys", borrow)]
    keys: Vec<PrimaryKey<'a>>,
}

#[derive(Deserialize)]
struct GetItem<'a> {
    #[serde(rename = "Key", borrow)]
    key: PrimaryKey<'a>,
}

#[derive(Deserialize)]
struct PrimaryKey<'a> {
    #[serde(borrow)]
    pk: Text<'a>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(rename = "S")]
    text: &'a str,
}

fn answer(request: &transport::Request) -> Result<Response, Box<dyn Error + Send + Sync>> {
    let body = request.body();
    let item = |key: &PrimaryKey<'_>| {
        format!(r#"{{"pk":{{"S":"{}"}},"val":{{"B":"dmFsdWU="}},"dkv_ver":{{"N":"1"}}}}"#, key.pk.text)
    };
    let action = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()?.rsplit('.').next());
    let answer = match action {
        Some("GetItem") => {
            let GetItem { key } = serde_json::from_slice(body)?;
            format!(r#"{{"Item":{}}}"#, item(&key))
        }
        Some("BatchGetItem") => {
            let BatchGetItem { tables } = serde_json::from_slice(body)?;
            let items: Vec<String> = tables.values().flat_map(|table| &table.keys).map(item).collect();
            format!(r#"{{"Responses":{{"{TABLE}":[{}]}},"UnprocessedKeys":{{}}}}"#, items.join(","))
        }
        Some("PutItem") => "{}".to_owned(),
        Some("BatchWriteItem") => r#"{"UnprocessedItems":{}}"#.to_owned(),
        other => return Err(format!("the stub has no {other:?}").into()),
    };
    let response = http::Response::builder().header("content-type", "application/x-amz-json-1.0");
    Ok(response.body(Body::from(answer))?)
}

/// A service on a stub that answers once so many calls have come, and the one thread that everything runs on.
struct World {
    service: KeyValue,
    runtime: runtime::Runtime,
}

impl World {
    fn answering(calls: usize) -> Self {
        let stub = Stub(Arc::new(Barrier::new(calls)));
        let driver = Driver::new(
            Connection::lean(&nominal(None), Arc::new(stub)),
            vec![TableSpec::named(TABLE)],
            Runtime::system(),
        );
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let tokens = PageTokens::new(&Secret::random().unwrap(), &[]);
        Self { service: KeyValue::new(driver, tokens), runtime }
    }

    /// The allocations of these Gets, all at once.
    fn gets(&self, keys: usize) -> u64 {
        let requests: Vec<_> =
            (0..keys).map(|index| pb::GetRequest { key: format!("key-{index:06}"), ..Default::default() }).collect();
        self.count(|| async {
            let gets = requests.into_iter().map(|request| self.service.get(Request::new(request)));
            for response in try_join_all(gets).await.unwrap() {
                assert_eq!(response.into_inner().entry.unwrap().value.unwrap(), "value");
            }
        })
    }

    /// The allocations of these Sets, all at once.
    fn sets(&self, keys: usize) -> u64 {
        let requests: Vec<_> = (0..keys)
            .map(|index| pb::SetRequest { key: format!("key-{index:06}"), value: "value".into(), ..Default::default() })
            .collect();
        self.count(|| async {
            let sets = requests.into_iter().map(|request| self.service.set(Request::new(request)));
            for response in try_join_all(sets).await.unwrap() {
                assert!(!response.into_inner().version.is_empty());
            }
        })
    }

    fn count<F: Future<Output = ()>>(&self, work: impl FnOnce() -> F) -> u64 {
        allocation_counter::measure(|| self.runtime.block_on(work())).count_total
    }
}

/// The allocations of one call that has the service for itself, when all that is done once has been done.
fn alone(call: impl Fn(&World) -> u64) -> u64 {
    const ROUNDS: u64 = 20;
    let world = World::answering(1);
    call(&world);
    (0..ROUNDS).map(|_| call(&world)).sum::<u64>() / ROUNDS
}

fn within(budget: u64, allocations: u64) {
    println!("{allocations} of {budget}");
    assert!(allocations <= budget, "{allocations} where {budget} are allowed");
}

#[test]
fn a_get_by_itself() {
    within(28, alone(|world| world.gets(1)));
}

#[test]
fn a_set_by_itself() {
    within(31, alone(|world| world.sets(1)));
}

/// The second call to DynamoDB is the shared one, which takes along all others. Nothing is answered before it.
#[test]
fn a_get_in_a_shared_call() {
    let world = World::answering(ALONE + 1);
    let others = alone(|world| world.gets(1)) * ALONE as u64;
    let all = world.gets(ALONE + SHARED_READS);
    within(21, (all - others) / SHARED_READS as u64);
}

#[test]
fn a_set_in_a_shared_call() {
    let world = World::answering(ALONE + 1);
    let others = alone(|world| world.sets(1)) * ALONE as u64;
    let all = world.sets(ALONE + SHARED_WRITES);
    within(24, (all - others) / SHARED_WRITES as u64);
}

/// What an expression takes in which an alias of the longest name stands a thousand times.
fn bytes_of<E>(text: &str, read: impl Fn(&mut Placeholders, &str) -> Result<E, Invalid>) -> u64 {
    let mut placeholders = Placeholders::default();
    placeholders.define_name("#n".to_owned(), "n".repeat(65_535)).unwrap();
    allocation_counter::measure(|| drop(read(&mut placeholders, text).unwrap())).bytes_total
}

/// A thousand copies would be 64 MB, of a request of 70 KB.
#[test]
fn a_name_is_kept_once_however_often_its_alias_is_used() {
    const BUDGET: u64 = 1024 * 1024;
    let aliases = |separator: &str| vec!["#n"; 1000].join(separator);
    // No path of a condition has more than 32 levels.
    let path = format!("attribute_exists({})", vec!["#n"; 30].join("."));
    within(BUDGET, bytes_of(&vec![path; 30].join(" AND "), Placeholders::condition));
    within(BUDGET, bytes_of(&format!("REMOVE {}", aliases(", ")), Placeholders::update));
    within(BUDGET, bytes_of(&aliases(","), Placeholders::projection));
    within(BUDGET, bytes_of(&aliases("."), Placeholders::projection));
}
