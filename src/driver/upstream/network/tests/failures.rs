use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use tokio::net::TcpListener;

use super::super::error::Cause;
use super::peer::Peer;
use super::tls::Identity;
use super::{Settings, Transport as _, TransportError, call, lost, network, not_sent, request, text, until, with};

const SHORT: Duration = Duration::from_millis(20);

/// Reads requests and never answers.
async fn silent() -> Peer {
    Peer::start(|mut accepted| async move { accepted.closed().await }).await
}

#[tokio::test]
async fn a_connection_that_is_refused_sends_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let network = network();
    for _ in 0..2 {
        assert!(matches!(not_sent(call(&network, &url, "a").await), Cause::Connect(_)));
    }
    assert_eq!(network.count(&url), (0, 0));
}

#[tokio::test]
async fn each_call_that_waits_hears_of_failed_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let network = with(Settings { max_connecting: 2, max_connections: 3, ..Settings::default() });
    for result in futures_util::future::join_all((0..20).map(|_| call(&network, &url, "a"))).await {
        assert!(matches!(not_sent(result), Cause::Connect(_)));
    }
}

#[tokio::test]
async fn a_handshake_that_takes_too_long_sends_nothing() {
    let settings = Settings { connect_timeout: SHORT, ..Settings::default() };
    let (peer, network) = (silent().await, Identity::new().network(settings, Matcher::builder().build()));
    assert!(matches!(not_sent(call(&network, &peer.https(), "a").await), Cause::ConnectTimeout));
    until(|| peer.open() == 0).await;
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_lost() {
    let (peer, network) = (silent().await, with(Settings { read_timeout: SHORT, ..Settings::default() }));
    assert!(matches!(lost(call(&network, &peer.url(), "a").await), Cause::ReadTimeout));
    until(|| peer.open() == 0 && network.count(&peer.url()) == (0, 0)).await;
}

#[tokio::test]
async fn a_connection_closed_after_the_request_loses_the_answer() {
    let peer = Peer::start(|mut accepted| async move {
        if let Some(request) = accepted.request().await
            && request.ends_with("good")
        {
            accepted.answer("ok").await;
            accepted.request().await;
        }
    });
    let (peer, network) = (peer.await, network());
    assert!(matches!(lost(call(&network, &peer.url(), "bad").await), Cause::Http(_)));
    // Also on a connection that was used before.
    assert_eq!(call(&network, &peer.url(), "good").await.unwrap(), "ok");
    assert!(matches!(lost(call(&network, &peer.url(), "bad").await), Cause::Http(_)));
    assert_eq!((peer.connections(), peer.requests().len()), (2, 3));
}

/// Whether the peer has the request depends on which end is faster.
#[tokio::test]
async fn a_peer_that_closes_each_connection_ends_each_call() {
    let (peer, network) = (Peer::start(|_| async {}).await, network());
    for _ in 0..20 {
        assert!(call(&network, &peer.url(), "a").await.is_err());
    }
    assert_eq!(peer.connections(), 20);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_lost() {
    for head in ["content-length: 10", "transfer-encoding: chunked"] {
        let peer = Peer::start(move |mut accepted| async move {
            accepted.request().await;
            accepted.send(&format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n8\r\nab")).await;
        });
        let (peer, network) = (peer.await, network());
        let response = network.send(request(&peer.url(), "a")).await.unwrap();
        assert!(matches!(text(response).await, Err(TransportError::Lost(_))));
        until(|| network.count(&peer.url()) == (0, 0)).await;
    }
}

#[tokio::test]
async fn what_is_not_http_is_lost() {
    let peer = Peer::start(|mut accepted| async move {
        accepted.request().await;
        accepted.send("SSH-2.0-OpenSSH_9.9\r\n").await;
    });
    let (peer, network) = (peer.await, network());
    assert!(matches!(lost(call(&network, &peer.url(), "a").await), Cause::Http(_)));
}

#[tokio::test]
async fn a_request_without_a_host_is_not_sent() {
    assert!(matches!(not_sent(call(&network(), "/", "a").await), Cause::Url));
}
