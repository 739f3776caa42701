//! The log: it works without a reader, and no caller can flood it.

use dynakv_client::{Client, Code};
use futures_util::StreamExt as _;

use crate::binary::{Serve, Serving};

/// Many concurrent calls that are refused.
async fn refused_calls(client: &Client, count: usize) {
    let call = |_| async { assert_eq!(client.get("").await.unwrap_err().code(), Some(Code::InvalidArgument)) };
    futures_util::stream::iter(0..count).map(call).buffer_unordered(50).collect::<()>().await;
}

async fn serves(server: &Serving) {
    let client = server.client().await;
    client.set("key", "value").await.unwrap();
    assert_eq!(client.get("key").await.unwrap().unwrap().text(), Some("value"));
}

/// So many refusals write more lines than a pipe (64 KiB on Linux) and the queue hold.
const MANY: usize = 3_000;

/// A server that suppresses no lines and whose log nobody reads.
fn unread() -> Serve {
    Serve::in_memory()
        .unread()
        .env("DYNAKV__LOG__CALLER_LINES_PER_SECOND", "10000")
        .env("DYNAKV__LOG__LINES_PER_SECOND", "100000")
        .env("DYNAKV__LOG__QUEUE_BYTES", "65536")
}

#[tokio::test]
async fn a_pipe_that_nobody_reads_stops_no_call_and_loses_lines_that_are_counted() {
    let mut server = unread().start().await;
    refused_calls(&server.client().await, MANY).await;
    serves(&server).await;
    server.read_log();
    server.logs("log_lines_dropped=").await;
    serves(&server).await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0));
    server.logs("stopped").await;
}

#[tokio::test]
async fn a_signal_ends_a_server_whose_log_nobody_reads() {
    let mut server = unread().start().await;
    refused_calls(&server.client().await, MANY).await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0));
}

#[tokio::test]
async fn refusals_do_not_fill_the_log() {
    let mut server = Serve::in_memory().start().await;
    refused_calls(&server.client().await, 1_000).await;
    server.logs("lines_left_out=").await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await.code(), Some(0));
    server.logs("stopped").await;
    let refusals = server.log().matches("code=InvalidArgument").count();
    assert!(refusals < 500, "{refusals}");
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
