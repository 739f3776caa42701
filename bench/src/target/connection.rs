//! HTTP/2 connections for generated stubs with minimal overhead: CPU for the load generator is missing for the server
//! on the same machine.
//!
//! tonic's channel passes each call through two tasks, which reconnects automatically, but adds cost that should not be
//! measured. Waking other threads costs too, so a connection and its callers stay on one thread.

use std::future::pending;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::thread;

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use h2::RecvStream;
use h2::client::{self, SendRequest};
use http::uri::{Authority, Parts, Scheme};
use http::{Request, Response, Uri};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use tokio::net::TcpStream;
use tokio::runtime::{self, Handle};
use tonic::body::Body as TonicBody;
use tower::Service;

use crate::plan::CONNECTIONS;

/// The default windows of hyper's and tonic's clients.
const STREAM_WINDOW: u32 = 2 << 20;
const CONNECTION_WINDOW: u32 = 5 << 20;

/// A thread for each core, each with its own runtime.
#[derive(Debug)]
pub(crate) struct Threads(Vec<Handle>);

impl Threads {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let start = |_| {
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            let handle = runtime.handle().clone();
            // The thread ends with the process.
            thread::spawn(move || runtime.block_on(pending::<()>()));
            Ok(handle)
        };
        (0..thread::available_parallelism()?.get()).map(start).collect::<anyhow::Result<_>>().map(Self)
    }

    /// Opens connections to a gRPC server, one on each thread in turn.
    pub(crate) async fn connect(&self, address: &str) -> anyhow::Result<Vec<Connection>> {
        let mut connections = Vec::new();
        for home in self.0.iter().cycle().take(CONNECTIONS) {
            let address = address.to_owned();
            connections.push(home.spawn(async move { Connection::open(&address).await }).await??);
        }
        Ok(connections)
    }
}

/// A connection. Cheap to clone; closed with its last clone.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    requests: SendRequest<Bytes>,
    authority: Authority,
    /// The runtime of the connection, where its callers should run too.
    pub(crate) home: Handle,
}

impl Connection {
    /// Opens it on the current runtime.
    async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("{address} does not answer"))?;
        stream.set_nodelay(true)?;
        let mut settings = client::Builder::new();
        settings
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .enable_push(false);
        let (requests, connection) = settings.handshake(stream).await?;
        tokio::spawn(connection);
        Ok(Self { requests, authority: address.parse()?, home: Handle::current() })
    }

    /// Adds the authority that HTTP/2 requires; stubs only know the path.
    fn addressed<B>(&self, request: Request<B>) -> anyhow::Result<Request<B>> {
        let (mut head, body) = request.into_parts();
        let mut uri = Parts::from(head.uri);
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(self.authority.clone());
        head.uri = Uri::from_parts(uri)?;
        Ok(Request::from_parts(head, body))
    }
}

impl Service<Request<TonicBody>> for Connection {
    type Response = Response<Answer>;
    type Error = anyhow::Error;
    type Future = BoxFuture<'static, anyhow::Result<Self::Response>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<anyhow::Result<()>> {
        self.requests.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<TonicBody>) -> Self::Future {
        let (requests, request) = (self.requests.clone(), self.addressed(request));
        async move {
            let (head, body) = request?.into_parts();
            let message = body.collect().await?.to_bytes();
            let (answer, mut sending) = requests.ready().await?.send_request(Request::from_parts(head, ()), false)?;
            sending.send_data(message, true)?;
            Ok(answer.await?.map(Answer))
        }
        .boxed()
    }
}

/// The messages of a response as they arrive.
#[derive(Debug)]
pub(crate) struct Answer(RecvStream);

impl Body for Answer {
    type Data = Bytes;
    type Error = h2::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        if let Some(data) = ready!(self.0.poll_data(cx)) {
            let data = data?;
            self.0.flow_control().release_capacity(data.len())?;
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        self.0.poll_trailers(cx).map(|trailers| trailers.transpose().map(|trailers| trailers.map(Frame::trailers)))
    }
}
