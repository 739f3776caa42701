//! The matrix of writes with lost responses: every write and every kind of loss, before or after DynamoDB applied it,
//! with and without another writer in between. The result says exactly what is known, and the stored item agrees with
//! it.

use std::time::Duration;

use bytes::Bytes;
use dynakv_client::{Client, Deletion, Error, Expected, ExpireOutcome, PersistOutcome, Reason, Swap, Update, Value};

use crate::support::faults::{Fault, What, When};
use crate::support::{Item, World, binary, number};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Write {
    Set,
    SetKeepTtl,
    SetReturnPrevious,
    SwapAbsent,
    SwapPresent,
    SwapVersion,
    SwapValue,
    SwapVersionKeepTtl,
    Delete,
    DeletePresent,
    DeleteVersion,
    DeleteValue,
    Expire,
    Persist,
    Increment,
    IncrementNew,
    IncrementForeign,
    PutItem,
    PutItemIfAbsent,
    UpdateItem,
    DeleteItem,
}

const WRITES: [Write; 21] = [
    Write::Set,
    Write::SetKeepTtl,
    Write::SetReturnPrevious,
    Write::SwapAbsent,
    Write::SwapPresent,
    Write::SwapVersion,
    Write::SwapValue,
    Write::SwapVersionKeepTtl,
    Write::Delete,
    Write::DeletePresent,
    Write::DeleteVersion,
    Write::DeleteValue,
    Write::Expire,
    Write::Persist,
    Write::Increment,
    Write::IncrementNew,
    Write::IncrementForeign,
    Write::PutItem,
    Write::PutItemIfAbsent,
    Write::UpdateItem,
    Write::DeleteItem,
];

/// The RPC of each of them.
pub(crate) const IN_MATRIX: [&str; WRITES.len()] = {
    let mut rpcs = [""; WRITES.len()];
    let mut index = 0;
    while index < rpcs.len() {
        rpcs[index] = WRITES[index].rpc();
        index += 1;
    }
    rpcs
};

const LOSSES: [What; 7] =
    [What::Status500, What::Status503, What::Reset, What::ResetInBody, What::Timeout, What::Garbage, What::Truncated];

/// The result for the caller.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Done,
    Unknown,
    /// A lost race or a missing entry: never a correct result for a lost response.
    NotDone,
}

/// The expected stored item.
#[derive(Debug, PartialEq, Eq)]
enum Stored {
    AsBefore,
    Ours,
    Others,
    Nothing,
}

