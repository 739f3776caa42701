//! DynamoDB over HTTP/1.1, with a pool of connections.
//!
//! A connection carries one request at a time. Whether a request may have reached DynamoDB is what callers need to know, so each
//! failure says it: [`TransportError::NotSent`] or [`TransportError::Lost`].
//!
//! `pool` keeps the connections to one host, `connect` opens them, `send` sends a request on one of them.

mod body;
mod connect;
mod connection;
mod error;
mod hosts;
mod pool;
mod send;
mod settings;
mod target;

use std::fmt;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper_util::client::proxy::matcher::Matcher;

use self::connect::{Connector, Proxies, roots_in};
use self::error::Cause;
use self::hosts::Hosts;
pub use self::settings::Settings;
use super::transport::{Request, Response, Transport, TransportError};

/// The network. A request needs the URL of its endpoint.
pub struct Network(Hosts);

impl Network {
    /// Connections through the proxies that the environment names: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, also
    /// in lower case. They are read now. This machine and the sources of its own credentials need no proxy.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self::with_proxies(settings, Matcher::from_env())
    }

    /// Connections through given proxies.
    #[must_use]
    pub fn with_proxies(settings: Settings, proxies: Matcher) -> Self {
        let connector = Connector::new(settings.connect_timeout);
        Self(Hosts::new(settings, Proxies::new(proxies), connector))
    }

    /// Connections through given proxies to hosts whose certificates have one of these roots, in PEM. The roots of this machine do
    /// not count.
    ///
    /// # Errors
    /// There is no certificate, or one that cannot be a root.
    pub fn with_roots(settings: Settings, proxies: Matcher, pem: &[u8]) -> Result<Self, InvalidRoots> {
        let roots = roots_in(pem).map_err(InvalidRoots)?;
        let connector = Connector::with_roots(settings.connect_timeout, roots).map_err(InvalidRoots)?;
        Ok(Self(Hosts::new(settings, Proxies::new(proxies), connector)))
    }
}

/// Root certificates that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the root certificates cannot be used")]
pub struct InvalidRoots(#[source] Cause);

#[cfg(test)]
impl Network {
    /// The connections that are open to a host, and those of them that are ready for a call.
    fn count(&self, url: &str) -> (usize, usize) {
        self.0.pool(&url.parse().unwrap()).unwrap().count()
    }
}

impl Transport for Network {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        match self.0.pool(request.uri()) {
            Ok(pool) => {
                let settings = *self.0.settings();
                async move { send::send(pool, request, &settings).await }.boxed()
            }
            Err(cause) => futures_util::future::ready(Err(TransportError::NotSent(cause.into()))).boxed(),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("settings", self.0.settings()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
