//! Batches when DynamoDB does them in parts, late or not at all: nothing is lost, answered twice or invented.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use dynakv_client::{BatchOperation, BatchOutcome, Code, Found, Reason, pb};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tonic_types::StatusExt;

use crate::support::World;
use crate::support::faults::{Answer, Call, Fault, Upstream, What, When, respond};

pub(super) const THROTTLE: What = What::Throttle { code: "ProvisionedThroughputExceededException", reasons: &[] };

/// What happens to one call.
#[derive(Debug, Clone)]
pub(super) enum Mishap {
    /// It succeeds, but after other calls.
    Late(u8),
    /// DynamoDB leaves out the parts whose bits are set.
    Unprocessed(u128),
    Throttled,
    Before(What),
    After(What),
}

pub(super) fn mishaps() -> impl Strategy<Value = Vec<Mishap>> {
    let fault = prop_oneof![
        Just(What::Status500),
        Just(What::Reset),
        Just(What::ResetInBody),
        Just(What::Timeout),
        Just(What::ConnectRefused),
        Just(What::Garbage),
    ];
    let mishap = prop_oneof![
        4 => any::<u8>().prop_map(Mishap::Late),
        4 => any::<u128>().prop_map(Mishap::Unprocessed),
        1 => Just(Mishap::Unprocessed(u128::MAX)),
        3 => Just(Mishap::Throttled),
        2 => fault.clone().prop_map(Mishap::Before),
        2 => fault.prop_map(Mishap::After),
    ];
    proptest::collection::vec(mishap, 0..30)
}

impl Mishap {
    async fn strike(self, call: Call, upstream: Upstream) -> Answer {
        match self {
            Self::Late(turns) => {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                upstream.call(call).await
            }
            Self::Unprocessed(bits) => leave_out(call, upstream, |index, _| bits >> (index % 128) & 1 == 1).await,
            Self::Throttled => THROTTLE.instead_of(None).await,
            Self::Before(what) => what.instead_of(None).await,
            Self::After(what) => {
                let answer = upstream.call(call).await;
                what.instead_of(Some(answer)).await
            }
        }
    }
}

/// Makes DynamoDB process only a part of a batch, as when it is short of capacity.
async fn leave_out(mut call: Call, upstream: Upstream, is_left: impl Fn(usize, &str) -> bool) -> Answer {
    let reads = call.operation == "BatchGetItem";
    let mut request = call.json();
    let tables = request["RequestItems"].as_object().unwrap();
    let table = tables.keys().next().unwrap().clone();
    assert_eq!(tables.len(), 1, "the driver names one table in each call");
    let table = table.as_str();
    let parts = |items: &mut Value| if reads { items[table]["Keys"].take() } else { items[table].take() };
    let mut unprocessed = request["RequestItems"].clone();
    let all = parts(&mut request["RequestItems"]).as_array().unwrap().clone();
    let (left, done): (Vec<_>, Vec<_>) =
        all.into_iter().enumerate().partition(|(index, part)| is_left(*index, key_of(part)));
    let values = |parts: Vec<(usize, Value)>| parts.into_iter().map(|(_, part)| part).collect::<Value>();
    let place = |items: &mut Value, parts: Value| {
        let place = if reads { &mut items[table]["Keys"] } else { &mut items[table] };
        *place = parts;
    };
    let (left, done) = (values(left), values(done));
    let field = if reads { "UnprocessedKeys" } else { "UnprocessedItems" };
    if left.as_array().unwrap().is_empty() {
        place(&mut request["RequestItems"], done);
        call.set_json(&request);
        return upstream.call(call).await;
    }
    place(&mut unprocessed, left);
    if done.as_array().unwrap().is_empty() {
        return Ok(respond(200, json!({ "Responses": {}, field: unprocessed }).to_string()));
    }
    place(&mut request["RequestItems"], done);
    call.set_json(&request);
    World::amend(upstream.call(call).await, |answer| answer[field] = unprocessed).await
}

/// The key of an operation in a batch; empty in a table whose key is no `pk`.
fn key_of(part: &Value) -> &str {
    let paths = ["/pk/S", "/PutRequest/Item/pk/S", "/DeleteRequest/Key/pk/S"];
    paths.iter().find_map(|path| part.pointer(path)).and_then(Value::as_str).unwrap_or_default()
}

/// Assigns a mishap to each of the next calls.
pub(super) fn inject(world: &World, operation: &'static str, mishaps: Vec<Mishap>) {
    let times = mishaps.len();
    let mishaps = Arc::new(Mutex::new(mishaps));
    world.faults.rule(operation, times, move |call, upstream| {
        let mishap = mishaps.lock().unwrap().pop().unwrap();
        mishap.strike(call, upstream)
    });
}

fn key(index: usize) -> String {
    format!("key-{index}")
}

