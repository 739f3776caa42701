//! Fault injection by metadata.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::Request;
use tonic::body::Body;
use tower::service_fn;

use super::calls::{Played, empty, play};
use super::*;

/// A server that counts the calls that reach a handler.
async fn counting(variables: &[(&str, &str)]) -> (Played, Channel, Arc<AtomicUsize>) {
    let carried_out = Arc::new(AtomicUsize::new(0));
    let counter = carried_out.clone();
    let handlers = service_fn(move |_: Request<Body>| {
        counter.fetch_add(1, Ordering::Relaxed);
        async { Ok(empty()) }
    });
    let server = play(handlers, variables, runtime()).await;
    let channel = connect(&server.listen).await;
    (server, channel, carried_out)
}

async fn ask(channel: &Channel, fault: &str) -> Result<(), Status> {
    let mut request = tonic::Request::new(dynakv_client::pb::GetRequest::default());
    request.metadata_mut().insert("dynakv-test-fault", fault.parse().unwrap());
    Client::new(channel.clone()).get(request).await.map(drop)
}

#[tokio::test]
async fn attempts_of_one_id_meet_one_fault_after_the_other_and_then_none() {
    let (_server, channel, carried_out) = counting(&[]).await;
    let faults = "|code=UNAVAILABLE;count=2|code=INTERNAL;when=after";
    for id in ["id=a", "id=b"] {
        let before = carried_out.load(Ordering::Relaxed);
        let mut codes = Vec::new();
        for _ in 0..4 {
            codes
                .push(ask(&channel, &format!("{id}{faults}")).await.map_or_else(|status| status.code(), |()| Code::Ok));
        }
        assert_eq!(codes, [Code::Unavailable, Code::Unavailable, Code::Internal, Code::Ok]);
        // The attempt whose response is lost, and the attempt without a fault.
        assert_eq!(carried_out.load(Ordering::Relaxed) - before, 2);
    }
}

#[tokio::test]
async fn a_fault_has_the_details_that_are_asked_for_or_none() {
    let (_server, channel, _) = counting(&[]).await;
    let bare = ask(&channel, "id=a|code=INTERNAL").await.unwrap_err();
    assert!(bare.details().is_empty() && bare.message() == "injected", "{bare:?}");

    let asked = "id=b|code=RESOURCE_EXHAUSTED;reason=THROTTLED;outcome=NOT_APPLIED;metadata.attempts=7;field=a.b;\
                 retry_delay_ms=20;pushback_ms=-1;message=too much";
    let full = ask(&channel, asked).await.unwrap_err();
    assert_eq!(reason(&full), is_read(Code::ResourceExhausted, "THROTTLED"));
    let details = full.get_error_details();
    assert_eq!(details.error_info().unwrap().metadata["attempts"], "7");
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "a.b");
    assert_eq!(details.retry_info().unwrap().retry_delay, Some(Duration::from_millis(20)));
    assert_eq!(full.metadata().get("grpc-retry-pushback-ms").unwrap(), "-1");
}

#[tokio::test]
async fn who_may_not_call_may_not_ask_for_faults() {
    let (_server, channel, carried_out) =
        counting(&[("DYNAKV__AUTH__TOKENS", "[{name = 'a', token = 's3cret'}]")]).await;
    let refused = ask(&channel, "id=a|code=OK").await.unwrap_err();
    assert_eq!(reason(&refused), is_read(Code::Unauthenticated, "UNAUTHENTICATED"));
    assert_eq!(carried_out.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let (_server, channel, carried_out) = counting(&[]).await;
    for fault in [
        "",
        "id=a",
        "id=|code=OK",
        "id=a|",
        "id=a|count=1",
        "id=a|code=NEVER",
        "id=a|code=OK;when=soon",
        "id=a|code=OK;x=y",
        "id=a|code=INTERNAL;outcome=UNKNOWN",
        "id=a|code=OK;delay_ms=18446744073709551615",
    ] {
        let refused = ask(&channel, fault).await.unwrap_err();
        assert_eq!(reason(&refused), is_read(Code::InvalidArgument, "INVALID_FIELD"), "{fault}");
    }
    assert_eq!(carried_out.load(Ordering::Relaxed), 0);
}
