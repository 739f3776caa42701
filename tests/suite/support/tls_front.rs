//! Ends TLS in front of a server that speaks plain HTTP.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Where it listens, and the root certificate of its clients, in PEM. It lives as long as the process.
pub(crate) struct TlsFront {
    pub(crate) endpoint_url: String,
    pub(crate) roots: String,
}

impl TlsFront {
    pub(crate) fn before(server: SocketAddr) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let roots = cert.pem();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(cert)], key)
            .unwrap();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let endpoint_url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        // Each test has a runtime of its own, which ends with it.
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, TlsAcceptor::from(Arc::new(config)), server));
        });
        Self { endpoint_url, roots }
    }
}

async fn serve(listener: std::net::TcpListener, acceptor: TlsAcceptor, server: SocketAddr) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let (Ok(mut client), Ok(mut server)) = (acceptor.accept(stream).await, TcpStream::connect(server).await)
            else {
                return;
            };
            let _ended = copy_bidirectional(&mut client, &mut server).await;
        });
    }
}
