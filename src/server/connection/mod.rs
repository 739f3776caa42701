//! Connections: accepted, encrypted, aged, drained, and bounded in number and in what they hold.
//!
//! tonic's own transport is not used, for three things that its release 0.14.9 does not do. All connections get the same
//! maximum age, so clients that came together after a deployment come back together. A grace period beside the age
//! replaces the GOAWAY: the connection is cut at the end of it, in the midst of its calls. And nothing bounds the time
//! that a drain takes. The HTTP/2 underneath is hyper, in both cases.

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
use socket::{Kept, Lingering, Socket};
pub(super) use streams::{Stream, Streams};

/// After an error of `accept`, such as too many open files: the next one would fail as well.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// How large headers may be for HTTP/2 itself, which answers what is larger without a gRPC status. Our own limit is lower.
const HEADER_LIST_BYTES: u32 = 64 << 10;

/// How much of the answers of one stream HTTP/2 keeps: a few of the pieces that it is given.
const SEND_BUFFER_BYTES: usize = 64 << 10;

/// How many streams a client may have reset before the server has looked at them. A client whose calls all have short
/// deadlines resets hundreds at once, and a server that is busy looks at them late. A flood of resets ("rapid reset",
/// CVE-2023-44487) comes much faster. One such stream takes about a kilobyte.
const PENDING_RESET_STREAMS: usize = 8192;

/// How long a connection without calls is left open after the GOAWAY. A healthy client closes it by then, and one that sends a
/// call because it has not seen the GOAWAY yet is still answered.
const QUIET: Duration = Duration::from_millis(700);

/// How one connection is served.
#[derive(Clone)]
struct Handling<S> {
    limits: config::Limits,
    settings: config::Connections,
    tls: Option<Acceptor>,
    calls: Calls<S>,
    runtime: Runtime,
    drain: CancellationToken,
    lingering: Lingering,
    refusals: Refusals,
}

/// All connections of a server. Dropped, it cuts them.
pub(super) struct Connections<S> {
    handling: Handling<S>,
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
        let handling = Handling { limits, settings, tls, calls, runtime, drain, lingering, refusals };
        Self { handling, registry, open: JoinSet::new(), all_closed }
    }

    /// Takes connections for as long as it is polled.
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
                    self.handling.runtime.sleep.sleep(PAUSE_AFTER_ERROR).await;
                }
            }
        }
    }

    fn begin<I>(&mut self, io: I)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match self.registry.admit() {
            Some(ticket) => drop(self.open.spawn(self.handling.clone().begin(io, ticket))),
            // Closed at once: the client may find another instance.
            None => self.handling.refusals.count(Refused::Connection),
        }
    }

    /// Tells every client to go (GOAWAY) and waits until their calls are done, but not longer than `grace`.
    pub(super) async fn drain(self, grace: Duration) {
        let Self { handling, registry: _, mut open, mut all_closed } = self;
        handling.drain.cancel();
        drop(handling);
        let ended = async { while open.join_next().await.is_some() {} };
        if timeout(grace, ended).await.is_err() {
            tracing::warn!(connections = open.len(), "calls were still in flight after the grace time; they are cut");
            open.shutdown().await;
        }
        // What was answered last is still being read. Each socket is closed within a second.
        if let Some(never) = all_closed.recv().await {
            match never {}
        }
    }
}

impl<S> Handling<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    /// Serves a connection once it has shown that it speaks HTTP/2.
    async fn begin<I>(self, io: I, ticket: Ticket)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match self.tls.clone() {
            None => self.introduce(async { Ok(io) }, ticket).await,
            Some(tls) => self.introduce(async move { tls.accept(io).await }, ticket).await,
        }
    }

    async fn introduce<I>(self, handshake: impl Future<Output = io::Result<I>>, ticket: Ticket)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let preface_timeout = self.settings.preface_timeout;
        let proven = async {
            let mut io = handshake.await?;
            let preface = timeout(preface_timeout, preface::read(&mut io)).await??;
            Ok((io, preface))
        };
        let proven: io::Result<_> = tokio::select! {
            proven = proven => proven,
            () = ticket.evicted() => return self.refusals.count(Refused::Preface),
            () = self.drain.cancelled() => return,
        };
        match proven {
            Ok((io, preface)) if ticket.proven() => self.serve(io, preface, ticket).await,
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
        let kept = Kept { streams: streams.clone(), _ticket: ticket, _lingering: lingering.clone() };
        let socket = Socket::new(io, preface, kept, runtime.clone(), settings.write_timeout);
        let http = self.http(streams.clone());
        let mut connection = pin!(http.serve_connection(TokioIo::new(socket), calls.clone().of(peer)));
        let closed = tokio::select! {
            closed = &mut connection => Some(closed),
            () = streams.flooded() => return tracing::debug!("a connection gave up streams without end"),
            () = age(settings.max_age, runtime) => None,
            () = idle(&streams, settings.idle_timeout, runtime) => None,
            () = drain.cancelled() => None,
        };
        let closed = if let Some(closed) = closed {
            Some(closed)
        } else {
            connection.as_mut().graceful_shutdown();
            // A client that does not answer the GOAWAY is not waited for.
            tokio::select! {
                closed = &mut connection => Some(closed),
                () = quiet(&streams) => None,
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

/// Resolves when a connection is old enough; never, if there is no such age.
async fn age(max_age: Duration, runtime: &Runtime) {
    if max_age.is_zero() {
        return std::future::pending().await;
    }
    // Ten percent more or less, as gRPC proposal A9 has it.
    let jitter = 0.9 + 0.2 * runtime.random.fraction();
    runtime.sleep.sleep(max_age.mul_f64(jitter)).await;
}

/// Resolves when a connection has had no call for that long, and at the latest for twice as long; never, if it is zero.
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

/// Resolves when a connection that was told to close has had no call for a moment.
async fn quiet(streams: &Streams) {
    let mut quiet = tokio::time::interval(QUIET);
    quiet.tick().await;
    loop {
        let begun = streams.begun();
        quiet.tick().await;
        if streams.active() == 0 && streams.begun() == begun {
            return;
        }
    }
}
