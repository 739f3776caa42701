use std::time::Duration;

use futures_util::FutureExt as _;

use super::peer::{Peer, body};
use super::{Settings, Transport as _, TransportError, call, network, request, text, until, with};

#[tokio::test]
async fn a_connection_is_used_again() {
    let (peer, network) = (Peer::echo().await, network());
    for text in ["a", "", "b"] {
        assert_eq!(call(&network, &peer.url(), text).await.unwrap(), text);
    }
    assert_eq!((peer.connections(), network.count(&peer.url())), (1, (1, 1)));
}

#[tokio::test]
async fn a_request_arrives_as_it_was_given() {
    let (peer, network) = (Peer::echo().await, network());
    call(&network, &format!("{}path?query", peer.url()), "body").await.unwrap();
    let head = "POST /path?query HTTP/1.1\r\nhost: dynamodb.test\r\nx-amz-target: DynamoDB_20120810.GetItem\r\n";
    assert_eq!(peer.requests(), [format!("{head}content-length: 4\r\n\r\nbody")]);
}

#[tokio::test]
async fn a_request_without_a_host_gets_that_of_its_url() {
    let (peer, network) = (Peer::echo().await, network());
    let mut request = request(&peer.url(), "");
    request.headers_mut().remove("host");
    network.send(request).await.unwrap().into_body().collect(100).await.unwrap();
    let host = format!("host: 127.0.0.1:{}\r\n", peer.port);
    assert!(peer.requests()[0].contains(&host), "{:?}", peer.requests());
}

#[tokio::test]
async fn a_connection_that_the_peer_closed_is_not_used() {
    let peer = Peer::start(|mut accepted| async move {
        if let Some(request) = accepted.request().await {
            accepted.answer(body(&request)).await;
        }
    });
    let (peer, network) = (peer.await, network());
    for text in ["a", "b", "c"] {
        assert_eq!(call(&network, &peer.url(), text).await.unwrap(), text);
        until(|| network.count(&peer.url()).0 == 0).await;
    }
    assert_eq!(peer.requests().len(), 3);
}

/// The request and the end of the connection may meet. Then nobody knows whether the peer has it, but it never has it twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_the_peer_is_closing_delivers_no_request_twice() {
    let peer = Peer::start(|mut accepted| async move {
        if let Some(request) = accepted.request().await {
            accepted.answer(body(&request)).await;
        }
    });
    let (peer, network) = (peer.await, network());
    let mut answered = 0;
    for number in 0..500 {
        let text = format!("request {number};");
        let result = call(&network, &peer.url(), &text).await;
        let seen = peer.requests().iter().filter(|request| body(request) == text).count();
        match result {
            Ok(answer) => {
                assert_eq!((answer, seen), (text, 1));
                answered += 1;
            }
            Err(TransportError::Lost(_)) => assert!(seen <= 1),
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(answered > 250, "{answered}");
}

#[tokio::test]
async fn connection_close_ends_a_connection() {
    let peer = Peer::start(|mut accepted| async move {
        while accepted.request().await.is_some() {
            accepted.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").await;
        }
    });
    let (peer, network) = (peer.await, network());
    for _ in 0..20 {
        assert_eq!(call(&network, &peer.url(), "a").await.unwrap(), "ok");
    }
    assert_eq!((peer.connections(), peer.requests().len()), (20, 20));
}

#[tokio::test]
async fn a_body_that_is_not_read_closes_its_connection() {
    let peer = Peer::start(|mut accepted| async move {
        while accepted.request().await.is_some() {
            accepted.send("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await;
            accepted.send(&"a".repeat(if accepted.number == 0 { 10 } else { 1_000_000 })).await;
        }
    });
    let (peer, network) = (peer.await, network());
    let response = network.send(request(&peer.url(), "a")).await.unwrap();
    assert_eq!(network.count(&peer.url()), (1, 0));
    drop(response);
    until(|| peer.open() == 0 && network.count(&peer.url()) == (0, 0)).await;
    let response = network.send(request(&peer.url(), "b")).await.unwrap();
    assert_eq!(text(response).await.unwrap().len(), 1_000_000);
    assert_eq!((peer.connections(), network.count(&peer.url())), (2, (1, 1)));
}

#[tokio::test]
async fn a_call_that_leaves_closes_its_connection() {
    let peer = Peer::start(|mut accepted| async move {
        accepted.request().await;
        accepted.closed().await;
    });
    let (peer, network) = (peer.await, network());
    {
        let mut sent = network.send(request(&peer.url(), "a"));
        while peer.requests().is_empty() {
            assert!((&mut sent).now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        assert_eq!(network.count(&peer.url()), (1, 0));
    }
    until(|| peer.open() == 0 && network.count(&peer.url()) == (0, 0)).await;
}

#[tokio::test]
async fn a_connection_whose_call_left_before_it_was_open_serves_the_next_one() {
    let (peer, network) = (Peer::echo().await, network());
    assert!(network.send(request(&peer.url(), "a")).now_or_never().is_none());
    until(|| network.count(&peer.url()) == (1, 1)).await;
    assert_eq!(call(&network, &peer.url(), "b").await.unwrap(), "b");
    assert_eq!((peer.connections(), peer.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_connection_unused_for_too_long_is_not_used() {
    let (peer, network) = (Peer::echo().await, with(Settings { idle_timeout: Duration::ZERO, ..Settings::default() }));
    for text in ["a", "b", "c"] {
        assert_eq!(call(&network, &peer.url(), text).await.unwrap(), text);
    }
    assert_eq!(peer.connections(), 3);
}

#[tokio::test]
async fn a_connection_unused_for_too_long_is_closed() {
    let settings = Settings { idle_timeout: Duration::from_millis(1), ..Settings::default() };
    let (peer, network) = (Peer::echo().await, with(settings));
    for round in 1..=2 {
        call(&network, &peer.url(), "a").await.unwrap();
        until(|| peer.connections() == round && peer.open() == 0).await;
    }
}

#[tokio::test]
async fn an_old_connection_is_not_used() {
    let (peer, network) = (Peer::echo().await, with(Settings { max_age: Duration::ZERO, ..Settings::default() }));
    for text in ["a", "b", "c"] {
        assert_eq!(call(&network, &peer.url(), text).await.unwrap(), text);
    }
    assert_eq!(peer.connections(), 3);
    until(|| peer.open() == 0).await;
}

#[tokio::test]
async fn all_connections_are_closed_with_the_network() {
    let (peer, network) = (Peer::echo().await, network());
    call(&network, &peer.url(), "a").await.unwrap();
    assert_eq!(peer.open(), 1);
    drop(network);
    until(|| peer.open() == 0).await;
}
