use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{HandshakeKind, ServerConfig};

use super::super::error::Cause;
use super::peer::{Accepted, Peer};
use super::{Network, Settings, call, not_sent};

/// A certificate for `localhost` and `dynamodb.test`, and who trusts it.
#[derive(Clone)]
pub(super) struct Identity {
    pub(super) roots: String,
    pub(super) acceptor: TlsAcceptor,
}

impl Identity {
    pub(super) fn new() -> Self {
        let names = ["localhost", "dynamodb.test"].map(str::to_owned);
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let roots = cert.pem();
        let certificate = CertificateDer::from(cert);
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        config.alpn_protocols = ["h2", "http/1.1"].map(|protocol| protocol.as_bytes().to_vec()).to_vec();
        Self { roots, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    pub(super) fn network(&self, settings: Settings, proxies: Matcher) -> Network {
        Network::with_roots(settings, proxies, self.roots.as_bytes()).unwrap()
    }
}

/// How a handshake went.
type Handshakes = Arc<Mutex<Vec<(Option<HandshakeKind>, Option<Vec<u8>>)>>>;

/// A peer that answers each request with its body, over TLS.
async fn echo(identity: &Identity) -> (Peer, Handshakes) {
    let (acceptor, handshakes) = (identity.acceptor.clone(), Handshakes::default());
    let of_peer = Arc::clone(&handshakes);
    let peer = Peer::start(move |accepted: Accepted| {
        let (acceptor, handshakes) = (acceptor.clone(), Arc::clone(&handshakes));
        async move {
            let (stream, accepted) = accepted.split();
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let connection = stream.get_ref().1;
            let kind = connection.handshake_kind();
            handshakes.lock().unwrap().push((kind, connection.alpn_protocol().map(<[u8]>::to_vec)));
            accepted.join(stream).echo().await;
        }
    });
    (peer.await, of_peer)
}

fn no_proxy() -> Matcher {
    Matcher::builder().build()
}

#[tokio::test]
async fn https_speaks_tls() {
    let identity = Identity::new();
    let (peer, handshakes) = echo(&identity).await;
    let network = identity.network(Settings::default(), no_proxy());
    for text in ["a", "b"] {
        assert_eq!(call(&network, &peer.https(), text).await.unwrap(), text);
    }
    assert_eq!(*handshakes.lock().unwrap(), [(Some(HandshakeKind::Full), Some(b"http/1.1".to_vec()))]);
}

#[tokio::test]
async fn new_connections_resume_the_sessions_of_old_ones() {
    let identity = Identity::new();
    let (peer, handshakes) = echo(&identity).await;
    let network = identity.network(Settings { max_age: Duration::ZERO, ..Settings::default() }, no_proxy());
    for text in ["a", "b", "c"] {
        assert_eq!(call(&network, &peer.https(), text).await.unwrap(), text);
    }
    let kinds: Vec<_> = handshakes.lock().unwrap().iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Resumed].map(Some));
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    let identity = Identity::new();
    let (peer, _) = echo(&identity).await;
    let network = identity.network(Settings::default(), no_proxy());
    let url = format!("https://127.0.0.1:{}/", peer.port);
    assert!(matches!(not_sent(call(&network, &url, "a").await), Cause::Handshake(_)));
    assert!(peer.requests().is_empty());
}

#[tokio::test]
async fn a_certificate_of_another_root_is_refused() {
    let (peer, _) = echo(&Identity::new()).await;
    let network = Identity::new().network(Settings::default(), no_proxy());
    assert!(matches!(not_sent(call(&network, &peer.https(), "a").await), Cause::Handshake(_)));
    assert!(peer.requests().is_empty());
}

#[tokio::test]
async fn a_peer_without_tls_gets_no_request() {
    let peer = Peer::start(|mut accepted| async move { accepted.send("HTTP/1.1 400 Bad Request\r\n\r\n").await });
    let (peer, network) = (peer.await, Identity::new().network(Settings::default(), no_proxy()));
    assert!(matches!(not_sent(call(&network, &peer.https(), "a").await), Cause::Handshake(_)));
}

#[test]
fn roots_that_cannot_be_used_are_refused() {
    for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n"] {
        assert!(Network::with_roots(Settings::default(), Matcher::builder().build(), pem.as_bytes()).is_err(), "{pem}");
    }
}
