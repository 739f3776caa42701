use std::io;

use tokio_rustls::rustls;

use super::super::transport::BoxError;

/// Why a request was not sent, or its answer was lost. No text has a value, a header or the credentials of a proxy.
#[derive(Debug, thiserror::Error)]
pub(super) enum Cause {
    #[error("the URL of the request needs a host, and http or https")]
    Url,
    #[error("connections to {0} other hosts are in use")]
    TooManyHosts(usize),
    #[error("there was no connection within the connect timeout")]
    ConnectTimeout,
    #[error("cannot connect")]
    Connect(#[source] BoxError),
    #[error("the proxy opens no connection")]
    Tunnel(#[source] BoxError),
    #[error("the proxy wants other credentials")]
    ProxyCredentials,
    #[error("the proxy speaks neither http nor https")]
    ProxyScheme,
    #[error("found no root certificates")]
    NoRoots,
    #[error("a root certificate is no PEM")]
    Pem(#[source] rustls::pki_types::pem::Error),
    #[error("cannot set up TLS")]
    Tls(#[source] rustls::Error),
    #[error("the host is no name for TLS")]
    ServerName(#[source] rustls::pki_types::InvalidDnsNameError),
    #[error("the TLS handshake failed")]
    Handshake(#[source] io::Error),
    #[error("there was no answer within the read timeout")]
    ReadTimeout,
    #[error("the connection failed")]
    Http(#[source] hyper::Error),
    #[error("the peer closed each connection before the request was sent")]
    Closed,
    #[error("a task of the connection ended early")]
    Task,
}