impl Write {
    const fn rpc(self) -> &'static str {
        match self {
            Self::Set | Self::SetKeepTtl | Self::SetReturnPrevious => "Set",
            Self::SwapAbsent | Self::SwapPresent | Self::SwapVersion | Self::SwapValue | Self::SwapVersionKeepTtl => {
                "CompareAndSet"
            }
            Self::Delete => "Delete",
            Self::DeletePresent | Self::DeleteVersion | Self::DeleteValue => "CompareAndDelete",
            Self::Expire => "Expire",
            Self::Persist => "Persist",
            Self::Increment | Self::IncrementNew | Self::IncrementForeign => "Increment",
            Self::PutItem | Self::PutItemIfAbsent => "PutItem",
            Self::UpdateItem => "UpdateItem",
            Self::DeleteItem => "DeleteItem",
        }
    }

    /// The DynamoDB action whose response is lost.
    fn action(self) -> &'static str {
        match self {
            Self::Set
            | Self::SetReturnPrevious
            | Self::SwapAbsent
            | Self::SwapPresent
            | Self::SwapVersion
            | Self::SwapValue
            | Self::IncrementNew
            | Self::PutItem
            | Self::PutItemIfAbsent => "PutItem",
            Self::SetKeepTtl
            | Self::SwapVersionKeepTtl
            | Self::Expire
            | Self::Persist
            | Self::Increment
            | Self::IncrementForeign
            | Self::UpdateItem => "UpdateItem",
            Self::Delete | Self::DeletePresent | Self::DeleteVersion | Self::DeleteValue | Self::DeleteItem => {
                "DeleteItem"
            }
        }
    }

    /// The number of earlier calls of that action.
    fn calls_before(self) -> usize {
        usize::from(self == Self::IncrementForeign)
    }

    async fn prepare(self, world: &World, key: &str) {
        match self {
            Self::SwapAbsent | Self::IncrementNew | Self::PutItemIfAbsent => {}
            Self::Increment => drop(world.client.increment(key).by(10).await.unwrap()),
            Self::IncrementForeign => world.put(key, [("val", number(10))]).await,
            _ => drop(world.client.set(key, "before").ttl(Duration::from_mins(1)).await.unwrap()),
        }
    }

    async fn call(self, client: &Client, key: &str, before: Option<&Item>) -> Result<Told, Error> {
        let version = || Expected::version(before.unwrap()["dkv_ver"].as_n().unwrap().as_str());
        let told = |done| if done { Told::Done } else { Told::NotDone };
        let ttl = Duration::from_mins(10);
        let swap = async |expected| client.compare_and_set(key, "ours", expected).await.map(swapped);
        let delete = async |expected| {
            client.compare_and_delete(key, expected).await.map(|deletion| told(deletion == Deletion::Deleted))
        };
        let item = || [("pk", Value::from(key)), ("val", Bytes::from("ours").into())];
        match self {
            Self::Set => client.set(key, "ours").await.map(|_| Told::Done),
            Self::SetKeepTtl => client.set(key, "ours").keep_ttl().await.map(|_| Told::Done),
            Self::SetReturnPrevious => {
                let written = client.set(key, "ours").return_previous().await?;
                assert!(written.previous_lost && written.previous.is_none(), "{written:?}");
                Ok(Told::Done)
            }
            Self::SwapAbsent => swap(Expected::Absent).await,
            Self::SwapPresent => swap(Expected::Present).await,
            Self::SwapVersion => swap(version()).await,
            Self::SwapValue => swap(Expected::value("before")).await,
            Self::SwapVersionKeepTtl => client.compare_and_set(key, "ours", version()).keep_ttl().await.map(swapped),
            Self::Delete => client.delete(key).await.map(told),
            Self::DeletePresent => delete(Expected::Present).await,
            Self::DeleteVersion => delete(version()).await,
            Self::DeleteValue => delete(Expected::value("before")).await,
            Self::Expire => client.expire(key, ttl).await.map(|outcome| told(outcome != ExpireOutcome::NotFound)),
            Self::Persist => {
                let removed = |outcome| matches!(outcome, PersistOutcome::TtlRemoved { .. });
                client.persist(key).await.map(|outcome| told(removed(outcome)))
            }
            Self::Increment | Self::IncrementForeign => {
                client.increment(key).await.map(|counter| told(counter.value == 11))
            }
            Self::IncrementNew => client.increment(key).await.map(|counter| told(counter.value == 1)),
            Self::PutItem => client.put_item(item()).await.map(|outcome| told(outcome.is_applied())),
            Self::PutItemIfAbsent => {
                let put = client.put_item(item()).condition("attribute_not_exists(pk)");
                put.await.map(|outcome| told(outcome.is_applied()))
            }
            Self::UpdateItem => {
                let update = Update::new().set("val", Bytes::from("ours"));
                client.update_item(key, update).await.map(|outcome| told(outcome.is_applied()))
            }
            Self::DeleteItem => client
                .delete_item(key)
                .await
                .map(|outcome| told(outcome.applied().is_some_and(|deleted| deleted.existed))),
        }
    }

    /// The contract: the allowed results and the stored item.
    #[allow(clippy::match_same_arms, reason = "one arm for each line of the table")]
    fn expected(self, when: When, another: bool) -> (Told, Stored) {
        use When::{After, Before};
        match (self, when, another) {
            // Sent again, whatever happened in between.
            (Self::Set | Self::PutItem, _, _) => (Told::Done, Stored::Ours),
            // Sent again; our own version in the old item is a success.
            (Self::SwapAbsent | Self::SwapVersion | Self::SwapVersionKeepTtl, _, false) => (Told::Done, Stored::Ours),
            // Sent again; but if the entry is then gone or replaced, it is unknown who did that.
            (Self::Delete | Self::DeletePresent | Self::DeleteItem, Before, _)
            | (Self::Delete | Self::DeletePresent | Self::DeleteItem, After, true) => (Told::Done, Stored::Nothing),
            (Self::DeleteVersion | Self::DeleteValue, Before, false) => (Told::Done, Stored::Nothing),
            (
                Self::Delete | Self::DeletePresent | Self::DeleteVersion | Self::DeleteValue | Self::DeleteItem,
                After,
                false,
            ) => (Told::Unknown, Stored::Nothing),
            // Never sent again; a strong read finds our version.
            (_, After, false) => (Told::Done, Stored::Ours),
            (_, Before, false) => (Told::Unknown, Stored::AsBefore),
            (_, _, true) => (Told::Unknown, Stored::Others),
        }
    }

    /// The maximum number of attempts: one for writes that are not idempotent.
    fn most_calls(self) -> usize {
        match self {
            Self::Set
            | Self::SwapAbsent
            | Self::SwapVersion
            | Self::SwapVersionKeepTtl
            | Self::Delete
            | Self::DeletePresent
            | Self::DeleteVersion
            | Self::DeleteValue
            | Self::IncrementForeign
            | Self::PutItem
            | Self::DeleteItem => 2,
            Self::SetKeepTtl
            | Self::SetReturnPrevious
            | Self::SwapPresent
            | Self::SwapValue
            | Self::Expire
            | Self::Persist
            | Self::Increment
            | Self::IncrementNew
            | Self::PutItemIfAbsent
            | Self::UpdateItem => 1,
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "handed to Result::map")]
fn swapped(swap: Swap) -> Told {
    match swap {
        Swap::Swapped { .. } => Told::Done,
        Swap::NotSwapped { .. } => Told::NotDone,
    }
}

