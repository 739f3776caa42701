//! What cancels a transaction: some of it passes, and is waited out; the rest is explained.

use std::time::Duration;

use dynakv_client::{CancelReason, Code, Error, Reason, Snapshot, Transact, TransactOperation, Transaction, pb};
use tonic_types::StatusExt;

use super::{Requests, WRITE, cancel, count_up, item_key};
use crate::support::faults::{Fault, What, When};
use crate::support::{World, number};

const READ: &str = "TransactGetItems";

const NONE: (&str, &str) = ("None", "");
const CONFLICT: (&str, &str) = ("TransactionConflict", "Transaction is ongoing for the item");
const CONDITION: (&str, &str) = ("ConditionalCheckFailed", "The conditional request failed");
const THROTTLED: (&str, &str) = ("ThrottlingError", "Throughput exceeds the current capacity for one or more tables");
const OVER_PROVISION: (&str, &str) = ("ProvisionedThroughputExceeded", "Consider increasing your provisioning level");
const FULL: (&str, &str) = ("ItemCollectionSizeLimitExceeded", "Collection size exceeded.");
const OPERAND: (&str, &str) = ("ValidationError", "An operand in the update expression has an incorrect data type");
const EXPRESSION: (&str, &str) = ("ValidationError", "Invalid ConditionExpression: Syntax error; token: \"=\"");

fn operations() -> [TransactOperation; 2] {
    [TransactOperation::set("entry", "value").into(), count_up("tally")]
}

async fn write(world: &World) -> Result<Transaction, Error> {
    world.client.transact_write(operations()).await
}

async fn assert_untouched(world: &World) {
    assert_eq!((world.item("entry").await, world.item("tally").await), (None, None));
}

#[tokio::test]
async fn what_passes_is_waited_out() {
    for reasons in [[CONFLICT, NONE], [NONE, THROTTLED], [CONFLICT, OVER_PROVISION]] {
        let world = World::with_full_pauses().await;
        // More often than for a single call: giving up a transaction would waste all of it.
        let requests = cancel(&world, WRITE, 12, &reasons);
        assert!(write(&world).await.unwrap().is_committed(), "{reasons:?}");
        assert_eq!(requests.all_alike().len(), 12);
        assert_eq!(world.faults.calls(WRITE), 13);
        assert_eq!(world.sleep.slept()[..3], [25, 50, 100].map(Duration::from_millis));
        assert_eq!(world.item("tally").await.unwrap()["count"], number(1));
    }
}

#[tokio::test]
async fn what_does_not_pass_is_an_error_that_says_that_nothing_happened() {
    let conflict = (Code::Aborted, Reason::TransactionConflict);
    let throttled = (Code::ResourceExhausted, Reason::Throttled);
    for (reasons, (code, reason)) in [
        ([CONFLICT, NONE], conflict.clone()),
        ([CONFLICT, THROTTLED], conflict),
        ([NONE, THROTTLED], throttled.clone()),
        ([OVER_PROVISION, NONE], throttled),
    ] {
        let world = World::with_full_pauses().await;
        let requests = cancel(&world, WRITE, usize::MAX, &reasons);
        let error = write(&world).await.unwrap_err();
        assert_eq!((error.code(), error.reason()), (Some(code), Some(&reason)), "{reasons:?}");
        assert!(!error.is_outcome_unknown());
        assert_eq!(error.failure().unwrap().metadata("outcome"), Some("NOT_APPLIED"));
        assert_retry_info(&error);
        assert!(requests.all_alike().len() > 12);
        assert_untouched(&world).await;
    }
}

fn assert_retry_info(error: &Error) {
    let details = error.failure().unwrap().status().get_error_details();
    assert!(details.retry_info().unwrap().retry_delay.unwrap() > Duration::ZERO);
}

#[tokio::test]
async fn what_is_final_is_explained_and_not_sent_again() {
    use CancelReason as Why;
    let world = World::with_full_pauses().await;
    for (reasons, explained) in [
        ([NONE, CONDITION], [Why::None, Why::ConditionFailed]),
        ([CONDITION, CONFLICT], [Why::ConditionFailed, Why::Conflict]),
        ([THROTTLED, CONDITION], [Why::Throttled, Why::ConditionFailed]),
        ([NONE, OPERAND], [Why::None, Why::NotApplicable]),
        ([CONFLICT, OPERAND], [Why::Conflict, Why::NotApplicable]),
        ([FULL, NONE], [Why::ItemCollectionFull, Why::None]),
    ] {
        let requests = cancel(&world, WRITE, 1, &reasons);
        let Transaction::Cancelled(cancelled) = write(&world).await.unwrap() else { panic!("{reasons:?}") };
        assert_eq!(cancelled.iter().map(|operation| operation.reason).collect::<Vec<_>>(), explained, "{reasons:?}");
        assert_eq!(requests.all_alike().len(), 1);
    }
    assert_eq!((world.faults.calls(WRITE), world.sleep.slept().len()), (6, 0));
    assert_untouched(&world).await;
}

