use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::{Client, Config};

use super::super::source::{ExpiryFilter, Kind};
use super::*;
use crate::driver::expression::SharedProjection;
use crate::driver::read::Consistency;
use crate::driver::store::AnswerItem;
use crate::driver::table::Scope;
use crate::driver::{Deadline, Driver, Runtime};
use crate::model::{PageSize, TableSpec};

/// A driver that never sends anything.
fn driver() -> Driver {
    let config = Config::builder().behavior_version_latest().build();
    Driver::new(Client::from_conf(config), vec![TableSpec::named("entries")], Runtime::system())
}

fn source(driver: &Driver, deadline: Deadline) -> Source<'static> {
    let table = driver.core.table("").unwrap();
    Source {
        key: table.configured_schema(),
        scope: Scope::new(Arc::clone(&driver.core), table, deadline),
        index: None,
        kind: Kind::Scan { segments: 1 },
        expiry_filter: ExpiryFilter::DynamoDb,
        filter: None,
        projection: SharedProjection::default(),
        has_projection: false,
        count_only: false,
        consistency: Consistency::Eventual,
        wants_capacity: false,
    }
}

/// Shows items as this function says.
struct Shown<F>(F);

impl<F: Fn() -> View + Sync> Rows for Shown<F> {
    type Row = Item;

    const ROWS_PER_CLOCK_READ: usize = 1;

    fn read(&self, item: AnswerItem<'_>) -> Item {
        item.into_owned()
    }

    fn view(&self, _: &Item) -> Result<View, Error> {
        Ok(self.0())
    }

    fn start_key(&self, row: &Item) -> Option<Item> {
        Some(row.clone())
    }
}

/// The answer of a call that has read `count` items and has more.
fn read(count: usize) -> PartRead<Item> {
    let item = |index: usize| HashMap::from([("pk".to_owned(), AttributeValue::S(index.to_string()))]);
    let items: Vec<Item> = (0..count).map(item).collect();
    PartRead { count, scanned: count, last: items.last().cloned(), items, consumed: Capacity::default() }
}

const PART_REQUEST: PartRequest = PartRequest { segment: 0, after: None, limit: 10_000, counts: false };

fn page_request() -> PageRequest {
    PageRequest { size: PageSize::MAX, cursor: None, wants_capacity: false }
}

/// Where the next page starts.
fn place<T>(page: &Page<T>) -> Option<&str> {
    match page.next.as_ref()?.0.as_slice() {
        [Position::After(key)] => key.get("pk")?.as_s().ok().map(String::as_str),
        _ => None,
    }
}

#[tokio::test]
async fn a_deadline_between_two_items_ends_the_page_there() {
    let driver = driver();
    let deadline = Deadline::after(Duration::from_millis(100));
    let source = source(&driver, deadline);
    let judged = AtomicUsize::new(0);
    let hide = Shown(|| {
        // A slow pattern: the deadline passes at the third item.
        let is_third = judged.fetch_add(1, Ordering::Relaxed) == 2;
        while is_third && !deadline.has_passed() {
            std::hint::spin_loop();
        }
        View::Hidden
    });
    let mut reader = Assembly::new(&source, &hide, 1, page_request()).unwrap();
    reader.take(&PART_REQUEST, read(1000)).await.unwrap();
    let judged = judged.load(Ordering::Relaxed);
    assert!(judged <= 3, "{judged}");
    let last = judged - 1;
    assert_eq!(place(&reader.page()), Some(last.to_string().as_str()));
}

#[tokio::test]
async fn a_page_makes_progress_even_after_the_deadline() {
    let driver = driver();
    let source = source(&driver, Deadline::after(Duration::ZERO));
    let show = Shown(|| View::Item { bytes: 1 });
    let mut reader = Assembly::new(&source, &show, 1, page_request()).unwrap();
    reader.take(&PART_REQUEST, read(1000)).await.unwrap();
    let page = reader.page();
    assert_eq!((page.count, place(&page)), (1, Some("0")));
}

#[tokio::test]
async fn other_tasks_run_while_a_page_is_assembled() {
    let driver = driver();
    let source = source(&driver, Deadline::after(Duration::from_hours(1)));
    let (judged, turns) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let others = Arc::clone(&turns);
    // Counts how often it gets a turn on the same thread.
    let other = tokio::spawn(async move {
        loop {
            others.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    let hide = Shown(|| {
        judged.fetch_add(1, Ordering::Relaxed);
        View::Hidden
    });
    let mut reader = Assembly::new(&source, &hide, 1, page_request()).unwrap();
    reader.take(&PART_REQUEST, read(2000)).await.unwrap();
    other.abort();
    assert_eq!(judged.load(Ordering::Relaxed), 2000);
    assert!(turns.load(Ordering::Relaxed) >= 10, "{turns:?}");
}
