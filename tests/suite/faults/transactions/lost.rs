//! The matrix of transactions with lost responses: every kind of transaction and of loss, before or after DynamoDB
//! applied it, with and without another writer in between. The transaction is sent again unchanged. DynamoDB, or else
//! our nonce in the written items, shows whether the first attempt committed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dynakv_client::{Expected, Transact, TransactOperation, Transaction, pb};
use serde_json::json;

use super::{Requests, WRITE, cancellation, check_open, count_up, item, item_key, s};
use crate::support::faults::{Fault, What, When};
use crate::support::{Item, World, binary, number, string};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Write {
    Set,
    SetAbsent,
    Add,
    PutItemAbsent,
    /// None of its operations writes a version.
    DeleteIfOpen,
}

const WRITES: [Write; 5] = [Write::Set, Write::SetAbsent, Write::Add, Write::PutItemAbsent, Write::DeleteIfOpen];

/// The result for the caller.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Committed,
    Unknown,
}

/// The last writer of the item.
#[derive(Debug, PartialEq, Eq)]
enum Last {
    We,
    Another,
}

impl Write {
    async fn prepare(self, world: &World, key: &str) {
        match self {
            Self::Set | Self::SetAbsent | Self::PutItemAbsent => {}
            Self::Add => world.put(key, [("count", number(10))]).await,
            Self::DeleteIfOpen => {
                world.put(key, [("val", binary(b"before"))]).await;
                world.put(&guard(key), [("state", string("open"))]).await;
            }
        }
    }

    fn operations(self, key: &str) -> Vec<TransactOperation> {
        let set = || TransactOperation::set(key, "ours").ttl(Duration::from_mins(1));
        let operation = match self {
            Self::Set => set().into(),
            Self::SetAbsent => set().expected(Expected::Absent).into(),
            Self::Add => count_up(key),
            Self::PutItemAbsent => Transact::new(pb::TransactPutItem {
                item: item([("pk", s(key)), ("state", s("ours"))]),
                condition: "attribute_not_exists(pk)".to_owned(),
                ..Default::default()
            })
            .into(),
            Self::DeleteIfOpen => {
                let delete = Transact::new(pb::TransactDeleteItem { key: Some(item_key(key)), ..Default::default() });
                return vec![delete.into(), check_open(&guard(key))];
            }
        };
        vec![operation, count_up(&tally(key))]
    }

    /// The contract.
    #[allow(clippy::match_same_arms, reason = "one arm for each line of the table")]
    fn expected(self, when: When, another: bool) -> (Told, Last) {
        use When::{After, Before};
        match (when, another) {
            // DynamoDB tells the second attempt that the first one has committed, and changes nothing.
            (After, false) => (Told::Committed, Last::We),
            (After, true) => (Told::Committed, Last::Another),
            // The second attempt is the first one that reaches DynamoDB.
            (Before, false) => (Told::Committed, Last::We),
            (Before, true) => match self {
                Self::Set | Self::Add => (Told::Committed, Last::We),
                // The second attempt is cancelled, but the first one may still arrive.
                Self::SetAbsent | Self::PutItemAbsent | Self::DeleteIfOpen => (Told::Unknown, Last::Another),
            },
        }
    }

    fn last(self, item: Option<&Item>, another: bool) -> Last {
        match item {
            Some(item) if item.get("val") == Some(&binary(b"others")) && item["count"] == number(100) => Last::Another,
            Some(item) if self == Self::Add => {
                assert_eq!(item["count"], number(if another { 101 } else { 11 }), "counted once: {item:?}");
                Last::We
            }
            Some(item) if self == Self::PutItemAbsent => {
                assert_eq!(item["state"], string("ours"));
                Last::We
            }
            Some(item) => {
                assert_eq!(item["val"], binary(b"ours"));
                Last::We
            }
            None => {
                assert_eq!(self, Self::DeleteIfOpen);
                Last::We
            }
        }
    }
}

fn guard(key: &str) -> String {
    format!("{key}-guard")
}

fn tally(key: &str) -> String {
    format!("{key}-tally")
}

/// The fault of the transaction.
#[derive(Debug, Clone)]
struct Strike {
    loss: What,
    when: When,
    another: bool,
    /// DynamoDB does not recognise the second attempt; only the items show the first one.
    forgets: bool,
}

#[tokio::test]
async fn what_was_committed_is_never_called_cancelled() {
    let world = World::embedded_in_memory().await;
    let mut cases = 0;
    for write in WRITES {
        for loss in What::LOSSES {
            for when in [When::Before, When::After] {
                for another in [false, true] {
                    cases += 1;
                    let strike = Strike { loss: loss.clone(), when, another, forgets: false };
                    run(&world, write, strike, &format!("key-{cases}")).await;
                }
            }
        }
    }
    assert_eq!(cases, 5 * 9 * 2 * 2);
}

/// DynamoDB remembers a token for ten minutes, and the embedded engine for as long as it runs.
#[tokio::test]
async fn the_items_remember_what_dynamodb_has_forgotten() {
    let world = World::embedded_in_memory().await;
    for write in WRITES.into_iter().filter(|write| *write != Write::DeleteIfOpen) {
        for another in [false, true] {
            let strike = Strike { loss: What::Reset, when: When::After, another, forgets: true };
            run(&world, write, strike, &format!("{write:?}-{another}")).await;
        }
    }
}

