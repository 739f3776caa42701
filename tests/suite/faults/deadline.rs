//! Deadlines and cancelled calls.

use std::time::Duration;

use dynakv_client::{Code, Reason, pb};
use tonic::Request;

use crate::support::World;
use crate::support::faults::{Fault, What, When};

/// The outcome is known, so the response came from DynaKV and not from the client's own timer.
#[tokio::test]
async fn the_answer_comes_before_the_callers_own_timer() {
    let world = World::embedded_in_memory().await;
    for action in ["PutItem", "GetItem"] {
        world.faults.inject(Fault::new(action, When::Before, What::Hang).times(usize::MAX));
    }
    let timeout = Duration::from_millis(800);
    let write = world.client.set("key", "value").timeout(timeout).await.unwrap_err();
    assert_eq!((write.code(), write.reason()), (Some(Code::DeadlineExceeded), Some(&Reason::DeadlineExceeded)));
    assert!(write.is_outcome_unknown(), "it was under way");
    assert_eq!(write.failure().unwrap().metadata("outcome"), Some("UNKNOWN"));

    let read = world.client.get("key").timeout(timeout).await.unwrap_err();
    assert_eq!(read.reason(), Some(&Reason::DeadlineExceeded));
}

/// A throttle is a better reason than a deadline, and a certain one.
#[tokio::test]
async fn what_would_outlast_the_deadline_is_not_waited_for() {
    let world = World::with_full_pauses().await;
    let what = What::Throttle { code: "ThrottlingException", reasons: &[] };
    world.faults.inject(Fault::new("PutItem", When::Before, what).times(usize::MAX));
    let error = world.client.set("key", "value").timeout(Duration::from_millis(500)).await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::Throttled));
    assert!(!error.is_outcome_unknown());
}

/// After the client has cancelled a call, nothing more is sent for it.
#[tokio::test]
async fn a_cancelled_call_ends_upstream_too() {
    let world = World::embedded_in_memory().await;
    for action in ["PutItem", "GetItem", "UpdateItem", "DeleteItem", "BatchGetItem"] {
        world.faults.inject(Fault::new(action, When::Before, What::Hang).times(usize::MAX));
    }
    let key = || "key".to_owned();
    let mut stub = world.client.stub();
    let mut calls = 0;
    macro_rules! cancel {
        ($method:ident, $request:expr) => {
            let call = stub.$method(Request::new($request));
            calls += 1;
            tokio::select! {
                answer = call => panic!("it hangs: {answer:?}"),
                () = world.faults.arrived("*", calls) => {}
            }
            // The client has cancelled: the upstream call is cancelled, and none follows.
            world.faults.idle("*").await;
        };
    }
    cancel!(set, pb::SetRequest { key: key(), ..Default::default() });
    cancel!(get, pb::GetRequest { key: key(), ..Default::default() });
    cancel!(increment, pb::IncrementRequest { key: key(), ..Default::default() });
    cancel!(delete, pb::DeleteRequest { key: key(), ..Default::default() });
    cancel!(exists, pb::ExistsRequest { keys: vec![key()], ..Default::default() });

    world.faults.clear();
    world.client.set("key", "value").await.unwrap();
    assert_eq!(world.faults.calls("*"), calls + 1, "nothing was sent after the caller left");
    assert_eq!(world.faults.counts("*").abandoned, calls);
}
