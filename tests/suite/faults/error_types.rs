//! AWS gives its errors a type. With a type a 4xx has changed nothing; without one it may come from a proxy.

use dynakv_client::{Code, Error, Expected, Reason};

use crate::support::World;
use crate::support::faults::{ANY, Fault, What, When};

/// Runs a write and a read, each against a permanent fault.
async fn both(world: &World, what: What) -> (Error, Error) {
    world.faults.reset_counts();
    world.faults.inject(Fault::new(ANY, When::Before, what).times(usize::MAX));
    let write = world.client.compare_and_set("key", "new", Expected::Absent).await.unwrap_err();
    let read = world.client.get("key").await.unwrap_err();
    world.faults.clear();
    (write, read)
}

fn judged(error: &Error) -> (Option<Code>, Option<&Reason>, Option<&str>) {
    (error.code(), error.reason(), error.failure().unwrap().metadata("outcome"))
}

#[tokio::test]
async fn an_error_that_is_not_listed_has_changed_nothing_and_is_not_sent_again() {
    let world = World::embedded_in_memory().await;
    for (status, code) in [
        (400, "SomethingNewException"),
        (400, "SerializationException"),
        (400, "MalformedHttpRequestException"),
        (404, "UnknownOperationException"),
        (413, "RequestEntityTooLargeException"),
    ] {
        let (write, read) = both(&world, What::Error { status, code, message: "as AWS says" }).await;
        let internal = (Some(Code::Internal), Some(&Reason::InternalError));
        assert_eq!(judged(&write), (internal.0, internal.1, Some("NOT_APPLIED")), "{code}");
        assert_eq!(judged(&read), (internal.0, internal.1, None), "{code}");
        assert_eq!(write.failure().unwrap().metadata("aws_code"), Some(code));
        assert_eq!((world.faults.calls("PutItem"), world.faults.calls("GetItem")), (1, 1), "{code}");
    }
}

#[tokio::test]
async fn what_no_retry_can_mend_is_sent_once() {
    let world = World::embedded_in_memory().await;
    for code in ["AccessDenied", "NotAuthorized", "OptInRequired", "InvalidAccessKeyId", "ExpiredTokenException"] {
        both(&world, What::Error { status: 403, code, message: "as AWS says" }).await;
        assert_eq!((world.faults.calls("PutItem"), world.faults.calls("GetItem")), (1, 1), "{code}");
    }
}

const PAGE: &str = "<html><body>as a proxy says</body></html>";

#[tokio::test]
async fn an_error_without_a_type_leaves_the_outcome_open() {
    let world = World::embedded_in_memory().await;
    for (status, body) in
        [(404, PAGE), (408, PAGE), (413, PAGE), (429, PAGE), (400, "{}"), (429, r#"{"code":"RateLimited"}"#)]
    {
        let (write, read) = both(&world, What::Proxy { status, body }).await;
        assert_eq!(judged(&write), (Some(Code::Unknown), Some(&Reason::OutcomeUnknown), Some("UNKNOWN")), "{status}");
        assert_eq!(judged(&read), (Some(Code::Unavailable), Some(&Reason::BackendUnavailable), None), "{status}");
        assert!(world.faults.calls("GetItem") > 1, "{status}: a read may be sent again");
    }
}

/// A later error says nothing about an earlier attempt.
#[tokio::test]
async fn an_earlier_doubt_stays() {
    for code in ["SomethingNewException", "AccessDenied", "ValidationException"] {
        let world = World::embedded_in_memory().await;
        world.faults.inject(Fault::new("PutItem", When::After, What::Status500));
        let refused = What::Error { status: 400, code, message: "as AWS says" };
        world.faults.inject(Fault::new("PutItem", When::Before, refused).times(usize::MAX));
        let error = world.client.set("key", "value").await.unwrap_err();
        assert_eq!(judged(&error), (Some(Code::Unknown), Some(&Reason::OutcomeUnknown), Some("UNKNOWN")), "{code}");
        assert_eq!(world.faults.calls("PutItem"), 2, "{code}");
        assert!(world.item("key").await.is_some());
    }
}

/// AWS gave up before it answered; it may have carried the call out.
#[tokio::test]
async fn an_aborted_request_leaves_the_outcome_open() {
    let world = World::embedded_in_memory().await;
    let code = "RequestAbortedException";
    let (write, _) = both(&world, What::Error { status: 400, code, message: "as AWS says" }).await;
    assert_eq!(judged(&write), (Some(Code::Unknown), Some(&Reason::OutcomeUnknown), Some("UNKNOWN")));
}

/// The words of issues 254 and 2565 of aws/aws-sdk-js.
const OLD: &str =
    "Signature expired: 20140325T143453Z is now earlier than 20140325T143751Z (20140325T145251Z - 15 min.)";
const EARLY: &str =
    "Signature not yet current: 20190305T002809Z is still later than 20190304T214315Z (20190304T212815Z + 15 min.)";

#[tokio::test]
async fn a_wrong_clock_is_named() {
    let world = World::embedded_in_memory().await;
    for (code, message) in [
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
        ("RequestExpired", "as AWS says"),
        ("InvalidSignatureException", OLD),
        ("InvalidSignatureException", EARLY),
        ("SignatureDoesNotMatch", OLD),
    ] {
        let what = What::Error { status: 400, code, message };
        let (write, read) = both(&world, what.clone()).await;
        let credentials = (Some(Code::Unavailable), Some(&Reason::BackendCredentials));
        assert_eq!(judged(&write), (credentials.0, credentials.1, Some("NOT_APPLIED")), "{code}");
        assert_eq!(judged(&read), (credentials.0, credentials.1, None), "{code}");
        let status = write.failure().unwrap().status();
        assert!(status.message().contains("the server's clock is wrong"), "{status:?}");
        assert_eq!(status.metadata().get("grpc-retry-pushback-ms").unwrap(), "-1");

        // The SDK signs the next attempt with the time of the answer.
        world.faults.inject(Fault::new("PutItem", When::Before, what));
        world.client.compare_and_set(format!("{code}{message}"), "new", Expected::Absent).await.unwrap();
    }
    let what = What::Error { status: 400, code: "InvalidSignatureException", message: "The signature does not match." };
    let (write, _) = both(&world, what).await;
    assert!(!write.failure().unwrap().status().message().contains("clock"));
    assert_eq!(world.faults.calls("PutItem"), 1);
}
