//! Requests that never end.

use dynakv_abuse::attack::{HeadersOnly, Target, UnfinishedBodies};
use dynakv_abuse::message::{GET, HEALTH_CHECK, SET};

use super::{assert_serves, assert_settled, in_time};
use crate::binary::Serve;

const TOKENS: &str = "[{name = 'somebody', token = 'a token'}]";

#[tokio::test]
async fn a_body_that_does_not_end_is_given_up() {
    let server = Serve::in_memory().env("DYNAKV__LIMITS__BODY_TIMEOUT", "100ms").start().await;
    for path in [HEALTH_CHECK, GET, SET] {
        let bodies = UnfinishedBodies { path, connections: 2, streams: 10, bytes: 1 << 10, timeout: "1H" };
        let mut held = bodies.open(Target::at(server.address())).await.unwrap();
        bodies.fill(&mut held).await.unwrap();
        assert_settled(&in_time(path, held.ended()).await);
    }
    assert_serves(&server).await;
}

#[tokio::test]
async fn headers_without_a_body_are_given_up() {
    let server = Serve::in_memory().env("DYNAKV__LIMITS__BODY_TIMEOUT", "100ms").start().await;
    for path in [HEALTH_CHECK, GET, SET] {
        let headers_only = HeadersOnly { path, connections: 1, streams: 10, timeout: "1H" };
        let mut held = headers_only.open(Target::at(server.address())).await.unwrap();
        assert_settled(&in_time(path, held.ended()).await);
    }
}

#[tokio::test]
async fn a_health_check_has_no_large_body() {
    let server = Serve::in_memory().env("DYNAKV__LIMITS__BODY_TIMEOUT", "5m").start().await;
    let bodies = UnfinishedBodies { path: HEALTH_CHECK, connections: 1, streams: 4, bytes: 64 << 10, timeout: "1H" };
    let mut held = bodies.open(Target::at(server.address())).await.unwrap();
    bodies.fill(&mut held).await.unwrap();
    // Its length already shows that it is too large.
    assert_settled(&in_time("the refusal", held.ended()).await);
}

#[tokio::test]
async fn bad_credentials_are_refused_before_the_body_comes() {
    let server = Serve::in_memory().env("DYNAKV__AUTH__TOKENS", TOKENS).start().await;
    for token in [None, Some("another token")] {
        let headers_only = HeadersOnly { path: SET, connections: 1, streams: 1, timeout: "1H" };
        let mut held = headers_only.open(Target { token, ..Target::at(server.address()) }).await.unwrap();
        let refused = in_time("the refusal", held.ended()).await;
        assert_eq!(refused.first().unwrap().grpc_status, Some(16));
    }
}

#[tokio::test]
async fn headers_alone_take_no_place() {
    let server = Serve::in_memory().env("DYNAKV__LIMITS__MAX_IN_FLIGHT_CALLS", "4").start().await;
    let headers_only = HeadersOnly { path: GET, connections: 2, streams: 20, timeout: "24H" };
    let mut held = headers_only.open(Target::at(server.address())).await.unwrap();
    for (connection, _) in &mut held.connections {
        in_time("an answer to a PING", connection.round_trip()).await.unwrap();
    }
    assert_serves(&server).await;
}

#[tokio::test]
async fn the_deadline_of_a_caller_is_capped() {
    let serve = Serve::in_memory().env("DYNAKV__LIMITS__MAX_DEADLINE", "200ms");
    let server = serve.env("DYNAKV__LIMITS__BODY_TIMEOUT", "5m").start().await;
    let headers_only = HeadersOnly { path: GET, connections: 1, streams: 1, timeout: "24H" };
    let mut held = headers_only.open(Target::at(server.address())).await.unwrap();
    assert_settled(&in_time("the end of the call", held.ended()).await);
}