#[tokio::test]
async fn the_operation_whose_expression_is_refused_is_named() {
    let world = World::embedded_in_memory().await;
    cancel(&world, WRITE, 1, &[CONFLICT, EXPRESSION]);
    let check = pb::TransactCheck {
        key: Some(item_key("key")),
        condition: "attribute_exists(pk)".into(),
        ..Default::default()
    };
    let [entry, _] = operations();
    let error = world.client.transact_write([entry, Transact::new(check).into()]).await.unwrap_err();
    assert_eq!((error.code(), error.reason()), (Some(Code::InvalidArgument), Some(&Reason::InvalidExpression)));
    assert_eq!(error.failure().unwrap().fields()[0].field, "operations[1].check.condition");
    assert_untouched(&world).await;
}

/// An earlier attempt, or an earlier call with the same `request_id`, is still running: its outcome is open.
#[tokio::test]
async fn a_transaction_under_way_is_waited_for() {
    let in_progress = || {
        let message = "The transaction with the given request token is already in progress.";
        What::Error { status: 400, code: "TransactionInProgressException", message }
    };
    let world = World::with_full_pauses().await;
    let requests = keep(&world, 9, in_progress());
    assert!(write(&world).await.unwrap().is_committed());
    assert_eq!((requests.all_alike().len(), world.faults.calls(WRITE)), (10, 10));

    let world = World::with_full_pauses().await;
    world.faults.inject(Fault::new(WRITE, When::Before, in_progress()).times(usize::MAX));
    assert_unknown(&write(&world).await.unwrap_err());

    // A later conflict proves nothing.
    let world = World::with_full_pauses().await;
    world.faults.inject(Fault::new(WRITE, When::Before, in_progress()));
    cancel(&world, WRITE, usize::MAX, &[CONFLICT, NONE]);
    assert_unknown(&write(&world).await.unwrap_err());
}

/// Applies this fault to the next calls and records them and the one after.
fn keep(world: &World, times: usize, what: What) -> Requests {
    let requests = Requests::default();
    let kept = requests.clone();
    world.faults.rule(WRITE, times, move |call, _| {
        kept.keep(&call);
        what.clone().instead_of(None)
    });
    let kept = requests.clone();
    world.faults.rule(WRITE, 1, move |call, upstream| {
        kept.keep(&call);
        async move { upstream.call(call).await }
    });
    requests
}

fn assert_unknown(error: &Error) {
    assert!(error.is_outcome_unknown(), "{error:?}");
    assert_eq!((error.code(), error.reason()), (Some(Code::Unknown), Some(&Reason::OutcomeUnknown)));
    assert_eq!(error.failure().unwrap().metadata("outcome"), Some("UNKNOWN"));
}

/// A cancellation without reasons is not a valid response.
#[tokio::test]
async fn reasons_that_do_not_match_the_operations_are_no_answer() {
    for reasons in [&[][..], &[CONDITION], &[CONDITION, NONE, NONE]] {
        let world = World::with_full_pauses().await;
        cancel(&world, WRITE, 1, reasons);
        assert!(write(&world).await.unwrap().is_committed(), "{reasons:?}");
        cancel(&world, WRITE, usize::MAX, reasons);
        assert_unknown(&write(&world).await.unwrap_err());
    }
}

#[tokio::test]
async fn a_snapshot_waits_for_the_writes_to_its_items() {
    let read = async |world: &World| world.client.transact_get(["entry", "none"]).await;
    let world = World::with_full_pauses().await;
    world.client.set("entry", "value").await.unwrap();
    cancel(&world, READ, 9, &[CONFLICT, NONE]);
    let snapshot = read(&world).await.unwrap();
    let [Snapshot::Entry(entry), Snapshot::Absent] = &snapshot[..] else { panic!("{snapshot:?}") };
    assert_eq!((entry.text(), world.faults.calls(READ)), (Some("value"), 10));

    for (reasons, code, reason) in [
        ([CONFLICT, THROTTLED], Code::Aborted, Reason::TransactionConflict),
        ([NONE, THROTTLED], Code::ResourceExhausted, Reason::Throttled),
    ] {
        let world = World::with_full_pauses().await;
        cancel(&world, READ, usize::MAX, &reasons);
        let error = read(&world).await.unwrap_err();
        assert_eq!((error.code(), error.reason()), (Some(code), Some(&reason)));
        assert_retry_info(&error);
    }
}