fn told(result: Result<Told, Error>, case: &str) -> Told {
    match result {
        Ok(told) => told,
        Err(error) => {
            assert!(error.is_outcome_unknown(), "{case}: {error:?}");
            assert_eq!(error.reason(), Some(&Reason::OutcomeUnknown), "{case}");
            let failure = error.failure().unwrap();
            assert_eq!(failure.metadata("outcome"), Some("UNKNOWN"), "{case}");
            assert_eq!(failure.code_name(), "UNKNOWN", "no mesh retries it: {case}");
            Told::Unknown
        }
    }
}

fn stored(item: Option<&Item>, before: Option<&Item>) -> Stored {
    match item {
        item if item == before && item.is_some() => Stored::AsBefore,
        None if before.is_none() => Stored::AsBefore,
        None => Stored::Nothing,
        Some(item) if item["val"] == binary(b"others") => Stored::Others,
        Some(_) => Stored::Ours,
    }
}

#[tokio::test]
async fn nothing_is_claimed_that_is_not_known() {
    let world = World::embedded_in_memory().await;
    let mut case_number = 0;
    for write in WRITES {
        for loss in LOSSES {
            for when in [When::Before, When::After] {
                for another in [false, true] {
                    case_number += 1;
                    let case = format!("{write:?}, {loss:?}, {when:?}, another writer {another}");
                    run(&world, write, &loss, when, another, &case, &format!("key-{case_number}")).await;
                }
            }
        }
    }
    assert_eq!(case_number, WRITES.len() * LOSSES.len() * 4);
}

async fn run(world: &World, write: Write, loss: &What, when: When, another: bool, case: &str, key: &str) {
    write.prepare(world, key).await;
    let before = world.item(key).await;
    let calls = world.faults.calls(write.action());
    for _ in 0..write.calls_before() {
        world.faults.inject(Fault::none(write.action(), When::Before));
    }
    let mut fault = Fault::new(write.action(), when, loss.clone());
    if another {
        let (writer, key) = (world.writer(), key.to_owned());
        fault = fault.between(move || {
            let (writer, key) = (writer.clone(), key.clone());
            async move { writer.put(&key, [("val", binary(b"others")), ("dkv_ver", number(4242))]).await }
        });
    }
    let struck = world.faults.inject(fault);

    let told = told(write.call(&world.client, key, before.as_ref()).await, case);
    assert_eq!(struck.times(), 1, "{case}");
    let item = world.item(key).await;
    let (expected_told, expected_stored) = write.expected(when, another);
    assert_eq!(told, expected_told, "{case}");
    let expected_stored = match (expected_stored, &before) {
        (Stored::Nothing, None) => Stored::AsBefore,
        (other, _) => other,
    };
    assert_eq!(stored(item.as_ref(), before.as_ref()), expected_stored, "{case}: {item:?}");
    let calls = world.faults.calls(write.action()) - calls;
    assert!(calls <= write.most_calls() + write.calls_before(), "{case}: {calls} calls");
    if expected_stored == Stored::Ours {
        ours(write, &item.unwrap(), before.as_ref(), case);
    }
}

/// Our write, applied exactly once.
fn ours(write: Write, item: &Item, before: Option<&Item>, case: &str) {
    match write {
        Write::Increment | Write::IncrementForeign => assert_eq!(item["val"], number(11), "counted once: {case}"),
        Write::IncrementNew => assert_eq!(item["val"], number(1), "{case}"),
        Write::Expire | Write::Persist => {
            assert_eq!(item["val"], binary(b"before"), "{case}");
            assert_ne!(item.get("ttl"), before.unwrap().get("ttl"), "{case}");
        }
        Write::SetKeepTtl | Write::SwapVersionKeepTtl => {
            assert_eq!((&item["val"], &item["ttl"]), (&binary(b"ours"), &before.unwrap()["ttl"]), "{case}");
        }
        _ => assert_eq!(item["val"], binary(b"ours"), "{case}"),
    }
}

/// A throttle after a lost response proves nothing: the write may have happened before it.
#[tokio::test]
async fn doubt_outlives_what_comes_after_it() {
    let world = World::embedded_in_memory().await;
    for write in [Write::Set, Write::SwapAbsent, Write::Delete] {
        let throttle = What::Throttle { code: "ThrottlingException", reasons: &[] };
        world.faults.inject(Fault::new(write.action(), When::After, What::Reset));
        world.faults.inject(Fault::new(write.action(), When::Before, throttle).times(usize::MAX));
        assert_eq!(told(write.call(&world.client, "key", None).await, &format!("{write:?}")), Told::Unknown);
        world.faults.clear();
    }
}

/// If the read that should find out fails too, the outcome stays unknown.
#[tokio::test]
async fn a_failed_read_settles_nothing() {
    let world = World::embedded_in_memory().await;
    Write::Increment.prepare(&world, "key").await;
    world.faults.inject(Fault::new("UpdateItem", When::After, What::Status500));
    world.faults.inject(Fault::new("GetItem", When::Before, What::Status500).times(usize::MAX));
    let error = world.client.increment("key").await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error:?}");
}
