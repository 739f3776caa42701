//! Accepts, encrypts, ages and drains connections, and limits their number and what they hold.
//!
//! This replaces tonic's transport, whose release 0.14.9 lacks three things. It gives all connections the same maximum
//! age, so clients that connected together after a deployment reconnect together. With a grace period it sends no
//! GOAWAY for age: it cuts the connection, calls included. And it has no timeout for a drain. Both use hyper for
//! HTTP/2.

mod preface;
mod registry;
mod socket;
mod streams;

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep;
use bytes::Bytes;
use http::{Request, Response};
use hyper::server::conn::http2;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower::Service;

use super::call::{Calls, Peer};
use super::listener::{Accepted, Listener};
use super::refusals::{Refusals, Refused};
use super::tls::Acceptor;
use crate::config;
use crate::driver::Runtime;
use registry::{Registry, Ticket};
use socket::{Lingering, Socket, SocketGuard};
pub(super) use streams::{Stream, Streams};

/// Pause after a failed `accept`. Errors such as too many open files would repeat at once.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Maximum size of headers for HTTP/2 itself, which refuses larger ones without a gRPC status. Our own limit is lower.
const HEADER_LIST_BYTES: u32 = 64 << 10;

/// Send buffer of HTTP/2 for each stream: a few of our chunks.
const SEND_BUFFER_BYTES: usize = 64 << 10;

/// How many streams a client may reset before the server has processed them. A client whose calls have short deadlines
/// resets hundreds at once, and a busy server processes them late. A flood of resets ("rapid reset", CVE-2023-44487)
/// comes much faster. Each takes about a kilobyte.
const PENDING_RESET_STREAMS: usize = 8192;

/// How long a connection without calls stays open after the GOAWAY. A healthy client closes it within this time. Calls
/// that a client sent before it saw the GOAWAY are still served.
const GOAWAY_WAIT: Duration = Duration::from_millis(700);

/// What is needed to serve a connection.
#[derive(Clone)]
struct Serving<S> {
    limits: config::Limits,
    settings: config::Connections,
    tls: Option<Acceptor>,
    calls: Calls<S>,
    runtime: Runtime,
    drain: CancellationToken,
    lingering: Lingering,
    refusals: Refusals,
}

/// All connections of a server. Dropping this closes them at once.
pub(super) struct Connections<S> {
    serving: Serving<S>,
    registry: Registry,
    open: JoinSet<()>,
    all_closed: mpsc::Receiver<Infallible>,
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
        settings: &config::Connections,
        runtime: Runtime,
        refusals: Refusals,
    ) -> Self {
        let registry = Registry::new(usize::try_from(settings.max).unwrap_or(usize::MAX));
        let (limits, settings) = (limits.clone(), settings.clone());
        let drain = CancellationToken::new();
        let (lingering, all_closed) = Lingering::new();
        let serving = Serving { limits, settings, tls, calls, runtime, drain, lingering, refusals };
        Self { serving, registry, open: JoinSet::new(), all_closed }
    }

    /// Accepts connections as long as it is polled.
    pub(super) async fn accept(&mut self, listener: &Listener) -> Infallible {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = self.open.join_next() => continue,
            };
            match accepted {
                Ok(Accepted::Tcp(stream)) => self.begin(stream),
                Ok(Accepted::Unix(stream)) => self.begin(stream),
                Err(error) => {
                    tracing::warn!(%error, open = self.registry.open(), "a connection could not be accepted");
                    self.serving.runtime.sleep.sleep(PAUSE_AFTER_ERROR).await;
                }
            }
        }
    }

    fn begin<I>(&mut self, io: I)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match self.registry.admit() {
            Some(ticket) => drop(self.open.spawn(self.serving.clone().begin(io, ticket))),
            // Closed at once: the client can try another instance.
            None => self.serving.refusals.count(Refused::Connection),
        }
    }

    /// Sends GOAWAY to every client and waits for their calls, up to `grace`.
    pub(super) async fn drain(self, grace: Duration) {
        let Self { serving, registry: _, mut open, mut all_closed } = self;
        serving.drain.cancel();
        drop(serving);
        let ended = async { while open.join_next().await.is_some() {} };
        if timeout(grace, ended).await.is_err() {
            tracing::warn!(connections = open.len(), "calls were still in flight after the grace time; they are cut");
            open.shutdown().await;
        }
        // Clients may still be reading the last responses. Each socket closes within a second.
        if let Some(never) = all_closed.recv().await {
            match never {}
        }
    }
}

