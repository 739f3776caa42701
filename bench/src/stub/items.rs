//! A table with sort keys, for imports and exports. It has the same items whatever is written.

use std::collections::HashMap;
use std::sync::LazyLock;

use anyhow::Context;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Its name.
pub(crate) const TABLE: &str = "items";

/// How many items it has.
pub(crate) const COUNT: usize = 100_000;

/// The most bytes of a page of a Scan, as DynamoDB counts them.
const PAGE_BYTES: usize = 1024 * 1024;

/// How many items have one partition key.
const PARTITION: usize = 10;

pub(super) const DESCRIPTION: &str = r#"{"Table":{"TableName":"items","TableStatus":"ACTIVE",
    "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
    "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}]}}"#;

/// Every item in DynamoDB's JSON, and where each ends.
static ITEMS: LazyLock<(String, Vec<usize>)> = LazyLock::new(|| {
    let (mut text, mut ends) = (String::new(), vec![0]);
    for index in 0..COUNT {
        text.push_str(&dynamodb_json(index));
        text.push(',');
        ends.push(text.len());
    }
    (text, ends)
});

/// The attributes of an item, about 120 bytes: a key of two, and four more.
fn attributes(index: usize) -> [(&'static str, &'static str, String); 6] {
    let (customer, order) = (index / PARTITION, index % PARTITION);
    [
        ("pk", "S", format!("customer-{customer:06}")),
        ("sk", "N", order.to_string()),
        ("amount", "N", format!("{}.25", index * 7 % 10_000)),
        ("city", "S", one_of(&["Paris", "Lisbon", "Ghent", "Turin"], index)),
        ("note", "S", format!("order {index:08} of a customer, sent by post")),
        ("state", "S", one_of(&["open", "paid", "sent"], index)),
    ]
}

fn one_of(words: &[&str], index: usize) -> String {
    words.get(index % words.len()).copied().unwrap_or_default().to_owned()
}

fn dynamodb_json(index: usize) -> String {
    let attributes = attributes(index).map(|(name, kind, value)| format!(r#""{name}":{{"{kind}":"{value}"}}"#));
    format!("{{{}}}", attributes.join(","))
}

/// A line of a file to import.
pub(crate) fn line(index: usize) -> String {
    let attributes = attributes(index).map(|(name, kind, value)| match kind {
        "N" => format!(r#""{name}":{value}"#),
        _ => format!(r#""{name}":"{value}""#),
    });
    format!("{{{}}}\n", attributes.join(","))
}

/// A BatchWriteItem of this table; every item is taken.
#[derive(Deserialize)]
pub(super) struct BatchWriteItem<'a> {
    #[serde(rename = "RequestItems", borrow)]
    pub(super) tables: HashMap<&'a str, Vec<IgnoredAny>>,
}

/// A Scan of this table.
#[derive(Deserialize)]
pub(super) struct Scan<'a> {
    #[serde(rename = "Limit", default)]
    limit: Option<usize>,
    #[serde(rename = "Segment", default)]
    segment: usize,
    #[serde(rename = "TotalSegments", default)]
    total_segments: Option<usize>,
    #[serde(rename = "ExclusiveStartKey", borrow, default)]
    start: Option<Key<'a>>,
}

#[derive(Deserialize)]
struct Key<'a> {
    #[serde(borrow)]
    pk: HashMap<&'a str, &'a str>,
    #[serde(borrow)]
    sk: HashMap<&'a str, &'a str>,
}

impl Key<'_> {
    fn index(&self) -> Option<usize> {
        let customer: usize = self.pk.get("S")?.strip_prefix("customer-")?.parse().ok()?;
        let order: usize = self.sk.get("N")?.parse().ok()?;
        Some(customer * PARTITION + order)
    }
}

/// A page of a segment: a run of the items.
pub(super) fn page(scan: &Scan) -> anyhow::Result<Vec<u8>> {
    let (text, ends) = &*ITEMS;
    let total = scan.total_segments.unwrap_or(1);
    let end = (scan.segment + 1) * COUNT / total;
    let first = match &scan.start {
        Some(key) => key.index().context("a key of another making")? + 1,
        None => scan.segment * COUNT / total,
    };
    // All items are about as large as the first.
    let bytes: usize = attributes(first.min(COUNT - 1)).iter().map(|(name, _, value)| name.len() + value.len()).sum();
    let last = end.min(first + scan.limit.unwrap_or(COUNT).min(PAGE_BYTES / bytes + 1)).max(first);
    let range = ends.get(first).zip(ends.get(last)).and_then(|(from, to)| text.get(*from..*to));
    let items = range.context("a key behind the end")?.trim_end_matches(',');
    let count = last - first;
    let mut body = format!(r#"{{"Count":{count},"ScannedCount":{count},"Items":["#).into_bytes();
    body.extend_from_slice(items.as_bytes());
    body.push(b']');
    if last < end {
        let [(_, _, pk), (_, _, sk), ..] = attributes(last - 1);
        body.extend_from_slice(
            format!(r#","LastEvaluatedKey":{{"pk":{{"S":"{pk}"}},"sk":{{"N":"{sk}"}}}}"#).as_bytes(),
        );
    }
    body.push(b'}');
    Ok(body)
}