async fn run(world: &World, write: Write, strike: Strike, key: &str) {
    let case = format!("{write:?}, {strike:?}");
    write.prepare(world, key).await;
    let requests = lose_first(world, strike.clone(), key);
    let told = match world.client.transact_write(write.operations(key)).await {
        Ok(Transaction::Committed(_)) => Told::Committed,
        Ok(Transaction::Cancelled(_)) => panic!("{case}: the first attempt may still commit"),
        Err(error) => {
            assert!(error.is_outcome_unknown(), "{case}: {error:?}");
            Told::Unknown
        }
    };
    assert_eq!(requests.all_alike().len(), 2, "{case}");
    world.faults.clear();

    let counted = told == Told::Committed && write != Write::DeleteIfOpen;
    let item = world.item(key).await;
    let last = write.last(item.as_ref(), strike.another);
    assert_eq!((told, last), write.expected(strike.when, strike.another), "{case}: {item:?}");
    let tally = world.item(&tally(key)).await.map(|item| item["count"].clone());
    assert_eq!(tally, counted.then(|| number(1)), "{case}");
}

/// Loses the response to the next transaction and forwards later ones. A second passes in between.
fn lose_first(world: &World, strike: Strike, key: &str) -> Requests {
    let requests = Requests::default();
    let forgets = strike.forgets;
    let (kept, writer, clock, key) = (requests.clone(), world.writer(), Arc::clone(&world.clock), key.to_owned());
    world.faults.rule(WRITE, 1, move |call, upstream| {
        kept.keep(&call);
        let (writer, clock, key, strike) = (writer.clone(), Arc::clone(&clock), key.clone(), strike.clone());
        async move {
            let answer = match strike.when {
                When::Before => None,
                When::After => Some(upstream.call(call).await),
            };
            clock.advance(Duration::from_secs(1));
            if strike.another {
                writer.put(&key, [("val", binary(b"others")), ("count", number(100))]).await;
                writer.put(&guard(&key), [("state", string("closed"))]).await;
            }
            strike.loss.instead_of(answer).await
        }
    });
    let kept = requests.clone();
    world.faults.rule(WRITE, usize::MAX, move |mut call, upstream| {
        kept.keep(&call);
        if forgets {
            let mut request = call.json();
            request["ClientRequestToken"] = json!("of no transaction that came before");
            call.set_json(&request);
        }
        async move { upstream.call(call).await }
    });
    requests
}

/// DynamoDB recognises a token for ten minutes. After that a repeat would be another transaction.
#[tokio::test]
async fn a_token_that_dynamodb_may_have_forgotten_is_not_used_again() {
    let world = World::embedded_in_memory().await;
    let delete = || TransactOperation::delete("key");
    for (minutes, calls) in [(9, 2), (10, 1)] {
        world.faults.reset_counts();
        let clock = Arc::clone(&world.clock);
        world.faults.inject(Fault::new(WRITE, When::After, What::Reset).between(move || {
            clock.advance(Duration::from_mins(minutes));
            std::future::ready(())
        }));
        let outcome = world.client.transact_write([delete()]).await;
        assert_eq!(world.faults.calls(WRITE), calls, "{minutes} minutes");
        match outcome {
            Ok(outcome) => assert!(outcome.is_committed() && calls == 2),
            Err(error) => assert!(error.is_outcome_unknown() && calls == 1, "{error:?}"),
        }
    }
}

/// A request that is refused while an earlier attempt is in doubt does not deny that one.
#[tokio::test]
async fn a_refusal_does_not_deny_an_earlier_attempt() {
    let refusals = [
        json!([{ "Code": "ValidationError", "Message": "Invalid ConditionExpression: Syntax error; token: \"=\"" }]),
        json!([{ "Code": "ItemCollectionSizeLimitExceeded", "Message": "Collection size exceeded." }]),
        json!([{ "Code": "ValidationError", "Message": "An operand in the update expression has an incorrect data type" }]),
    ];
    let world = World::embedded_in_memory().await;
    for reasons in refusals {
        world.faults.inject(Fault::new(WRITE, When::Before, What::Reset));
        world.faults.rule(WRITE, 1, move |_, _| {
            let answer = cancellation(&reasons);
            async move { Ok(answer) }
        });
        let error = world.client.transact_write([count_up("key")]).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{error:?}");
    }
    for code in ["ValidationException", "AccessDeniedException", "ResourceNotFoundException"] {
        let refusal = What::Error { status: 400, code, message: "as DynamoDB says" };
        for (action, write) in [(WRITE, true), ("PutItem", false)] {
            world.faults.inject(Fault::new(action, When::Before, What::Reset));
            world.faults.inject(Fault::new(action, When::Before, refusal.clone()));
            let error = if write {
                world.client.transact_write([count_up("key")]).await.unwrap_err()
            } else {
                world.client.set("key", "value").await.unwrap_err()
            };
            assert!(error.is_outcome_unknown(), "{code}: {error:?}");
        }
    }
}

/// Deleting an expired item while an attempt is in doubt changes nothing that the attempt could see.
#[tokio::test]
async fn a_purge_in_doubt_is_safe() {
    for arrives in [false, true] {
        let world = World::embedded_in_memory().await;
        world.put("key", [("ttl", number(1)), ("count", number(41))]).await;
        let held = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&held);
        world.faults.rule(WRITE, 1, move |call, upstream| {
            *kept.lock().unwrap() = Some((call, upstream));
            async { What::Reset.instead_of(None).await }
        });
        let late = Arc::clone(&held);
        world.faults.inject(Fault::none("DeleteItem", When::After).between(move || {
            let attempt = late.lock().unwrap().take().filter(|_| arrives);
            async move {
                if let Some((call, upstream)) = attempt {
                    upstream.call(call).await.unwrap();
                }
            }
        }));
        assert!(world.client.transact_write([count_up("key")]).await.unwrap().is_committed(), "{arrives}");
        assert_eq!(world.faults.calls("DeleteItem"), 1, "{arrives}");
        assert_eq!(world.item("key").await.unwrap()["count"], number(1), "counted once, from nothing: {arrives}");
    }
}