impl<S> Serving<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    /// Serves a connection after the TLS handshake and the HTTP/2 preface.
    async fn begin<I>(self, io: I, ticket: Ticket)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match self.tls.clone() {
            None => self.handshake_and_serve(async { Ok(io) }, ticket).await,
            Some(tls) => self.handshake_and_serve(async move { tls.accept(io).await }, ticket).await,
        }
    }

    async fn handshake_and_serve<I>(self, handshake: impl Future<Output = io::Result<I>>, ticket: Ticket)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let preface_timeout = self.settings.preface_timeout;
        let opened = async {
            let mut io = handshake.await?;
            let preface = timeout(preface_timeout, preface::read(&mut io)).await??;
            Ok((io, preface))
        };
        let opened: io::Result<_> = tokio::select! {
            opened = opened => opened,
            () = ticket.evicted() => return self.refusals.count(Refused::Preface),
            () = self.drain.cancelled() => return,
        };
        match opened {
            Ok((io, preface)) if ticket.preface_received() => self.serve(io, preface, ticket).await,
            Ok(_) => self.refusals.count(Refused::Preface),
            Err(error) => {
                if error.kind() == io::ErrorKind::TimedOut {
                    self.refusals.count(Refused::Preface);
                }
                tracing::debug!(%error, "a connection was closed before it spoke HTTP/2");
            }
        }
    }

    async fn serve<I>(self, io: I, preface: Bytes, ticket: Ticket)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let streams = Streams::new(self.limits.stall_timeout, self.refusals.clone());
        let peer = Peer::new(ticket.id(), streams.clone(), &self.calls);
        let Self { calls, settings, runtime, drain, lingering, .. } = &self;
        let guard = SocketGuard { streams: streams.clone(), _ticket: ticket, _lingering: lingering.clone() };
        let socket = Socket::new(io, preface, guard, runtime.clone(), settings.write_timeout);
        let http = self.http(streams.clone());
        let mut connection = pin!(http.serve_connection(TokioIo::new(socket), calls.clone().of(peer)));
        let closed = tokio::select! {
            closed = &mut connection => Some(closed),
            () = streams.flooded() => return tracing::debug!("closed a connection whose client cancels calls without end"),
            () = age(settings.max_age, runtime) => None,
            () = idle(&streams, settings.idle_timeout, runtime) => None,
            () = drain.cancelled() => None,
        };
        let closed = if let Some(closed) = closed {
            Some(closed)
        } else {
            connection.as_mut().graceful_shutdown();
            // Do not wait for a client that ignores the GOAWAY.
            tokio::select! {
                closed = &mut connection => Some(closed),
                () = idle_after_goaway(&streams) => None,
            }
        };
        if let Some(Err(error)) = closed {
            tracing::debug!(%error, "a connection ended");
        }
    }

    fn http(&self, streams: Streams) -> http2::Builder<Streams> {
        let Self { limits, settings, .. } = self;
        let mut http = http2::Builder::new(streams);
        http.timer(TokioTimer::new())
            .max_concurrent_streams(limits.max_concurrent_streams)
            .max_header_list_size(HEADER_LIST_BYTES.max(limits.max_header_list_bytes.saturating_mul(2)))
            .max_send_buf_size(SEND_BUFFER_BYTES)
            .max_pending_accept_reset_streams(PENDING_RESET_STREAMS)
            .max_local_error_reset_streams(usize::try_from(limits.max_local_error_reset_streams).ok())
            .keep_alive_interval(Some(settings.keepalive_interval).filter(|interval| !interval.is_zero()))
            .keep_alive_timeout(settings.keepalive_timeout);
        http
    }
}

/// Resolves when a connection reaches its maximum age; never, if that is zero.
async fn age(max_age: Duration, runtime: &Runtime) {
    if max_age.is_zero() {
        return std::future::pending().await;
    }
    // Jitter of ten percent, as in gRPC proposal A9.
    let jitter = 0.9 + 0.2 * runtime.random.fraction();
    runtime.sleep.sleep(max_age.mul_f64(jitter)).await;
}

/// Resolves when a connection had no call for `idle_timeout`, after twice that time at the latest; never, if it is
/// zero.
async fn idle(streams: &Streams, idle_timeout: Duration, runtime: &Runtime) {
    if idle_timeout.is_zero() {
        return std::future::pending().await;
    }
    loop {
        let begun = streams.begun();
        runtime.sleep.sleep(idle_timeout).await;
        if streams.active() == 0 && streams.begun() == begun {
            return;
        }
    }
}

/// Resolves when a connection had no call for `GOAWAY_WAIT` after the GOAWAY.
async fn idle_after_goaway(streams: &Streams) {
    let mut idle_after_goaway = tokio::time::interval(GOAWAY_WAIT);
    idle_after_goaway.tick().await;
    loop {
        let begun = streams.begun();
        idle_after_goaway.tick().await;
        if streams.active() == 0 && streams.begun() == begun {
            return;
        }
    }
}
