use std::collections::BTreeMap;

use dynakv_client::{Cancellation, Client, Committed, Snapshot, TransactOperation, TransactRead, Transaction, Value};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::document::{entry, item, map, time, version};
use super::super::native::{Attribute, Blob, Change, Expectation, Key, Names, Span, Test, Values};
use super::{Options, Outcome, With, outcome};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Get {
    reads: Vec<Read>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    key: Option<String>,
    item_key: Option<Key>,
    table: Option<String>,
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
    set: Option<Set>,
    delete: Option<Delete>,
    put_item: Option<PutItem>,
    update_item: Option<OnItem>,
    delete_item: Option<OnItem>,
    check: Option<OnItem>,
    table: Option<String>,
    #[serde(default)]
    return_current: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    key: String,
    value: Blob,
    ttl: Option<Span>,
    expected: Option<Expectation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delete {
    key: String,
    expected: Option<Expectation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutItem {
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
struct OnItem {
    key: Key,
    update: Option<Change>,
    condition: Option<Test>,
    #[serde(default)]
    names: Names,
    #[serde(default)]
    values: Values,
}

pub(super) async fn get(client: &Client, args: Get, options: &Options) -> Result<Outcome, String> {
    let read = |Read { key, item_key, table }: Read| {
        let read = match (key, item_key) {
            (Some(key), None) => TransactRead::entry(key),
            (None, Some(key)) => TransactRead::item(key),
            _ => return Err("a read has one key"),
        };
        Ok(read.with(table, |read, table| read.table(table)))
    };
    let reads: Vec<_> = args.reads.into_iter().map(read).collect::<Result<_, _>>()?;
    let call = options.on(client.transact_get(reads));
    let document = |snapshot: &Snapshot| match snapshot {
        Snapshot::Entry(found) => json!({ "entry": entry(found) }),
        Snapshot::Item(found) => json!({ "item": item(found) }),
        Snapshot::Absent => json!({ "absent": true }),
    };
    Ok(outcome(call.await, |snapshots| json!({"results": snapshots.iter().map(document).collect::<Vec<_>>()})))
}

pub(super) async fn write(client: &Client, args: Write, options: &Options) -> Result<Outcome, String> {
    let operations: Vec<_> = args.operations.into_iter().map(operation).collect::<Result<_, _>>()?;
    let call = options.on(client.transact_write(operations));
    let call = call.with(options.request_id, |call, id| call.request_id(id));
    Ok(outcome(call.await, |transaction| match transaction {
        Transaction::Committed(all) => json!({"committed": all.iter().map(committed).collect::<Vec<_>>()}),
        Transaction::Cancelled(all) => json!({"cancelled": all.iter().map(cancelled).collect::<Vec<_>>()}),
    }))
}

/// With the names and values beside a condition.
macro_rules! conditional {
    ($operation:expr, $args:ident) => {{
        let mut operation = $operation;
        for (alias, name) in $args.names {
            operation = operation.name(alias, name);
        }
        for (placeholder, value) in $args.values {
            operation = operation.value(placeholder, value.0);
        }
        operation.with($args.condition, |operation, test| operation.condition(test.0))
    }};
}

fn operation(args: Operation) -> Result<TransactOperation, String> {
    let Operation { table, return_current, .. } = args;
    macro_rules! whole {
        ($operation:expr) => {
            Ok($operation
                .with(table, |operation, table| operation.table(table))
                .when(return_current, |operation| operation.return_current())
                .into())
        };
    }
    match args {
        Operation { set: Some(set), .. } => whole!(
            TransactOperation::set(set.key, set.value.0)
                .with(set.ttl, |operation, ttl| operation.ttl(ttl.0))
                .with(set.expected, |operation, expected| operation.expected(expected.0))
        ),
        Operation { delete: Some(delete), .. } => whole!(
            TransactOperation::delete(delete.key)
                .with(delete.expected, |operation, expected| operation.expected(expected.0))
        ),
        Operation { put_item: Some(put), .. } => {
            let item = put.item.into_iter().map(|(name, value)| (name, value.0));
            let operation = TransactOperation::put_item::<String, Value>(item);
            whole!(conditional!(operation, put).with(put.ttl, |operation, ttl| operation.ttl(ttl.0)))
        }
        Operation { update_item: Some(update), .. } => {
            let change = update.update.ok_or("there is no update")?.0;
            whole!(conditional!(TransactOperation::update_item(update.key, change), update))
        }
        Operation { delete_item: Some(delete), .. } => {
            whole!(conditional!(TransactOperation::delete_item(delete.key), delete))
        }
        Operation { check: Some(check), .. } => {
            let mut check = check;
            let condition = check.condition.take().ok_or("nothing to check")?.0;
            whole!(conditional!(TransactOperation::check(check.key, condition), check))
        }
        _ => Err("an operation is of one kind".to_owned()),
    }
}

fn committed(committed: &Committed) -> Json {
    map([("version", committed.version.as_ref().map(version)), ("expire_time", committed.expire_time.map(time))])
}

fn cancelled(cancelled: &Cancellation) -> Json {
    map([
        ("reason", Some(cancelled.reason.as_str().into())),
        ("current", cancelled.current.as_ref().map(entry)),
        ("current_item", cancelled.current_item.as_ref().map(item)),
    ])
}
