//! How long a BatchGet of 10,000 keys takes where each call to DynamoDB takes 5 ms: with the default number of calls in
//! flight, and one call after another. What answers is a stub, so that no storage engine is measured.
//!
//! `cargo bench --bench batch`

use std::collections::HashMap;
use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dynakv::driver::transport::{self, Body, Response, Transport, TransportError};
use dynakv::driver::{Connection, Consistency, DEFAULT_BATCH_CONCURRENCY, Deadline, Driver, Found, Options, Runtime};
use dynakv::model::{Key, TableSpec};
use dynakv::server::backend::nominal;
use futures_util::future::BoxFuture;
use serde::Deserialize;

const KEYS: usize = 10_000;
const DELAY: Duration = Duration::from_millis(5);
const ROUNDS: usize = 15;
const TABLE: &str = "entries";

/// Has an entry under every key, and takes its time.
#[derive(Debug, Clone)]
struct Slow;

impl Transport for Slow {
    #[expect(clippy::disallowed_methods, reason = "the delay is what the benchmark is about")]
    fn send(&self, request: transport::Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        // In a task of its own: the work of a real endpoint is none of the service's.
        let answer = tokio::spawn(async move {
            let answer = answer(&request);
            tokio::time::sleep(DELAY).await;
            answer
        });
        Box::pin(async move {
            let answer = answer.await.map_err(|error| TransportError::Lost(error.into()))?;
            answer.map_err(TransportError::Lost)
        })
    }
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(rename = "RequestItems", borrow)]
    tables: HashMap<&'a str, Keys<'a>>,
}

#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(rename = "Keys", borrow)]
    keys: Vec<PrimaryKey<'a>>,
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
    let request: Request<'_> = serde_json::from_slice(request.body())?;
    let keys = request.tables.get(TABLE).map(|table| table.keys.as_slice()).unwrap_or_default();
    let item = |key: &PrimaryKey<'_>| {
        format!(r#"{{"pk":{{"S":"{}"}},"val":{{"B":"dmFsdWU="}},"dkv_ver":{{"N":"1"}}}}"#, key.pk.text)
    };
    let items: Vec<String> = keys.iter().map(item).collect();
    let body = format!(r#"{{"Responses":{{"{TABLE}":[{}]}},"UnprocessedKeys":{{}}}}"#, items.join(","));
    let response = http::Response::builder().header("content-type", "application/x-amz-json-1.0");
    Ok(response.body(Body::from(body))?)
}

/// The shortest of several rounds: what else the machine does only ever adds to it.
async fn best(batch_concurrency: NonZeroUsize) -> Result<Duration, Box<dyn Error>> {
    let connection = Connection::lean(&nominal(None), Arc::new(Slow));
    let options = Options { batch_concurrency, ..Options::from(Runtime::system()) };
    let driver = Driver::new(connection, vec![TableSpec::named(TABLE)], options);
    let keys = (0..KEYS).map(|index| Key::try_from(format!("key-{index}"))).collect::<Result<Vec<_>, _>>()?;
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let keys = keys.clone();
        let start = Instant::now();
        let call = driver.key_values("", Deadline::after(dynakv::driver::DEFAULT_TIMEOUT)).await?;
        let mut batch = call.batch_get(keys, Consistency::Eventual, false);
        let mut found = 0;
        while let Some(answers) = batch.next().await {
            found += answers.iter().filter(|(_, found)| matches!(found, Found::Item(_))).count();
        }
        best = best.min(start.elapsed());
        assert_eq!(found, KEYS, "every key is found");
    }
    Ok(best)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let one_by_one = best(NonZeroUsize::MIN).await?;
    let default = best(DEFAULT_BATCH_CONCURRENCY).await?;
    let times = one_by_one.as_secs_f64() / default.as_secs_f64();
    println!("{KEYS} keys, {DELAY:?} for each call, best of {ROUNDS}:");
    println!("  one call after another:         {one_by_one:>9.1?}");
    println!("  {DEFAULT_BATCH_CONCURRENCY} calls in flight, the default: {default:>9.1?}");
    println!("  {times:.1} times as fast");
    Ok(())
}