#[tokio::test]
async fn every_key_is_answered_once_and_as_it_is() {
    let world = World::embedded_in_memory().await;
    let sets = (0..300).step_by(2).map(|index| BatchOperation::set(key(index), key(index)));
    world.client.batch_write(sets).await.unwrap();

    let mut runner = TestRunner::deterministic();
    let keys = proptest::collection::vec(0..300usize, 1..400);
    for case in 0..40 {
        let (indexes, mishaps) = (keys.clone(), mishaps()).new_tree(&mut runner).unwrap().current();
        let case = format!("case {case}: {} keys, {mishaps:?}", indexes.len());
        world.faults.reset_counts();
        inject(&world, "BatchGetItem", mishaps.clone());

        let mut answers = HashMap::new();
        let mut stream = world.client.batch_get(indexes.iter().map(|index| key(*index))).stream();
        while let Some((position, found)) = stream.next().await {
            assert!(answers.insert(position, found).is_none(), "{position} is answered twice, {case}");
        }
        for (position, index) in indexes.iter().enumerate() {
            match &answers[&position] {
                Found::Entry(entry) => assert_eq!((&entry.key, entry.text()), (&key(*index), Some(&*key(*index)))),
                Found::Missing => assert_eq!(index % 2, 1, "{index} exists, {case}"),
                Found::Failed(failure) => assert!(!mishaps.is_empty(), "{failure}, {case}"),
            }
        }
        let least = indexes.len().div_ceil(100);
        assert!(world.faults.calls("BatchGetItem") <= least + mishaps.len(), "{case}");
        world.faults.clear();
    }
}

#[tokio::test]
async fn every_operation_ends_as_it_says() {
    let world = World::embedded_in_memory().await;
    let mut runner = TestRunner::deterministic();
    let operations = proptest::collection::vec((0..200usize, any::<bool>()), 1..250);
    let mut stored: HashMap<usize, Vec<Option<String>>> = HashMap::new();
    for case in 0..40 {
        let (operations, mishaps) = (operations.clone(), mishaps()).new_tree(&mut runner).unwrap().current();
        let shown = format!("case {case}: {} operations, {mishaps:?}", operations.len());
        world.faults.reset_counts();
        inject(&world, "BatchWriteItem", mishaps.clone());
        let value = |position: usize| format!("{case}/{position}");
        let batch = operations.iter().enumerate().map(|(position, (index, sets))| match sets {
            true => BatchOperation::from(BatchOperation::set(key(*index), value(position))),
            false => BatchOperation::delete(key(*index)).into(),
        });
        let distinct = operations.iter().map(|(index, _)| index).collect::<std::collections::HashSet<_>>().len();
        let result = world.client.batch_write(batch).await;
        assert!(world.faults.calls("BatchWriteItem") <= distinct.div_ceil(25) + mishaps.len(), "{shown}");
        world.faults.clear();

        // If the call fails, every operation has failed. What else each may have left behind, besides what was there
        // before:
        for (position, (index, sets)) in operations.iter().enumerate() {
            let is_last = operations.iter().rposition(|(other, _)| other == index) == Some(position);
            let written = sets.then(|| value(position));
            let may_be = stored.entry(*index).or_insert_with(|| vec![None]);
            match result.as_ref().map(|outcomes| &outcomes[position]) {
                Ok(BatchOutcome::Superseded) => assert!(!is_last, "{position}, {shown}"),
                Ok(outcome) if outcome.is_applied() => *may_be = vec![written],
                Ok(BatchOutcome::OutcomeUnknown(_)) => may_be.push(written),
                Ok(BatchOutcome::Failed(_)) => assert!(!mishaps.is_empty(), "{shown}"),
                Ok(other) => panic!("{other:?}, {shown}"),
                Err(error) if error.is_outcome_unknown() && is_last => may_be.push(written),
                Err(_) => {}
            }
        }
        let indexes: Vec<usize> = stored.keys().copied().collect();
        let found = world.client.batch_get(indexes.iter().map(|index| key(*index))).await.unwrap();
        for (index, found) in indexes.iter().zip(found) {
            let is = match found {
                Found::Entry(entry) => entry.text().map(str::to_owned),
                Found::Missing => None,
                Found::Failed(failure) => panic!("{failure}"),
            };
            let may_be = stored.get_mut(index).unwrap();
            assert!(may_be.contains(&is), "{index} is {is:?}, not {may_be:?}, {shown}");
            *may_be = vec![is];
        }
    }
}

#[tokio::test]
async fn ten_thousand_writes_survive_a_dynamodb_short_of_capacity() {
    let world = World::embedded_in_memory().await;
    let random = Arc::new(Mutex::new(fastrand::Rng::with_seed(7)));
    world.faults.rule("BatchWriteItem", usize::MAX, move |call, upstream| {
        let random = Arc::clone(&random);
        async move {
            let (is_throttled, bits) = {
                let mut random = random.lock().unwrap();
                (random.u8(0..10) == 0, random.u32(..))
            };
            if is_throttled {
                return THROTTLE.instead_of(None).await;
            }
            leave_out(call, upstream, |index, _| bits >> index & 1 == 1).await
        }
    });
    let sets = (0..10_000).map(|index| BatchOperation::set(key(index), key(index)));
    let outcomes = world.client.batch_write(sets).timeout(std::time::Duration::from_mins(2)).await.unwrap();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_applied()).count(), 10_000);
    let found = world.client.batch_get((0..10_000).map(key)).timeout(std::time::Duration::from_mins(1)).await.unwrap();
    for (index, found) in found.iter().enumerate() {
        assert!(matches!(found, Found::Entry(entry) if entry.text() == Some(&key(index))), "{index}: {found:?}");
    }
}

