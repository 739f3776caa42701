use dynakv_client::{BatchOperation, BatchOutcome, Client, Found};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::document::{entry, failure, flag, map, time, version};
use super::super::native::{Blob, Expectation, Keys, Span};
use super::{Options, Outcome, With, on_table, outcome, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Get {
    keys: Keys,
    #[serde(default)]
    consistent: bool,
    #[serde(default)]
    mode: Mode,
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
    operations: Operations,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Operations {
    Each(Vec<Operation>),
    Many { count: usize, prefix: String, value: Blob },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Operation {
    Set(Set),
    Delete(Delete),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    key: String,
    value: Blob,
    ttl: Option<Span>,
    #[serde(default)]
    keep_ttl: bool,
    expected: Option<Expectation>,
    #[serde(default)]
    return_current: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delete {
    key: String,
    expected: Option<Expectation>,
    #[serde(default)]
    return_current: bool,
    #[serde(default)]
    report_existed: bool,
}

pub(super) async fn get(client: &Client, args: Get, options: &Options) -> Result<Outcome, String> {
    let keys = Vec::from(args.keys);
    let count = keys.len();
    let call = on_table!(options, client.batch_get(keys)).when(args.consistent, |call| call.consistent());
    let all = |found: Vec<Found>| json!({"results": found.iter().map(self::found).collect::<Vec<_>>()});
    match args.mode {
        Mode::All => Ok(outcome(call.await, all)),
        Mode::Stream => {
            let mut slots = vec![None; count];
            let mut answers = call.stream();
            while let Some((position, found)) = answers.next().await {
                let slot = slots.get_mut(position).ok_or("an answer to no key")?;
                if slot.replace(found).is_some() {
                    return Err(format!("two answers for key {position}"));
                }
            }
            let found = slots.into_iter().collect::<Option<Vec<_>>>().ok_or("no answer for some of the keys")?;
            Ok(Ok(all(found)))
        }
    }
}

fn found(found: &Found) -> Json {
    match found {
        Found::Entry(found) => json!({ "found": entry(found) }),
        Found::Missing => json!({ "missing": true }),
        Found::Failed(failed) => json!({ "failed": failure(failed) }),
    }
}

pub(super) async fn write(client: &Client, args: Write, options: &Options) -> Result<Outcome, String> {
    let operations: Vec<BatchOperation> = match args.operations {
        Operations::Each(operations) => operations.into_iter().map(operation).collect(),
        Operations::Many { count, prefix, value } => {
            (0..count).map(|number| BatchOperation::set(format!("{prefix}{number}"), value.0.clone()).into()).collect()
        }
    };
    let call = write!(options, client.batch_write(operations));
    Ok(outcome(call.await, |outcomes| json!({"results": outcomes.iter().map(done).collect::<Vec<_>>()})))
}

fn operation(operation: Operation) -> BatchOperation {
    match operation {
        Operation::Set(set) => BatchOperation::set(set.key, set.value.0)
            .with(set.ttl, |operation, ttl| operation.ttl(ttl.0))
            .when(set.keep_ttl, |operation| operation.keep_ttl())
            .with(set.expected, |operation, expected| operation.expected(expected.0))
            .when(set.return_current, |operation| operation.return_current())
            .into(),
        Operation::Delete(delete) => BatchOperation::delete(delete.key)
            .with(delete.expected, |operation, expected| operation.expected(expected.0))
            .when(delete.return_current, |operation| operation.return_current())
            .when(delete.report_existed, |operation| operation.report_existed())
            .into(),
    }
}

fn done(outcome: &BatchOutcome) -> Json {
    match outcome {
        BatchOutcome::Written { version: new, expire_time } => {
            json!({"written": map([("version", Some(version(new))), ("expire_time", expire_time.map(time))])})
        }
        BatchOutcome::Deleted { existed } => json!({"deleted": map([("existed", existed.map(Into::into))])}),
        BatchOutcome::ConditionFailed { current, current_omitted } => json!({"condition_failed": map([
            ("current", current.as_ref().map(entry)),
            ("current_omitted", flag(*current_omitted)),
        ])}),
        BatchOutcome::Superseded => json!({ "superseded": true }),
        BatchOutcome::Failed(failed) => json!({ "failed": failure(failed) }),
        BatchOutcome::OutcomeUnknown(unknown) => json!({ "outcome_unknown": failure(unknown) }),
    }
}
