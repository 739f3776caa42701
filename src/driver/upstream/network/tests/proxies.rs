use hyper_util::client::proxy::matcher::Matcher;

use super::super::Network;
use super::super::error::Cause;
use super::peer::{Accepted, Peer, body};
use super::tls::Identity;
use super::{Settings, call, not_sent, told};

/// A proxy that itself is the host behind it.
async fn tunnel(identity: &Identity) -> Peer {
    let acceptor = identity.acceptor.clone();
    Peer::start(move |mut accepted: Accepted| {
        let acceptor = acceptor.clone();
        async move {
            accepted.request().await;
            accepted.send("HTTP/1.1 200 Connection established\r\n\r\n").await;
            let (stream, accepted) = accepted.split();
            accepted.join(acceptor.accept(stream).await.unwrap()).echo().await;
        }
    })
    .await
}

/// A proxy that answers each request in the same way.
async fn proxy(answer: &'static str) -> Peer {
    Peer::start(move |mut accepted| async move {
        while accepted.request().await.is_some() {
            accepted.send(answer).await;
        }
    })
    .await
}

fn through(peer: &Peer, user: &str) -> Matcher {
    Matcher::builder().all(format!("http://{user}127.0.0.1:{}", peer.port)).build()
}

#[tokio::test]
async fn https_goes_through_a_tunnel() {
    for (user, authorization) in [("", ""), ("user:secret@", "Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n")] {
        let identity = Identity::new();
        let peer = tunnel(&identity).await;
        let network = identity.network(Settings::default(), through(&peer, user));
        for text in ["a", "b"] {
            assert_eq!(call(&network, "https://dynamodb.test/", text).await.unwrap(), text);
        }
        let requests = peer.requests();
        let connect = format!("CONNECT dynamodb.test:443 HTTP/1.1\r\nHost: dynamodb.test:443\r\n{authorization}\r\n");
        assert_eq!(requests[0], connect);
        assert!(requests[1].starts_with("POST / HTTP/1.1\r\nhost: dynamodb.test\r\n"), "{requests:?}");
        assert!(requests[1..].iter().all(|request| !request.to_lowercase().contains("proxy")), "{requests:?}");
        assert_eq!((requests.len(), peer.connections()), (3, 1));
    }
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_sends_nothing() {
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
        "no HTTP\r\n\r\n",
    ] {
        let peer = proxy(answer).await;
        let network = Identity::new().network(Settings::default(), through(&peer, "user:secret@"));
        let cause = not_sent(call(&network, "https://dynamodb.test/", "a").await);
        assert!(matches!(cause, Cause::Tunnel(_)), "{cause:?}");
        for secret in ["secret", "dXNlcjpzZWNyZXQ="] {
            assert!(
                !told(&cause).contains(secret) && !format!("{network:?}").contains(secret),
                "{cause:?} {network:?}"
            );
        }
    }
}

#[tokio::test]
async fn http_goes_through_a_proxy_as_a_whole_url() {
    for (user, authorization) in [("", None), ("user:secret@", Some("proxy-authorization: Basic dXNlcjpzZWNyZXQ=\r\n"))]
    {
        let peer = Peer::echo().await;
        let network = Network::with_proxies(Settings::default(), through(&peer, user));
        for text in ["a", "b"] {
            assert_eq!(call(&network, "http://dynamodb.test/", text).await.unwrap(), text);
        }
        for (request, text) in peer.requests().iter().zip(["a", "b"]) {
            assert!(request.starts_with("POST http://dynamodb.test/ HTTP/1.1\r\nhost: dynamodb.test\r\n"), "{request}");
            assert_eq!(request.contains("proxy-authorization"), authorization.is_some());
            assert!(request.contains(authorization.unwrap_or_default()), "{request}");
            assert_eq!(body(request), text);
        }
        assert_eq!(peer.connections(), 1);
    }
}

#[tokio::test]
async fn a_proxy_that_wants_other_credentials_sends_nothing() {
    let peer = proxy("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 2\r\n\r\nno").await;
    let network = Network::with_proxies(Settings::default(), through(&peer, "user:secret@"));
    let cause = not_sent(call(&network, "http://dynamodb.test/", "a").await);
    assert!(matches!(cause, Cause::ProxyCredentials), "{cause:?}");
}

#[tokio::test]
async fn a_proxy_that_cannot_be_reached_sends_nothing() {
    let peer = Peer::start(|_| async {}).await;
    let network = Identity::new().network(Settings::default(), through(&peer, "user:secret@"));
    let cause = not_sent(call(&network, "https://dynamodb.test/", "a").await);
    assert!(matches!(cause, Cause::Tunnel(_)) && !told(&cause).contains("secret"), "{cause:?}");
}

#[tokio::test]
async fn this_machine_needs_no_proxy() {
    let (peer, unused) = (Peer::echo().await, Peer::echo().await);
    let network = Network::with_proxies(Settings::default(), through(&unused, ""));
    assert_eq!(call(&network, &peer.url(), "a").await.unwrap(), "a");
    assert_eq!((peer.connections(), unused.connections()), (1, 0));
}
