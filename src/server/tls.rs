//! TLS for connections.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig, crypto};
use tokio_rustls::server::TlsStream;

use crate::config::Tls;

/// Why the TLS settings are invalid.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or is not the right kind of PEM file.
    #[error("{key} = {} cannot be read as PEM", .path.display())]
    Pem {
        /// The setting that names the file.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: pem::Error,
    },
    /// `tls.client_ca` has no usable certificate.
    #[error("tls.client_ca holds no certificate that can vouch for clients")]
    ClientCa(#[from] VerifierBuilderError),
    /// The certificate and the key do not match, or one of them is unusable.
    #[error("tls.cert and tls.key cannot be used")]
    Identity(#[from] rustls::Error),
}

/// Makes TLS connections of accepted sockets.
#[derive(Clone)]
pub struct Acceptor {
    acceptor: tokio_rustls::TlsAcceptor,
    handshake_timeout: Duration,
}

impl Acceptor {
    /// Reads the certificates and the key.
    pub fn new(tls: &Tls) -> Result<Self, Error> {
        let provider = Arc::new(crypto::ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let builder = match &tls.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(certificates("tls.client_ca", path)?);
                builder.with_client_cert_verifier(
                    WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build()?,
                )
            }
        };
        let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|source| unreadable("tls.key", &tls.key, source))?;
        let mut config = builder.with_single_cert(certificates("tls.cert", &tls.cert)?, key)?;
        config.alpn_protocols.push(b"h2".to_vec());
        Ok(Self { acceptor: Arc::new(config).into(), handshake_timeout: tls.handshake_timeout })
    }

    /// Performs the handshake, with the timeout `tls.handshake_timeout`.
    pub(super) async fn accept<I>(&self, io: I) -> std::io::Result<TlsStream<I>>
    where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        tokio::time::timeout(self.handshake_timeout, self.acceptor.accept(io)).await?
    }
}

fn certificates(key: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.and_then(|found| if found.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(found) });
    read.map_err(|source| unreadable(key, path, source))
}

fn unreadable(key: &'static str, path: &Path, source: pem::Error) -> Error {
    Error::Pem { key, path: path.to_owned(), source }
}
