use dynakv_client::{Client, Deletion, ExpireOutcome, PersistOutcome, Swap, TtlOutcome};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::document::{entry, flag, map, milliseconds, time, version};
use super::super::native::{Blob, Expectation, Keys, Span, Whole};
use super::{Options, Outcome, With, on_table, outcome, parse, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    key: String,
    #[serde(default)]
    consistent: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    key: String,
    value: Blob,
    expected: Option<Expectation>,
    ttl: Option<Span>,
    #[serde(default)]
    keep_ttl: bool,
    #[serde(default)]
    return_previous: bool,
    #[serde(default)]
    return_current: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Only {
    key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainDelete {
    key: String,
    #[serde(default)]
    omit_existed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delete {
    key: String,
    expected: Expectation,
    #[serde(default)]
    return_current: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exists {
    keys: Keys,
    #[serde(default)]
    consistent: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    key: String,
    ttl: Span,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Increment {
    key: String,
    by: Option<Whole>,
    initial: Option<Whole>,
    ttl: Option<Span>,
}

pub(super) async fn send(client: &Client, call: &str, args: Json, options: &Options) -> Result<Outcome, String> {
    match call {
        "get" => get(client, parse(args)?, options).await,
        "set" => set(client, parse(args)?, options).await,
        "compare_and_set" => compare_and_set(client, parse(args)?, options).await,
        "delete" => {
            let PlainDelete { key, omit_existed } = parse(args)?;
            let call = write!(options, client.delete(key)).when(omit_existed, |call| call.omit_existed());
            Ok(outcome(call.await, |existed| json!({ "existed": existed })))
        }
        "compare_and_delete" => compare_and_delete(client, parse(args)?, options).await,
        "exists" => {
            let Exists { keys, consistent } = parse(args)?;
            let call = on_table!(options, client.exists(Vec::from(keys)));
            Ok(outcome(call.when(consistent, |call| call.consistent()).await, |exists| json!({ "exists": exists })))
        }
        "get_ttl" => get_ttl(client, parse(args)?, options).await,
        "expire" => expire(client, parse(args)?, options).await,
        "persist" => persist(client, parse(args)?, options).await,
        _ => increment(client, parse(args)?, options).await,
    }
}

async fn get(client: &Client, args: Read, options: &Options) -> Result<Outcome, String> {
    let call = on_table!(options, client.get(args.key)).when(args.consistent, |call| call.consistent());
    Ok(outcome(call.await, |found| match found {
        Some(found) => json!({ "found": entry(&found) }),
        None => json!({ "missing": true }),
    }))
}

async fn set(client: &Client, args: Set, options: &Options) -> Result<Outcome, String> {
    let call = write!(options, client.set(args.key, args.value.0))
        .with(args.ttl, |call, ttl| call.ttl(ttl.0))
        .when(args.keep_ttl, |call| call.keep_ttl())
        .when(args.return_previous, |call| call.return_previous());
    Ok(outcome(call.await, |written| {
        map([
            ("version", Some(version(&written.version))),
            ("expire_time", written.expire_time.map(time)),
            ("previous", written.previous.as_ref().map(entry)),
            ("previous_lost", flag(written.previous_lost)),
        ])
    }))
}

async fn compare_and_set(client: &Client, args: Set, options: &Options) -> Result<Outcome, String> {
    let expected = args.expected.ok_or("nothing is expected")?.0;
    let call = write!(options, client.compare_and_set(args.key, args.value.0, expected))
        .with(args.ttl, |call, ttl| call.ttl(ttl.0))
        .when(args.keep_ttl, |call| call.keep_ttl())
        .when(args.return_current, |call| call.return_current());
    Ok(outcome(call.await, |swap| match swap {
        Swap::Swapped { version: new, expire_time } => {
            json!({"swapped": map([("version", Some(version(&new))), ("expire_time", expire_time.map(time))])})
        }
        Swap::NotSwapped { current } => json!({"not_swapped": map([("current", current.as_ref().map(entry))])}),
    }))
}

async fn compare_and_delete(client: &Client, args: Delete, options: &Options) -> Result<Outcome, String> {
    let call = write!(options, client.compare_and_delete(args.key, args.expected.0))
        .when(args.return_current, |call| call.return_current());
    Ok(outcome(call.await, |deletion| match deletion {
        Deletion::Deleted => json!({ "deleted": true }),
        Deletion::NotDeleted { current } => json!({"not_deleted": map([("current", current.as_ref().map(entry))])}),
    }))
}

async fn get_ttl(client: &Client, args: Read, options: &Options) -> Result<Outcome, String> {
    let call = on_table!(options, client.get_ttl(args.key)).when(args.consistent, |call| call.consistent());
    Ok(outcome(call.await, |ttl| match ttl {
        TtlOutcome::Ttl { ttl, expire_time } => {
            json!({"ttl": {"ttl": milliseconds(ttl), "expire_time": time(expire_time)}})
        }
        TtlOutcome::NoTtl => json!({ "no_ttl": true }),
        TtlOutcome::NotFound => json!({ "not_found": true }),
    }))
}

async fn expire(client: &Client, args: Expire, options: &Options) -> Result<Outcome, String> {
    let call = write!(options, client.expire(args.key, args.ttl.0));
    Ok(outcome(call.await, |expired| match expired {
        ExpireOutcome::TtlSet { version: new, expire_time } => {
            json!({"ttl_set": {"version": version(&new), "expire_time": time(expire_time)}})
        }
        ExpireOutcome::NotFound => json!({ "not_found": true }),
    }))
}

async fn persist(client: &Client, args: Only, options: &Options) -> Result<Outcome, String> {
    let call = write!(options, client.persist(args.key));
    Ok(outcome(call.await, |persisted| match persisted {
        PersistOutcome::TtlRemoved { version: new } => json!({"ttl_removed": {"version": version(&new)}}),
        PersistOutcome::NoTtl => json!({ "no_ttl": true }),
        PersistOutcome::NotFound => json!({ "not_found": true }),
    }))
}

async fn increment(client: &Client, args: Increment, options: &Options) -> Result<Outcome, String> {
    let call = write!(options, client.increment(args.key))
        .with(args.by, |call, by| call.by(by.0))
        .with(args.initial, |call, initial| call.initial(initial.0))
        .with(args.ttl, |call, ttl| call.ttl(ttl.0));
    Ok(outcome(call.await, |counter| {
        map([
            ("value", Some(counter.value.to_string().into())),
            ("version", Some(version(&counter.version))),
            ("expire_time", counter.expire_time.map(time)),
        ])
    }))
}
