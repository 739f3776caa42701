//! The end: a signal drains, a second one does not wait for that.

use dynakv_client::{Client, Code, Error, Written};
use tokio::task::JoinHandle;

use crate::binary::{Held, Proxy, Serve, Serving, make_table};

/// A server with a write in flight, which its backend does not answer yet.
async fn with_a_write_in_flight() -> (Serving, Held, JoinHandle<Result<Written, Error>>) {
    let (proxy, table) = (Proxy::start().await, make_table().await);
    let server = Serve::over_dynamodb(&proxy.endpoint_url(), &[&table]).start().await;
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
    let (mut server, _held, write) = with_a_write_in_flight().await;
    server.signal("TERM").await;
    server.logs("draining").await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0));
    server.logs("stopped at once by a second signal").await;
    assert!(write.await.unwrap().unwrap_err().is_outcome_unknown());
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

#[tokio::test]
async fn a_log_that_nobody_reads_ends_nothing() {
    let mut server = Serve::in_memory().env("DYNAKV__LOG__LEVEL", "debug").start().await;
    server.logs("status=Serving").await;
    server.stop_reading_log().await;
    let client = server.client().await;
    client.set("key", "value").await.unwrap();
    assert_eq!(client.get("").await.unwrap_err().code(), Some(Code::InvalidArgument));
    assert_eq!(client.get("key").await.unwrap().unwrap().text(), Some("value"));
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0));
}
