use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use http::uri::PathAndQuery;
use http::{StatusCode, Uri};
use http_body::Body as _;
use http_body_util::Full;
use hyper::body::Incoming;

use super::super::transport::{Body, Request, Response, TransportError};
use super::body::Arriving;
use super::connect::Route;
use super::connection::{Failed, Outgoing};
use super::error::Cause;
use super::pool::{Lease, Pool};
use super::settings::Settings;

/// How many connections a request meets that the peer has closed, before all unused ones are given up.
const CLOSED: usize = 2;
/// How many it meets at most.
const MOST_CLOSED: usize = 6;

/// Sends a request on a connection that is open, or on a new one. If the peer had closed the connection before it received the
/// request, the next one is tried.
pub(super) async fn send(pool: Arc<Pool>, request: Request, settings: &Settings) -> Result<Response, TransportError> {
    let mut request = outgoing(request, pool.route());
    for closed in 0..MOST_CLOSED {
        if closed >= CLOSED {
            pool.clear();
        }
        let mut lease = lease(&pool, settings.connect_timeout).await.map_err(not_sent)?;
        let Some(connection) = lease.begin() else { return Err(not_sent(Cause::Closed)) };
        let was_fresh = connection.is_fresh();
        match connection.send(request, settings.read_timeout).await {
            Ok(response) => return answer(response, lease, &pool),
            Err(Failed::Lost(cause)) => return Err(TransportError::Lost(cause.into())),
            Err(Failed::Unsent(_)) if was_fresh => return Err(not_sent(Cause::Closed)),
            Err(Failed::Unsent(unsent)) => request = *unsent,
        }
    }
    Err(not_sent(Cause::Closed))
}

/// Waits for a connection no longer than one may take to be opened. So a call that gets none is known not to be sent, before the
/// time of its attempt is used up.
async fn lease(pool: &Arc<Pool>, wait: Duration) -> Result<Lease, Cause> {
    tokio::time::timeout(wait, pool.lease()).await.unwrap_or(Err(Cause::ConnectTimeout))
}

/// The request as the host or the proxy wants it.
fn outgoing(request: Request, route: &Route) -> Outgoing {
    let mut request = request.map(Full::<Bytes>::new);
    if !request.headers().contains_key(HOST)
        && let Some(host) = host(request.uri())
    {
        request.headers_mut().insert(HOST, host);
    }
    match route {
        Route::Forward(proxy) => {
            if let Some(authorization) = &proxy.authorization {
                request.headers_mut().insert(PROXY_AUTHORIZATION, authorization.clone());
            }
        }
        Route::Direct | Route::Tunnel(_) => {
            let path = request.uri().path_and_query().cloned();
            *request.uri_mut() = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
        }
    }
    request
}

/// The `host` header for a request without one, such as those of the AWS SDK. The port is left out if it is the scheme's own
/// (RFC 9110, section 4.2.3).
fn host(uri: &Uri) -> Option<HeaderValue> {
    let name = uri.host()?;
    match (uri.scheme_str(), uri.port_u16()) {
        (_, None) | (Some("http"), Some(80)) | (Some("https"), Some(443)) => HeaderValue::from_str(name).ok(),
        (_, Some(port)) => HeaderValue::try_from(format!("{name}:{port}")).ok(),
    }
}

fn answer(response: http::Response<Incoming>, lease: Lease, pool: &Pool) -> Result<Response, TransportError> {
    // Only a proxy answers so, and it has not sent the request on.
    if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED && matches!(pool.route(), Route::Forward(_)) {
        return Err(not_sent(Cause::ProxyCredentials));
    }
    Ok(response.map(|incoming| {
        if incoming.is_end_stream() {
            lease.end();
            Body::from(Bytes::new())
        } else {
            Body::new(Arriving::new(incoming, lease))
        }
    }))
}

fn not_sent(cause: Cause) -> TransportError {
    TransportError::NotSent(cause.into())
}
