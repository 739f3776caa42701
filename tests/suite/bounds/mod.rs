//! The attacks of `make abuse` at small size: the server stops every attack by itself and keeps serving other clients.
//! `make abuse` measures the cost in memory and time.

mod bodies;
mod floods;
mod log;
mod messages;
mod resets;
mod silence;
mod unread;

use std::time::Duration;

use dynakv_abuse::http2::Stream;
use tokio::time::timeout;

use crate::binary::Serving;

/// Timeout for the server's reaction. It is never reached in a passing test.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits for a reaction of the server.
async fn in_time<T>(what: &str, done: impl IntoFuture<Output = T>) -> T {
    timeout(PATIENCE, done.into_future()).await.unwrap_or_else(|_| panic!("{what}: not within {PATIENCE:?}"))
}

/// Asserts that the server has ended every stream but not the connection.
fn assert_settled(streams: &[Stream]) {
    let unsettled: Vec<_> = streams.iter().filter(|stream| !stream.is_settled()).collect();
    assert!(unsettled.is_empty(), "{} of {}: {:?}", unsettled.len(), streams.len(), unsettled.first());
}

/// Asserts that a well-behaved client is served.
async fn assert_serves(server: &Serving) {
    let client = server.client().await;
    in_time("a Set", client.set("good", "client")).await.unwrap();
    assert_eq!(in_time("a Get", client.get("good")).await.unwrap().unwrap().text(), Some("client"));
}

/// Asserts that a signal stops the server, without a warning about calls in flight.
async fn assert_ends(mut server: Serving) {
    server.signal("TERM").await;
    assert_eq!(in_time("the end", server.ended()).await.code(), Some(0));
    assert!(!server.log().contains("still in flight"), "{}", server.log());
}
