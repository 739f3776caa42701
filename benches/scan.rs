//! How long a Scan of everything takes where each call to DynamoDB takes 5 ms: in one segment, and in eight side by side.
//! What answers is a stub, so that no storage engine is measured.
//!
//! `cargo bench --bench scan`

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dynakv::driver::transport::{self, Body, Response, Transport, TransportError};
use dynakv::driver::{Connection, Consistency, Deadline, Driver, PageRequest, Runtime, Scan, Selection};
use dynakv::model::{CallerExpression, PageSize, Placeholders, Segments, TableSpec};
use dynakv::server::backend::nominal;
use futures_util::future::BoxFuture;
use serde::Deserialize;

const DELAY: Duration = Duration::from_millis(5);
const ROUNDS: usize = 5;
const TABLE: &str = "entries";
const SIDE_BY_SIDE: i32 = 8;

/// A table of so many items, of which each call reads at most so many: as few as fit into 1 MB.
///
/// The caller's filter, if there is one, keeps one item of a hundred.
#[derive(Debug, Clone, Copy)]
struct Table {
    items: usize,
    value_bytes: usize,
    most_in_one_call: usize,
}

impl Transport for Table {
    #[expect(clippy::disallowed_methods, reason = "the delay is what the benchmark is about")]
    fn send(&self, request: transport::Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let table = *self;
        // In a task of its own: the work of a real endpoint is none of the service's.
        let answer = tokio::spawn(async move {
            let answer = table.answer(&request);
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
#[serde(rename_all = "PascalCase")]
struct Request {
    limit: usize,
    #[serde(default)]
    segment: usize,
    #[serde(default = "one")]
    total_segments: usize,
    exclusive_start_key: Option<PrimaryKey>,
    filter_expression: String,
    select: Option<String>,
}

fn one() -> usize {
    1
}

#[derive(Deserialize)]
struct PrimaryKey {
    pk: Text,
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "S")]
    text: String,
}

const DESCRIPTION: &str = r#"{"Table":{"TableStatus":"ACTIVE","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}}"#;

impl Table {
    fn answer(self, request: &transport::Request) -> Result<Response, Box<dyn Error + Send + Sync>> {
        let is_scan = request.headers().get("x-amz-target").is_some_and(|target| target.as_bytes().ends_with(b".Scan"));
        let body = if is_scan { self.scan(&serde_json::from_slice(request.body())?)? } else { DESCRIPTION.to_owned() };
        let response = http::Response::builder().header("content-type", "application/x-amz-json-1.0");
        Ok(response.body(Body::from(body))?)
    }

    fn scan(self, request: &Request) -> Result<String, std::num::ParseIntError> {
        let bound = |segment: usize| self.items * segment / request.total_segments;
        let start = match &request.exclusive_start_key {
            Some(key) => key.pk.text.parse::<usize>()? + 1,
            None => bound(request.segment),
        };
        let end = bound(request.segment + 1).min(start + request.limit.min(self.most_in_one_call));
        let is_filtered = request.filter_expression.contains("kept");
        let kept: Vec<usize> = (start..end).filter(|index| !is_filtered || index % 100 == 0).collect();
        let mut members = vec![format!(r#""Count":{},"ScannedCount":{}"#, kept.len(), end - start)];
        if request.select.as_deref() != Some("COUNT") {
            let value = "AAAA".repeat(self.value_bytes / 3);
            let item = |index: &usize| format!(r#"{{"pk":{{"S":"{index:08}"}},"val":{{"B":"{value}"}}}}"#);
            members.push(format!(r#""Items":[{}]"#, kept.iter().map(item).collect::<Vec<_>>().join(",")));
        }
        if end < bound(request.segment + 1) {
            members.push(format!(r#""LastEvaluatedKey":{{"pk":{{"S":"{:08}"}}}}"#, end - 1));
        }
        Ok(format!("{{{}}}", members.join(",")))
    }
}

/// What of the table is asked for.
#[derive(Debug, Clone)]
struct Wish {
    filter: Option<CallerExpression>,
    count_only: bool,
    page_size: u16,
}

/// Reads all pages, one after the other; how many items there were.
async fn read(driver: &Driver, wish: &Wish, segments: i32) -> Result<usize, Box<dyn Error>> {
    let Wish { filter, count_only, page_size } = wish.clone();
    let consistency = Consistency::Eventual;
    let selection = Selection { index: None, filter, projection: None, count_only, consistency };
    let scan = Scan { segments: Segments::try_from(segments)?, selection };
    let (mut count, mut cursor) = (0, None);
    loop {
        let request = PageRequest { size: PageSize::clamped(page_size), cursor, wants_capacity: false };
        let page = driver.scan("", &scan, request, Deadline::after(dynakv::driver::DEFAULT_TIMEOUT)).await?;
        count += page.count;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(count);
        }
    }
}

/// The shortest of several rounds: what else the machine does only ever adds to it.
async fn best(table: Table, wish: &Wish, segments: i32, expected: usize) -> Result<Duration, Box<dyn Error>> {
    let connection = Connection::lean(&nominal(None), Arc::new(table));
    let driver = Driver::new(connection, vec![TableSpec::named(TABLE)], Runtime::system());
    // How large the items are shows in the first calls.
    read(&driver, wish, segments).await?;
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let count = read(&driver, wish, segments).await?;
        best = best.min(start.elapsed());
        assert_eq!(count, expected, "every item is shown");
    }
    Ok(best)
}

async fn compare(what: &str, table: Table, wish: Wish, expected: usize) -> Result<(), Box<dyn Error>> {
    let one = best(table, &wish, 1, expected).await?;
    let eight = best(table, &wish, SIDE_BY_SIDE, expected).await?;
    let times = one.as_secs_f64() / eight.as_secs_f64();
    println!("  {what:<66} {one:>9.1?} {eight:>9.1?} {times:>6.1}");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let filter = Placeholders::default().condition("attribute_exists(kept)")?;
    // 1 KB each, so that 1 MB holds a thousand.
    let table = Table { items: 100_000, value_bytes: 1000, most_in_one_call: 1000 };
    let all = Wish { filter: None, count_only: false, page_size: 10_000 };
    let kept = Wish { filter: Some(filter), page_size: 1000, ..all.clone() };
    let counted = Wish { count_only: true, ..kept.clone() };
    let counted_all = Wish { count_only: true, ..all.clone() };

    println!("{DELAY:?} for each call, best of {ROUNDS}:");
    println!("  {:<66} {:>9} {:>9} {:>6}", "", "1 segment", "8", "times");
    compare("100,000 items of 1 KB, a filter that keeps one in 100", table, kept.clone(), 1000).await?;
    compare("the same, count_only", table, counted, 1000).await?;
    let small = Table { value_bytes: 30, most_in_one_call: 100, ..table };
    compare("all of 100,000 small items, where a call reads 100", small, all.clone(), 100_000).await?;

    // Bounded by the page: it takes few calls, and then there is little to be done side by side.
    compare(
        "a filter that keeps one in 100, pages of 100: ten calls each",
        table,
        Wish { page_size: 100, ..kept },
        1000,
    )
    .await?;
    compare("count_only without a filter, pages of 10,000: ten calls each", table, counted_all, 100_000).await?;
    let large = Table { items: 20_000, ..table };
    compare("all of 20,000 items of 1 KB, pages of 1 MiB: one call each", large, all, 20_000).await?;
    Ok(())
}
