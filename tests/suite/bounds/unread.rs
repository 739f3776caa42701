//! Responses that nobody reads.

use dynakv_abuse::attack::{Held, Target, Unread};
use dynakv_abuse::http2::Manners;
use dynakv_abuse::message::{BATCH_GET, GET, GET_ITEM, field};

use super::{assert_ends, assert_serves, assert_settled, in_time};
use crate::binary::{Serve, Serving};

const KEYS: usize = 10;

async fn with_large_values() -> Serving {
    let server = Serve::in_memory().start().await;
    let client = server.client().await;
    for key in 0..KEYS {
        client.set(format!("large-{key}"), vec![b'x'; 100 << 10]).await.unwrap();
    }
    server
}

/// Calls with a short deadline and responses larger than any window.
async fn unread(server: &Serving, path: &str, message: &[u8], window: u32) -> Held {
    let (connections, streams, timeout) = (1, 5, "300m");
    let unread = Unread { path, message, connections, streams, manners: Manners::taking(window), timeout };
    unread.open(Target::at(server.address())).await.unwrap()
}

#[tokio::test]
async fn a_stream_that_nobody_reads_ends_with_its_deadline() {
    let server = with_large_values().await;
    let keys: Vec<u8> = (0..KEYS).flat_map(|key| field(2, format!("large-{key}").as_bytes())).collect();
    for window in [0, 1] {
        let mut held = unread(&server, BATCH_GET, &keys, window).await;
        assert_settled(&in_time("the end of the streams", held.ended()).await);
    }
    assert_serves(&server).await;
}

#[tokio::test]
async fn an_answer_that_nobody_reads_ends_with_the_deadline() {
    let server = with_large_values().await;
    let key = field(2, b"large-0");
    let item = field(2, &field(1, &field(1, b"large-0")));
    for (path, message) in [(GET, &key), (GET_ITEM, &item)] {
        for window in [0, 1] {
            let mut held = unread(&server, path, message, window).await;
            assert_settled(&in_time("the end of the calls", held.ended()).await);
        }
    }
    assert_serves(&server).await;
}

#[tokio::test]
async fn answers_that_nobody_reads_hold_no_places_for_longer_than_their_deadline() {
    let serve = Serve::in_memory().env("DYNAKV__LIMITS__MAX_IN_FLIGHT_CALLS", "5");
    let server = serve.start().await;
    server.client().await.set("large-0", vec![b'x'; 100 << 10]).await.unwrap();
    let mut held = unread(&server, GET, &field(2, b"large-0"), 0).await;
    in_time("the end of the calls", held.ended()).await;
    assert_serves(&server).await;
}

#[tokio::test]
async fn answers_that_nobody_reads_do_not_hold_up_the_end() {
    let server = with_large_values().await;
    let _held = unread(&server, GET, &field(2, b"large-0"), 0).await;
    assert_ends(server).await;
}
