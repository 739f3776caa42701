use futures_util::FutureExt as _;
use futures_util::future::join_all;

use super::super::error::Cause;
use super::peer::Peer;
use super::{Settings, Transport as _, call, lost, network, not_sent, request, until, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_connections_are_open_than_allowed() {
    let peer = Peer::echo().await;
    let network = with(Settings { max_connections: 8, ..Settings::default() });
    for _ in 0..5 {
        let calls = (0..200).map(|number| {
            let (network, url) = (&network, peer.url());
            async move {
                let text = number.to_string();
                assert!(network.count(&url).0 <= 8);
                // Some leave while they wait or while they are served.
                if number % 5 == 0 {
                    let _ = tokio::time::timeout(std::time::Duration::from_micros(number), call(network, &url, &text))
                        .await;
                } else {
                    assert_eq!(call(network, &url, &text).await.unwrap(), text);
                }
                assert!(network.count(&url).0 <= 8);
            }
        });
        join_all(calls).await;
    }
    until(|| peer.open() == network.count(&peer.url()).0).await;
}

#[tokio::test]
async fn no_more_connections_are_open_than_allowed_if_none_is_closed() {
    let peer = Peer::echo().await;
    let network = with(Settings { max_connections: 8, ..Settings::default() });
    let calls = (0..200).map(|number| {
        let (network, url) = (&network, peer.url());
        async move { assert_eq!(call(network, &url, &number.to_string()).await.unwrap(), number.to_string()) }
    });
    join_all(calls).await;
    assert_eq!((peer.connections(), peer.most_open()), (8, 8));
    assert_eq!(network.count(&peer.url()), (8, 8));
}

#[tokio::test]
async fn unused_connections_beyond_the_bound_are_closed() {
    let peer = Peer::echo().await;
    let network = with(Settings { max_connections: 8, max_idle: 3, ..Settings::default() });
    let url = peer.url();
    join_all((0..8).map(|_| call(&network, &url, "a"))).await;
    until(|| network.count(&url) == (3, 3) && peer.open() == 3).await;
}

#[tokio::test]
async fn a_call_that_gets_no_connection_in_time_is_not_sent() {
    let peer = Peer::echo().await;
    let connect_timeout = std::time::Duration::from_millis(100);
    let network = with(Settings { max_connections: 1, connect_timeout, ..Settings::default() });
    let _unread = network.send(request(&peer.url(), "a")).await.unwrap();
    let cause = not_sent(call(&network, &peer.url(), "b").await);
    assert!(matches!(cause, Cause::ConnectTimeout), "{cause:?}");
    assert_eq!(peer.requests().len(), 1);
}

#[tokio::test]
async fn a_call_without_a_connection_waits_for_one() {
    let peer = Peer::echo().await;
    let network = with(Settings { max_connections: 1, ..Settings::default() });
    let first = network.send(request(&peer.url(), "a")).await.unwrap();
    let mut second = network.send(request(&peer.url(), "b"));
    for _ in 0..100 {
        assert!((&mut second).now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    drop(first);
    assert!(second.await.is_ok());
    assert_eq!(peer.connections(), 2);
}

#[tokio::test]
async fn an_unused_host_makes_room_for_another_one() {
    let (peers, network) =
        ([Peer::echo().await, Peer::echo().await], with(Settings { max_hosts: 1, ..Settings::default() }));
    for peer in [&peers[0], &peers[1], &peers[0]] {
        assert_eq!(call(&network, &peer.url(), "a").await.unwrap(), "a");
    }
    until(|| peers[1].open() == 0).await;
    let _response = network.send(request(&peers[0].url(), "a")).await.unwrap();
    assert!(matches!(not_sent(network.send(request(&peers[1].url(), "b")).await), Cause::TooManyHosts(1)));
}

#[tokio::test]
async fn informational_responses_are_no_answers() {
    let peer = Peer::start(|mut accepted| async move {
        while accepted.request().await.is_some() {
            accepted.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n").await;
            accepted.answer("b").await;
        }
    });
    let (peer, network) = (peer.await, network());
    for _ in 0..2 {
        assert_eq!(call(&network, &peer.url(), "a").await.unwrap(), "b");
    }
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_no_answer() {
    for head in [format!("a: {}\r\n", "a".repeat(33_000)), "a: a\r\n".repeat(101)] {
        let peer = Peer::start(move |mut accepted| {
            let head = head.clone();
            async move {
                accepted.request().await;
                accepted.send(&format!("HTTP/1.1 200 OK\r\n{head}\r\n")).await;
                accepted.closed().await;
            }
        });
        let (peer, network) = (peer.await, network());
        assert!(matches!(lost(call(&network, &peer.url(), "a").await), Cause::Http(_)));
        until(|| peer.open() == 0).await;
    }
}
