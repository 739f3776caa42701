//! Opens connections: DNS and TCP, the tunnel of a proxy, TLS.

mod io;
mod proxies;
mod tls;

use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::RootCertStore;
use tower_service::Service;

pub(super) use self::io::Io;
use self::proxies::Proxy;
pub(super) use self::proxies::{Proxies, Route};
pub(super) use self::tls::roots_in;
use self::tls::{Tls, handshake};
use super::error::Cause;
use super::target::Target;

/// After this time without traffic, the kernel asks the peer whether it is still there.
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

/// Opens connections.
pub(super) struct Connector {
    tcp: HttpConnector,
    tls: Tls,
    timeout: Duration,
}

impl Connector {
    /// A connector with a timeout for each connection, and the root certificates of this machine.
    pub(super) fn new(timeout: Duration) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(TCP_KEEPALIVE));
        // The addresses of a host share the timeout, so that one that does not answer leaves time for the next one.
        tcp.set_connect_timeout(Some(timeout));
        Self { tcp, tls: Tls::default(), timeout }
    }

    /// The same with other root certificates.
    pub(super) fn with_roots(timeout: Duration, roots: RootCertStore) -> Result<Self, Cause> {
        Ok(Self { tls: Tls::with_roots(roots)?, ..Self::new(timeout) })
    }

    /// Opens a connection.
    pub(super) async fn connect(&self, target: &Target, route: &Route) -> Result<Box<dyn Io>, Cause> {
        timeout(self.timeout, self.open(target, route)).await.unwrap_or(Err(Cause::ConnectTimeout))
    }

    async fn open(&self, target: &Target, route: &Route) -> Result<Box<dyn Io>, Cause> {
        let io = match route {
            Route::Direct => self.peer(false).await?.connect(target.uri().clone()).await?,
            Route::Forward(proxy) => return self.peer(is_https(&proxy.uri)).await?.connect(proxy.uri.clone()).await,
            Route::Tunnel(proxy) => self.tunnel(target, proxy).await?,
        };
        if target.is_https() { handshake(&self.tls.connector().await?, target.host(), io).await } else { Ok(io) }
    }

    async fn tunnel(&self, target: &Target, proxy: &Proxy) -> Result<Box<dyn Io>, Cause> {
        let mut tunnel = Tunnel::new(proxy.uri.clone(), self.peer(is_https(&proxy.uri)).await?);
        if let Some(authorization) = &proxy.authorization {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        tunnel.call(target.uri().clone()).await.map_err(|error| Cause::Tunnel(error.into()))
    }

    async fn peer(&self, https: bool) -> Result<Peer, Cause> {
        let tls = if https { Some(self.tls.connector().await?) } else { None };
        Ok(Peer { tcp: self.tcp.clone(), tls })
    }
}

fn is_https(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
}

/// Connects to a host or a proxy itself, with TLS if it has a configuration for it.
#[derive(Clone)]
struct Peer {
    tcp: HttpConnector,
    tls: Option<TlsConnector>,
}

impl Peer {
    async fn connect(mut self, uri: Uri) -> Result<Box<dyn Io>, Cause> {
        let host = uri.host().ok_or(Cause::Url)?.to_owned();
        let stream = self.tcp.call(uri).await.map_err(|error| Cause::Connect(error.into()))?;
        match &self.tls {
            Some(tls) => handshake(tls, &host, Box::new(stream)).await,
            None => Ok(Box::new(stream)),
        }
    }
}

/// As `Tunnel` wants it.
impl Service<Uri> for Peer {
    type Response = Box<dyn Io>;
    type Error = Cause;
    type Future = BoxFuture<'static, Result<Box<dyn Io>, Cause>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}