#[tokio::test]
async fn a_batch_that_is_only_throttled_ends_before_its_deadline() {
    let world = World::with_full_pauses().await;
    for operation in ["BatchGetItem", "BatchWriteItem"] {
        world.faults.inject(Fault::new(operation, When::Before, THROTTLE).times(usize::MAX));
    }
    let sets = (0..500).map(|index| BatchOperation::set(key(index), "v"));
    let error = world.client.batch_write(sets).await.unwrap_err();
    assert_eq!((error.code(), error.reason()), (Some(Code::ResourceExhausted), Some(&Reason::Throttled)));
    assert!(!error.is_outcome_unknown());
    let error = world.client.batch_get((0..500).map(key)).await.unwrap_err();
    assert_eq!((error.code(), error.reason()), (Some(Code::ResourceExhausted), Some(&Reason::Throttled)));
    world.faults.clear();
    assert_eq!(world.client.exists(["key-0", "key-499"]).await.unwrap(), [false, false]);
}

/// A world that leaves every second key unprocessed.
async fn half_throttled() -> World {
    let world = World::with_full_pauses().await;
    for operation in ["BatchGetItem", "BatchWriteItem"] {
        world.faults.rule(operation, usize::MAX, move |call, upstream| {
            let is_odd = |key: &str| key.ends_with(['1', '3', '5', '7', '9']);
            async move { leave_out(call, upstream, |_, key| is_odd(key)).await }
        });
    }
    world
}

/// A client that retries by service config sees only this response: an earlier attempt may have written what failed
/// now.
#[tokio::test]
async fn what_fails_in_a_repeated_batch_may_have_been_written_before() {
    let world = half_throttled().await;
    let sets = (0..4).map(|index| BatchOperation::set(key(index), "v"));
    let repeated = ("grpc-previous-rpc-attempts".parse().unwrap(), "1".parse().unwrap());
    let outcomes = world.client.batch_write(sets).metadata(repeated.0, repeated.1).await.unwrap();
    for (index, outcome) in outcomes.iter().enumerate() {
        match outcome {
            BatchOutcome::Written { .. } => assert_eq!(index % 2, 0),
            BatchOutcome::OutcomeUnknown(failure) => {
                assert_eq!((index % 2, failure.reason()), (1, Some(&Reason::Throttled)), "{failure}");
            }
            other => panic!("{index}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn one_key_in_two_throttled_for_good_spares_the_others() {
    let world = half_throttled().await;
    let sets = (0..1000).map(|index| BatchOperation::set(key(index), key(index)));
    let outcomes = world.client.batch_write(sets).await.unwrap();
    assert_eq!(outcomes.len(), 1000);
    for (index, outcome) in outcomes.iter().enumerate() {
        match outcome {
            BatchOutcome::Written { .. } => assert_eq!(index % 2, 0),
            BatchOutcome::Failed(failure) => {
                assert_eq!((index % 2, failure.reason()), (1, Some(&Reason::Throttled)), "{failure}");
            }
            other => panic!("{index}: {other:?}"),
        }
    }
    let found = world.client.batch_get((0..1000).map(key)).await.unwrap();
    for (index, found) in found.iter().enumerate() {
        match found {
            Found::Entry(entry) => assert_eq!((index % 2, entry.text()), (0, Some(&*key(index)))),
            Found::Failed(failure) => assert_eq!((index % 2, failure.reason()), (1, Some(&Reason::Throttled))),
            Found::Missing => panic!("{index} was not read"),
        }
    }
}

/// The first operation was never sent; the outcome of the others is unknown. The call must not say NOT_APPLIED for all.
#[tokio::test]
async fn what_may_have_happened_to_one_is_not_denied_for_all() {
    let world = World::embedded_in_memory().await;
    for action in ["PutItem", "BatchWriteItem"] {
        world.faults.inject(Fault::new(action, When::Before, What::Hang).times(usize::MAX));
    }
    let operation = |index: usize| {
        let expected = (index > 0).then(|| dynakv_client::Expected::Absent.into());
        let set = pb::BatchSet { key: key(index), expected, ..Default::default() };
        pb::BatchWriteOperation { kind: Some(pb::batch_write_operation::Kind::Set(set)) }
    };
    // More conditional operations than the batch has calls in flight, so that the plain one's turn never comes.
    let operations = (0..=dynakv::driver::DEFAULT_BATCH_CONCURRENCY.get()).map(operation).collect();
    let mut request = tonic::Request::new(pb::BatchWriteRequest { operations, ..Default::default() });
    request.set_timeout(std::time::Duration::from_millis(800));
    let status = world.client.stub().batch_write(request).await.unwrap_err();
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.metadata["outcome"].as_str()), ("DEADLINE_EXCEEDED", "UNKNOWN"));
}
