//! Connections: accepted, encrypted, aged, drained.
//!
//! tonic's own transport is not used, for three things that its release 0.14.9 does not do. All connections get the same
//! maximum age, so clients that came together after a deployment come back together. A grace period beside the age
//! replaces the GOAWAY: the connection is cut at the end of it, in the midst of its calls. And nothing bounds the time
//! that a drain takes. The HTTP/2 underneath is hyper, in both cases.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep;
use http::{Request, Response};
use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower::Service;

use super::call::Calls;
use super::listener::{Accepted, Listener};
use super::tls::Acceptor;
use crate::config;
use crate::driver::Runtime;

/// After an error of `accept`, such as too many open files: the next one would fail as well.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// How one connection is served.
#[derive(Clone)]
struct Handling<S> {
    http: http2::Builder<TokioExecutor>,
    tls: Option<Acceptor>,
    calls: Calls<S>,
    max_age: Duration,
    runtime: Runtime,
    drain: CancellationToken,
}

/// All connections of a server. Dropped, it cuts them.
pub(super) struct Connections<S> {
    handling: Handling<S>,
    open: JoinSet<()>,
}

impl<S> Connections<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    pub(super) fn new(
        calls: Calls<S>,
        tls: Option<Acceptor>,
        limits: &config::Limits,
        connections: &config::Connections,
        runtime: Runtime,
    ) -> Self {
        let mut http = http2::Builder::new(TokioExecutor::new());
        http.timer(TokioTimer::new())
            .max_concurrent_streams(limits.max_concurrent_streams)
            .max_header_list_size(limits.max_header_list_bytes)
            .max_local_error_reset_streams(usize::try_from(limits.max_local_error_reset_streams).ok())
            .keep_alive_interval(Some(connections.keepalive_interval).filter(|interval| !interval.is_zero()))
            .keep_alive_timeout(connections.keepalive_timeout);
        let drain = CancellationToken::new();
        let handling = Handling { http, tls, calls, max_age: connections.max_age, runtime, drain };
        Self { handling, open: JoinSet::new() }
    }

    /// Takes connections for as long as it is polled.
    pub(super) async fn accept(&mut self, listener: &Listener) -> Infallible {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = self.open.join_next() => continue,
            };
            match accepted {
                Ok(Accepted::Tcp(stream)) => drop(self.open.spawn(self.handling.clone().begin(stream))),
                Ok(Accepted::Unix(stream)) => drop(self.open.spawn(self.handling.clone().begin(stream))),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    self.handling.runtime.sleep.sleep(PAUSE_AFTER_ERROR).await;
                }
            }
        }
    }

    /// Tells every client to go (GOAWAY) and waits until their calls are done, but not longer than `grace`.
    pub(super) async fn drain(mut self, grace: Duration) {
        self.handling.drain.cancel();
        let all_closed = async { while self.open.join_next().await.is_some() {} };
        let closed_in_time = tokio::time::timeout(grace, all_closed).await.is_ok();
        if !closed_in_time {
            tracing::warn!(
                connections = self.open.len(),
                "calls were still in flight after the grace time; they are cut"
            );
        }
    }
}

impl<S> Handling<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    async fn begin<I>(self, io: I)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let Some(tls) = self.tls.clone() else { return self.serve(io).await };
        match tls.accept(io).await {
            Ok(io) => self.serve(io).await,
            Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
        }
    }

    async fn serve<I>(self, io: I)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let Self { http, tls: _, calls, max_age, runtime, drain } = self;
        let mut connection = pin!(http.serve_connection(TokioIo::new(io), calls));
        let closed = tokio::select! {
            closed = &mut connection => Some(closed),
            () = age(max_age, &runtime) => None,
            () = drain.cancelled() => None,
        };
        let closed = if let Some(closed) = closed {
            closed
        } else {
            connection.as_mut().graceful_shutdown();
            connection.await
        };
        if let Err(error) = closed {
            tracing::debug!(%error, "a connection ended");
        }
    }
}

/// Resolves when a connection is old enough; never, if there is no such age.
async fn age(max_age: Duration, runtime: &Runtime) {
    if max_age.is_zero() {
        return std::future::pending().await;
    }
    // Ten percent more or less, as gRPC proposal A9 has it.
    let jitter = 0.9 + 0.2 * runtime.random.fraction();
    runtime.sleep.sleep(max_age.mul_f64(jitter)).await;
}
