//! Transactions with deadlines and cancelled calls.

use std::time::Duration;

use dynakv_client::{Code, Error, Reason, pb};
use tonic::Request;

use super::{WRITE, count_up};
use crate::support::faults::{Fault, What, When};
use crate::support::{World, number};

const TIMEOUT: Duration = Duration::from_millis(800);

/// The outcome is known, so the response came from DynaKV and not from the client's own timer.
#[tokio::test]
async fn the_answer_comes_before_the_callers_own_timer() {
    let world = World::embedded_in_memory().await;
    for action in [WRITE, "TransactGetItems"] {
        world.faults.inject(Fault::new(action, When::Before, What::Hang).times(usize::MAX));
    }
    let (write, read) = tokio::join!(
        async { world.client.transact_write([count_up("key")]).timeout(TIMEOUT).await.unwrap_err() },
        async { world.client.transact_get(["key"]).timeout(TIMEOUT).await.unwrap_err() },
    );
    assert!(write.is_outcome_unknown(), "it was under way: {write:?}");
    assert_eq!(deadline_outcome(&write), Some("UNKNOWN"));
    assert_eq!(deadline_outcome(&read), None);
}

/// Only the purge was running, which changes nothing.
#[tokio::test]
async fn a_purge_that_takes_too_long_leaves_no_doubt() {
    let world = World::embedded_in_memory().await;
    world.put("key", [("ttl", number(1))]).await;
    world.faults.inject(Fault::new("DeleteItem", When::Before, What::Hang));
    let error = world.client.transact_write([count_up("key")]).timeout(TIMEOUT).await.unwrap_err();
    assert!(!error.is_outcome_unknown(), "{error:?}");
    assert_eq!(deadline_outcome(&error), Some("NOT_APPLIED"));
}

fn deadline_outcome(error: &Error) -> Option<&str> {
    assert_eq!((error.code(), error.reason()), (Some(Code::DeadlineExceeded), Some(&Reason::DeadlineExceeded)));
    error.failure().unwrap().metadata("outcome")
}

/// After the client has cancelled a transaction, nothing more is sent for it.
#[tokio::test]
async fn a_cancelled_call_ends_upstream_too() {
    let world = World::embedded_in_memory().await;
    let request = || pb::TransactWriteRequest { operations: vec![count_up("key").into()], ..Default::default() };
    for conflicts in [0, 3] {
        let calls = world.faults.calls(WRITE);
        // The client cancels while the call hangs, at the first attempt or after some retries.
        world.faults.inject(Fault::new(WRITE, When::Before, What::Conflict).times(conflicts));
        world.faults.inject(Fault::new(WRITE, When::Before, What::Hang).times(usize::MAX));
        let mut stub = world.client.stub();
        tokio::select! {
            answer = stub.transact_write(Request::new(request())) => panic!("it hangs: {answer:?}"),
            () = world.faults.arrived(WRITE, calls + conflicts + 1) => {}
        }
        world.faults.idle("*").await;
        world.faults.clear();
        assert_eq!(world.item("key").await, None);
    }
    let calls = world.faults.calls(WRITE);
    world.client.set("other", "value").await.unwrap();
    assert_eq!(world.faults.calls(WRITE), calls, "nothing was sent after the caller left");
}
