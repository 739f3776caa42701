use std::sync::Arc;

use hyper_util::rt::TokioIo;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::super::error::Cause;
use super::io::Io;

/// TLS with the root certificates of this machine. They are read at the first connection that needs them, so that a server
/// without TLS spends neither time nor memory on them.
#[derive(Default)]
pub(super) struct Tls(OnceCell<TlsConnector>);

impl Tls {
    /// TLS with other root certificates.
    pub(super) fn with_roots(roots: RootCertStore) -> Result<Self, Cause> {
        Ok(Self(OnceCell::new_with(Some(connector(roots)?))))
    }

    /// All connections share one configuration, and with it the sessions that they resume. If there are no root certificates,
    /// the next connection looks again.
    pub(super) async fn connector(&self) -> Result<TlsConnector, Cause> {
        let connector = self.0.get_or_try_init(async || {
            let roots = spawn_blocking(native_roots).await.map_err(|_| Cause::Task)?;
            if roots.is_empty() { Err(Cause::NoRoots) } else { connector(roots) }
        });
        connector.await.cloned()
    }
}

/// Like the AWS SDK, this leaves out certificates that cannot be read.
fn native_roots() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "cannot read some of the root certificates");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    roots
}

/// The root certificates in a PEM file.
pub(in super::super) fn roots_in(pem: &[u8]) -> Result<RootCertStore, Cause> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.map_err(Cause::Pem)?).map_err(Cause::Tls)?;
    }
    if roots.is_empty() { Err(Cause::NoRoots) } else { Ok(roots) }
}

fn connector(roots: RootCertStore) -> Result<TlsConnector, Cause> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Cause::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Makes a handshake with a host.
pub(super) async fn handshake(connector: &TlsConnector, host: &str, io: Box<dyn Io>) -> Result<Box<dyn Io>, Cause> {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let name = ServerName::try_from(host.to_owned()).map_err(Cause::ServerName)?;
    let stream = connector.connect(name, TokioIo::new(io)).await.map_err(Cause::Handshake)?;
    Ok(Box::new(TokioIo::new(stream)))
}
