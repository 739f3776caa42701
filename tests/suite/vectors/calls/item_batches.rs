use std::collections::BTreeMap;

use dynakv_client::{BatchItemOperation, BatchItemRead, BatchOutcome, Client, FoundItem, Item};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::document::{failure, flag, item, map, time, version};
use super::super::native::{Attribute, Key, Names, Span, Test, Values};
use super::{Options, Outcome, With, outcome};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Get {
    reads: Reads,
    #[serde(default)]
    consistent: bool,
    projection: Option<String>,
    #[serde(default)]
    names: Names,
    #[serde(default)]
    mode: Mode,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Reads {
    Each(Vec<Read>),
    Many { count: usize, prefix: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    key: Key,
    table: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    All,
    Stream,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Write {
    operations: Vec<Operation>,
}

/// Exactly one of the kinds, with its options.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    put_item: Option<Put>,
    delete_item: Option<Delete>,
    table: Option<String>,
    #[serde(default)]
    return_current: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Put {
    item: BTreeMap<String, Attribute>,
    ttl: Option<Span>,
    condition: Option<Test>,
    #[serde(default)]
    names: Names,
    #[serde(default)]
    values: Values,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delete {
    key: Key,
    condition: Option<Test>,
    #[serde(default)]
    names: Names,
    #[serde(default)]
    values: Values,
    #[serde(default)]
    report_existed: bool,
}

/// With the options of all kinds: the condition, and the names and values beside it.
macro_rules! options {
    ($operation:expr, $args:ident, $table:ident, $return_current:ident) => {{
        let mut operation = $operation;
        for (alias, name) in $args.names {
            operation = operation.name(alias, name);
        }
        for (placeholder, value) in $args.values {
            operation = operation.value(placeholder, value.0);
        }
        operation
            .with($args.condition, |operation, test| operation.condition(test.0))
            .with($table, |operation, table| operation.table(table))
            .when($return_current, |operation| operation.return_current())
    }};
}

pub(super) async fn get(client: &Client, args: Get, options: &Options) -> Result<Outcome, String> {
    let reads: Vec<BatchItemRead> = match args.reads {
        Reads::Each(reads) => reads.into_iter().map(read).collect(),
        Reads::Many { count, prefix } => (0..count).map(|number| format!("{prefix}{number}").into()).collect(),
    };
    let count = reads.len();
    let mut call = options
        .on(client.batch_get_items(reads))
        .when(args.consistent, |call| call.consistent())
        .with(args.projection, |call, projection| call.projection(projection));
    for (alias, name) in args.names {
        call = call.name(alias, name);
    }
    let all = |found: Vec<FoundItem>| json!({"results": found.iter().map(self::found).collect::<Vec<_>>()});
    match args.mode {
        Mode::All => Ok(outcome(call.await, all)),
        Mode::Stream => {
            let mut slots = vec![None; count];
            let mut answers = call.stream();
            while let Some((position, found)) = answers.next().await {
                let slot = slots.get_mut(position).ok_or("an answer to no read")?;
                if slot.replace(found).is_some() {
                    return Err(format!("two answers for read {position}"));
                }
            }
            let found = slots.into_iter().collect::<Option<Vec<_>>>().ok_or("no answer for some of the reads")?;
            Ok(Ok(all(found)))
        }
    }
}

fn read(Read { key, table }: Read) -> BatchItemRead {
    BatchItemRead::new(key).with(table, BatchItemRead::table)
}

fn found(found: &FoundItem) -> Json {
    match found {
        FoundItem::Item(found) => json!({ "found": item(found) }),
        FoundItem::Missing => json!({ "missing": true }),
        FoundItem::Failed(failed) => json!({ "failed": failure(failed) }),
    }
}

pub(super) async fn write(client: &Client, args: Write, options: &Options) -> Result<Outcome, String> {
    let operations: Vec<_> = args.operations.into_iter().map(operation).collect::<Result<_, _>>()?;
    let call =
        options.on(client.batch_write_items(operations)).with(options.request_id, |call, id| call.request_id(id));
    Ok(outcome(call.await, |outcomes| json!({"results": outcomes.iter().map(done).collect::<Vec<_>>()})))
}

fn operation(operation: Operation) -> Result<BatchItemOperation, String> {
    let Operation { put_item, delete_item, table, return_current } = operation;
    match (put_item, delete_item) {
        (Some(put), None) => {
            let attributes = put.item.into_iter().map(|(name, value)| (name, value.0));
            let operation = options!(BatchItemOperation::put_item(attributes), put, table, return_current);
            Ok(operation.with(put.ttl, |operation, ttl| operation.ttl(ttl.0)).into())
        }
        (None, Some(delete)) => {
            let operation = options!(BatchItemOperation::delete_item(delete.key), delete, table, return_current);
            Ok(operation.when(delete.report_existed, |operation| operation.report_existed()).into())
        }
        _ => Err("an operation is of one kind".to_owned()),
    }
}

fn done(outcome: &BatchOutcome<Item>) -> Json {
    match outcome {
        BatchOutcome::Written { version: new, expire_time } => {
            json!({"written": map([("version", Some(version(new))), ("expire_time", expire_time.map(time))])})
        }
        BatchOutcome::Deleted { existed } => json!({"deleted": map([("existed", existed.map(Into::into))])}),
        BatchOutcome::ConditionFailed { current, current_omitted } => json!({"condition_failed": map([
            ("current", current.as_ref().map(item)),
            ("current_omitted", flag(*current_omitted)),
        ])}),
        BatchOutcome::Superseded => json!({ "superseded": true }),
        BatchOutcome::Failed(failed) => json!({ "failed": failure(failed) }),
        BatchOutcome::OutcomeUnknown(unknown) => json!({ "outcome_unknown": failure(unknown) }),
    }
}
