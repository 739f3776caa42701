use std::collections::BTreeMap;

use dynakv_client::{Client, DeletedItem, Item, ItemOutcome, ReturnValues, WrittenItem};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::document::{flag, item, map, time, version};
use super::super::native::{Attribute, Change, Key, Names, Span, Test, Values};
use super::{Options, Outcome, With, on_table, outcome, parse, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Get {
    key: Key,
    #[serde(default)]
    consistent: bool,
    projection: Option<String>,
    #[serde(default)]
    names: Names,
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
    #[serde(default)]
    return_current: bool,
    #[serde(default)]
    return_old: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateItem {
    key: Key,
    update: Change,
    condition: Option<Test>,
    #[serde(default)]
    names: Names,
    #[serde(default)]
    values: Values,
    #[serde(default)]
    return_current: bool,
    return_values: Option<Returned>,
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
    return_current: bool,
    #[serde(default)]
    return_old: bool,
    #[serde(default)]
    omit_existed: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Returned {
    AllOld,
    UpdatedOld,
    AllNew,
    UpdatedNew,
}

impl From<Returned> for ReturnValues {
    fn from(returned: Returned) -> Self {
        match returned {
            Returned::AllOld => Self::AllOld,
            Returned::UpdatedOld => Self::UpdatedOld,
            Returned::AllNew => Self::AllNew,
            Returned::UpdatedNew => Self::UpdatedNew,
        }
    }
}

/// With the condition, and the names and values beside it.
macro_rules! conditional {
    ($call:expr, $args:ident) => {{
        let mut call = $call;
        for (alias, name) in $args.names {
            call = call.name(alias, name);
        }
        for (placeholder, value) in $args.values {
            call = call.value(placeholder, value.0);
        }
        call.with($args.condition, |call, test| call.condition(test.0))
            .when($args.return_current, |call| call.return_current())
    }};
}

pub(super) async fn send(client: &Client, call: &str, args: Json, options: &Options) -> Result<Outcome, String> {
    match call {
        "get_item" => get(client, parse(args)?, options).await,
        "put_item" => put(client, parse(args)?, options).await,
        "update_item" => update(client, parse(args)?, options).await,
        _ => delete(client, parse(args)?, options).await,
    }
}

async fn get(client: &Client, args: Get, options: &Options) -> Result<Outcome, String> {
    let mut call = on_table!(options, client.get_item(args.key))
        .when(args.consistent, |call| call.consistent())
        .with(args.projection, |call, projection| call.projection(projection));
    for (alias, name) in args.names {
        call = call.name(alias, name);
    }
    Ok(outcome(call.await, |found| match found {
        Some(found) => json!({ "found": item(&found) }),
        None => json!({ "missing": true }),
    }))
}

async fn put(client: &Client, args: Put, options: &Options) -> Result<Outcome, String> {
    let attributes = args.item.into_iter().map(|(name, value)| (name, value.0));
    let call = conditional!(write!(options, client.put_item(attributes)), args)
        .with(args.ttl, |call, ttl| call.ttl(ttl.0))
        .when(args.return_old, |call| call.return_old());
    Ok(outcome(call.await, |done| self::done(done, |done| written(&done))))
}

async fn update(client: &Client, args: UpdateItem, options: &Options) -> Result<Outcome, String> {
    let call = conditional!(write!(options, client.update_item(args.key, args.update.0)), args)
        .with(args.return_values, |call, values| call.return_values(values.into()));
    Ok(outcome(call.await, |done| self::done(done, |done| written(&done))))
}

async fn delete(client: &Client, args: Delete, options: &Options) -> Result<Outcome, String> {
    let call = conditional!(write!(options, client.delete_item(args.key)), args)
        .when(args.return_old, |call| call.return_old())
        .when(args.omit_existed, |call| call.omit_existed());
    Ok(outcome(call.await, |done| self::done(done, deleted)))
}

fn done<T>(outcome: ItemOutcome<T>, applied: impl FnOnce(T) -> Json) -> Json {
    match outcome {
        ItemOutcome::Applied(done) => json!({ "applied": applied(done) }),
        ItemOutcome::ConditionFailed { current } => {
            json!({"condition_failed": map([("current", current.as_ref().map(item))])})
        }
    }
}

fn written(written: &WrittenItem) -> Json {
    map([
        ("version", Some(version(&written.version))),
        ("expire_time", written.expire_time.map(time)),
        ("attributes", written.attributes.as_ref().map(item)),
        ("attributes_lost", flag(written.attributes_lost)),
    ])
}

fn deleted(deleted: DeletedItem) -> Json {
    let attributes: Option<Item> = deleted.attributes;
    map([("existed", Some(deleted.existed.into())), ("attributes", attributes.as_ref().map(item))])
}
