//! Certain failures: the write did not happen, and the caller gets the reason.

use dynakv_client::{Code, Error, Expected, Reason};
use tonic_types::StatusExt;

use crate::support::World;
use crate::support::faults::{ANY, Fault, What, When};

const fn error(code: &'static str) -> What {
    What::Error { status: 400, code, message: "as DynamoDB says" }
}

/// Runs a write and a read against a permanent fault; both must fail in the same way.
async fn both(world: &World, what: What) -> (Error, Error) {
    world.faults.inject(Fault::new(ANY, When::Before, what).times(usize::MAX));
    let write = world.client.compare_and_set("key", "new", Expected::Absent).await.unwrap_err();
    let read = world.client.get("key").await.unwrap_err();
    world.faults.clear();
    assert_eq!(world.item("key").await, None);
    (write, read)
}

#[tokio::test]
async fn each_cause_has_its_reason() {
    let world = World::embedded_in_memory().await;
    let cases = [
        (What::ConnectRefused, Code::Unavailable, Reason::BackendUnavailable),
        (error("ResourceNotFoundException"), Code::FailedPrecondition, Reason::TableNotFound),
        (error("ResourceInUseException"), Code::FailedPrecondition, Reason::TableNotActive),
        (error("AccessDeniedException"), Code::FailedPrecondition, Reason::BackendAccessDenied),
        (error("AccessDenied"), Code::FailedPrecondition, Reason::BackendAccessDenied),
        (error("NotAuthorized"), Code::FailedPrecondition, Reason::BackendAccessDenied),
        (error("OptInRequired"), Code::FailedPrecondition, Reason::BackendAccessDenied),
        (error("InvalidAccessKeyId"), Code::Unavailable, Reason::BackendCredentials),
        (error("InvalidClientTokenId"), Code::Unavailable, Reason::BackendCredentials),
        (error("IncompleteSignature"), Code::Unavailable, Reason::BackendCredentials),
        (error("UnrecognizedClientException"), Code::Unavailable, Reason::BackendCredentials),
        (error("ExpiredTokenException"), Code::Unavailable, Reason::BackendCredentials),
        (error("MissingAuthenticationTokenException"), Code::Unavailable, Reason::BackendCredentials),
        (error("ItemCollectionSizeLimitExceededException"), Code::FailedPrecondition, Reason::ItemCollectionFull),
        (error("ValidationException"), Code::Internal, Reason::InternalError),
        (What::Conflict, Code::Aborted, Reason::TransactionConflict),
        (error("ReplicatedWriteConflictException"), Code::Aborted, Reason::TransactionConflict),
        (error("ThrottlingException"), Code::ResourceExhausted, Reason::Throttled),
        (error("RequestLimitExceeded"), Code::ResourceExhausted, Reason::Throttled),
        (error("TooManyRequestsException"), Code::ResourceExhausted, Reason::Throttled),
        (error("RequestTimeoutException"), Code::Unavailable, Reason::BackendUnavailable),
    ];
    for (what, code, reason) in cases {
        let case = format!("{what:?}");
        let (write, read) = both(&world, what).await;
        for error in [&write, &read] {
            assert_eq!((error.code(), error.reason()), (Some(code), Some(&reason)), "{case}");
            assert!(!error.is_outcome_unknown(), "{case}");
        }
        assert_eq!(write.failure().unwrap().metadata("outcome"), Some("NOT_APPLIED"), "{case}");
        assert_eq!(read.failure().unwrap().metadata("outcome"), None, "{case}");
    }
}

#[tokio::test]
async fn what_passes_is_retried() {
    let world = World::embedded_in_memory().await;
    for what in [What::ConnectRefused, What::Conflict, error("ProvisionedThroughputExceededException")] {
        world.client.delete("key").await.unwrap();
        for action in ["PutItem", "GetItem"] {
            world.faults.inject(Fault::new(action, When::Before, what.clone()).times(3));
        }
        let swap = world.client.compare_and_set("key", "new", Expected::Absent).await.unwrap();
        assert!(matches!(swap, dynakv_client::Swap::Swapped { .. }), "{what:?}: {swap:?}");
        assert!(world.client.get("key").await.unwrap().is_some());
    }
    for what in
        [What::Status500, What::Reset, What::Timeout, What::Garbage, What::Truncated, What::Empty, What::WrongChecksum]
    {
        world.faults.inject(Fault::new("GetItem", When::After, what).times(3));
        assert!(world.client.get("key").await.unwrap().is_some(), "a read may be sent any number of times");
    }
}

#[tokio::test]
async fn a_caller_learns_no_secret_and_no_detail_of_the_backend() {
    let world = World::embedded_in_memory().await;
    let what = What::Error {
        status: 400,
        code: "AccessDeniedException",
        message: "User: arn:aws:iam::123456789012:user/x is not authorized",
    };
    let (write, _) = both(&world, what).await;
    let status = write.failure().unwrap().status();
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!(info.metadata["aws_code"], "AccessDeniedException");
    assert_eq!(info.metadata["aws_request_id"], "TESTREQUESTID");
    let everything = format!("{} {:?}", status.message(), info.metadata);
    for secret in ["arn:", "123456789012", "127.0.0.1", "dynakv-"] {
        assert!(!everything.contains(secret), "{everything}");
    }
}

/// Clients and meshes retry UNAVAILABLE; where a retry is useless, the server says so.
#[tokio::test]
async fn invalid_credentials_push_back() {
    let world = World::embedded_in_memory().await;
    let (write, _) = both(&world, error("UnrecognizedClientException")).await;
    let metadata = write.failure().unwrap().status().metadata();
    assert_eq!(metadata.get("grpc-retry-pushback-ms").unwrap(), "-1");
}

/// When every call fails, the retry budget stops the driver from multiplying calls.
#[tokio::test]
async fn retries_come_out_of_a_budget() {
    let world = World::embedded_in_memory().await;
    world.faults.inject(Fault::new("GetItem", When::Before, What::Status500).times(usize::MAX));
    for _ in 0..100 {
        world.client.get("key").await.unwrap_err();
    }
    // 100 calls, and 100 retries out of the budget of 500 tokens at 5 tokens each.
    assert_eq!(world.faults.calls("GetItem"), 200);
}
