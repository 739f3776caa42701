//! Shutdown: a signal drains, a second one stops at once, and a repeated one changes nothing.

use dynakv_client::{Client, Error, Written};
use tokio::task::JoinHandle;

use crate::binary::{Held, Proxy, Serve, Serving, make_table};

/// A server with a write in flight, which its backend does not answer yet.
async fn with_a_write_in_flight() -> (Serving, Held, JoinHandle<Result<Written, Error>>) {
    with_settings_and_a_write_in_flight(|serve| serve).await
}

async fn with_settings_and_a_write_in_flight(
    settings: impl FnOnce(Serve) -> Serve,
) -> (Serving, Held, JoinHandle<Result<Written, Error>>) {
    let (proxy, table) = (Proxy::start().await, make_table().await);
    let server = settings(Serve::over_dynamodb(&proxy.endpoint_url(), &[&table])).start().await;
    let client = server.client().await;
    let mut held = proxy.hold("PutItem");
    let write = tokio::spawn(async move { client.set("key", "value").await });
    held.arrived().await;
    (server, held, write)
}

#[tokio::test]
async fn a_signal_lets_the_calls_in_flight_finish() {
    for signal in ["TERM", "INT"] {
        let (mut server, held, write) = with_a_write_in_flight().await;
        server.signal(signal).await;
        server.logs("draining").await;
        // The listener closes just after that line.
        while Client::connect(server.address()).await.is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(!write.is_finished());
        held.release();
        write.await.unwrap().unwrap();
        assert_eq!(server.ended().await.code(), Some(0), "{}", server.log());
        server.logs("stopped").await;
    }
}

#[tokio::test]
async fn a_second_signal_does_not_wait_for_them() {
    // Otherwise the test would have to wait until a second signal does not count as a repetition.
    let settings = |serve: Serve| serve.env("DYNAKV__SHUTDOWN__SIGNAL_WINDOW", "0s");
    let (mut server, _held, write) = with_settings_and_a_write_in_flight(settings).await;
    server.signal("TERM").await;
    server.logs("draining").await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0));
    server.logs("stopped at once by a second signal").await;
    assert!(write.await.unwrap().unwrap_err().is_outcome_unknown());
}

#[tokio::test]
async fn a_signal_that_is_repeated_at_once_is_the_same_one() {
    // As long as the test may take.
    let settings = |serve: Serve| serve.env("DYNAKV__SHUTDOWN__SIGNAL_WINDOW", "1h");
    for repeated in ["TERM", "INT"] {
        let (mut server, held, write) = with_settings_and_a_write_in_flight(settings).await;
        server.signal("TERM").await;
        server.logs("draining").await;
        server.signal(repeated).await;
        server.logs("a signal that repeats the one before is ignored").await;
        held.release();
        write.await.unwrap().unwrap();
        assert_eq!(server.ended().await.code(), Some(0), "{}", server.log());
        server.logs("stopped").await;
    }
}

#[tokio::test]
async fn a_signal_that_has_no_meaning_ends_nothing() {
    let (mut server, held, write) = with_a_write_in_flight().await;
    for ignored in ["HUP", "USR1", "USR2"] {
        server.signal(ignored).await;
        server.logs(&format!("signal=\"SIG{ignored}\"")).await;
    }
    assert!(!server.log().contains("draining"));
    server.signal("TERM").await;
    server.logs("draining").await;
    server.signal("HUP").await;
    held.release();
    write.await.unwrap().unwrap();
    assert_eq!(server.ended().await.code(), Some(0), "{}", server.log());
}

#[tokio::test]
async fn what_is_left_after_the_grace_time_is_cut() {
    let (proxy, table) = (Proxy::start().await, make_table().await);
    let serve = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).env("DYNAKV__SHUTDOWN__GRACE", "1ms");
    let mut server = serve.start().await;
    let client = server.client().await;
    let mut held = proxy.hold("PutItem");
    let write = tokio::spawn(async move { client.set("key", "value").await });
    held.arrived().await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0));
    server.logs("they are cut").await;
    assert!(write.await.unwrap().unwrap_err().is_outcome_unknown());
}

#[tokio::test]
async fn an_idle_connection_holds_nothing_up() {
    let mut server = Serve::in_memory().start().await;
    let client = server.client().await;
    client.set("key", "value").await.unwrap();
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0));
    client.get("key").await.unwrap_err();
}

#[tokio::test]
async fn a_signal_ends_a_start_that_waits_for_the_backend() {
    let (proxy, table) = (Proxy::start().await, make_table().await);
    let mut held = proxy.hold("DescribeTable");
    let mut server = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).launch();
    held.arrived().await;
    server.signal("TERM").await;
    assert!(!server.listens().await);
    assert_eq!(server.ended().await.code(), Some(0));
}
