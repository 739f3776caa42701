//! The expiry rule, tested through the API: every RPC treats any stored item like a simple model does.

use aws_sdk_dynamodb::types::AttributeValue;
use bigdecimal::BigDecimal;
use dynakv::driver::Clock;
use dynakv_client::{Deletion, Expected, ExpireOutcome, PersistOutcome, Swap, TtlOutcome};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::time::Duration;

use super::on_every_backend;
use crate::support::{World, binary};

on_every_backend!(every_rpc_judges_expiry_alike);

/// An item expires at `ttl - ttl_ms / 1000`, within the second before `ttl`. Attributes that are not numbers are
/// ignored.
fn model_says_alive(ttl: Option<&AttributeValue>, ttl_ms: Option<&AttributeValue>, now: i64) -> bool {
    let decimal = |value: Option<&AttributeValue>| Some(value?.as_n().ok()?.parse::<BigDecimal>().unwrap());
    let Some(ttl) = decimal(ttl) else { return true };
    let millis = |number: i64| BigDecimal::from(number);
    let expiry = &ttl * millis(1000);
    let whole_second = ttl.with_scale_round(0, bigdecimal::RoundingMode::Ceiling) * millis(1000);
    let early = decimal(ttl_ms).map(|ms| whole_second - ms.clamp(millis(0), millis(1000)));
    early.map_or(expiry.clone(), |early| early.min(expiry)) > millis(now)
}

fn number_near(now_s: i64) -> impl Strategy<Value = String> {
    (-2i64..3, prop_oneof![3 => Just(String::new()), 1 => "\\.[0-9]{1,6}"])
        .prop_map(move |(offset, fraction)| format!("{}{fraction}", now_s + offset))
}

/// DynamoDB does not store `-0` or more than 38 digits.
fn ttl(now_s: i64) -> impl Strategy<Value = Option<AttributeValue>> {
    prop_oneof![
        8 => number_near(now_s).prop_map(|number| Some(AttributeValue::N(number))),
        1 => prop_oneof!["[1-9][0-9]{0,37}", "-[1-9][0-9]{0,15}", "0"].prop_map(|number| Some(AttributeValue::N(number))),
        1 => prop_oneof![
            Just(None),
            Just(Some(AttributeValue::S("1".into()))),
            Just(Some(AttributeValue::Null(true))),
        ],
    ]
}

fn ttl_ms() -> impl Strategy<Value = Option<AttributeValue>> {
    prop_oneof![
        2 => Just(None),
        6 => prop_oneof!["[1-9][0-9]{0,2}", "0", "999", "1000", "1001", "-[1-9]", "[1-9][0-9]{0,2}\\.5"]
            .prop_map(|number| Some(AttributeValue::N(number))),
        1 => Just(Some(AttributeValue::S("500".into()))),
    ]
}

async fn every_rpc_judges_expiry_alike(world: World) {
    let mut runner = TestRunner::deterministic();
    for case in 0..120 {
        world.clock.advance(Duration::from_millis(137));
        let now = world.clock.now();
        let (ttl, ttl_ms) = (ttl(now / 1000), ttl_ms()).new_tree(&mut runner).unwrap().current();
        let alive = model_says_alive(ttl.as_ref(), ttl_ms.as_ref(), now);
        let case = format!("case {case}: ttl {ttl:?}, ttl_ms {ttl_ms:?}, now {now}, alive {alive}");
        let place = async |key: &str| {
            let fields = [("val", Some(binary(b"value"))), ("ttl", ttl.clone()), ("dkv_ttl_ms", ttl_ms.clone())];
            world.put(key, fields.into_iter().filter_map(|(name, value)| Some((name, value?)))).await;
        };
        judge(&world, &case, alive, place).await;
    }
}

async fn judge(world: &World, case: &str, alive: bool, place: impl AsyncFn(&str)) {
    let client = &world.client;
    place("key").await;
    assert_eq!(client.get("key").await.unwrap().is_some(), alive, "Get, {case}");
    assert_eq!(client.exists(["key"]).await.unwrap(), [alive], "Exists, {case}");
    assert_eq!(client.get_ttl("key").await.unwrap() != TtlOutcome::NotFound, alive, "GetTtl, {case}");

    let swapped = async |expected| {
        let swap = client.compare_and_set("key", "new", expected).await.unwrap();
        place("key").await;
        matches!(swap, Swap::Swapped { .. })
    };
    assert_eq!(swapped(Expected::Absent).await, !alive, "absent, {case}");
    assert_eq!(swapped(Expected::Present).await, alive, "present, {case}");
    assert_eq!(swapped(Expected::value("value")).await, alive, "value, {case}");

    let deletion = client.compare_and_delete("key", Expected::Present).await.unwrap();
    assert_eq!(deletion == Deletion::Deleted, alive, "CompareAndDelete, {case}");
    place("key").await;
    assert_eq!(client.persist("key").await.unwrap() != PersistOutcome::NotFound, alive, "Persist, {case}");
    place("key").await;
    let expire = client.expire("key", Duration::from_mins(1)).await.unwrap();
    assert_eq!(expire != ExpireOutcome::NotFound, alive, "Expire, {case}");
    place("key").await;
    assert_eq!(client.increment("key").await.is_err(), alive, "Increment finds bytes or starts afresh, {case}");
    place("key").await;
    assert_eq!(client.delete("key").await.unwrap(), alive, "Delete, {case}");
}
