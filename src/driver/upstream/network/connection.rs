use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Builder, SendRequest};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use super::connect::Io;
use super::error::Cause;

/// A request as it goes to a connection.
pub(super) type Outgoing = http::Request<Full<Bytes>>;

/// Most bytes of the head of a response. hyper also allows no more than 100 headers.
const MAX_HEAD: usize = 32 * 1024;
/// Most bytes of a response that wait in a connection.
const READ_BUFFER: usize = 64 * 1024;

/// How long a connection may take to be ready for a request after it has delivered a response. It is ready at once, unless the
/// peer answered before it had received the whole request.
const READY_TIMEOUT: Duration = Duration::from_millis(100);

/// An open connection. Its task, which moves the bytes, ends when this is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    task: AbortHandle,
    /// When it is too old to be used again.
    expires: Instant,
    /// Whether it is on its way to its first call.
    fresh: bool,
}

/// Why a connection has no response.
#[derive(Debug)]
pub(super) enum Failed {
    /// The peer received nothing of the request. Here it is again.
    Unsent(Box<Outgoing>),
    /// The peer may have received the request.
    Lost(Cause),
}

/// Starts HTTP/1.1 on a stream. The future that comes with it moves the bytes, until the connection is closed.
pub(super) async fn handshake(
    io: Box<dyn Io>,
) -> Result<(SendRequest<Full<Bytes>>, BoxFuture<'static, hyper::Result<()>>), Cause> {
    let mut http = Builder::new();
    http.max_header_size(MAX_HEAD).max_buf_size(READ_BUFFER);
    let (sender, task) = http.handshake(io).await.map_err(Cause::Http)?;
    Ok((sender, Box::pin(task)))
}

impl Connection {
    pub(super) fn new(sender: SendRequest<Full<Bytes>>, task: AbortHandle, expires: Instant) -> Self {
        Self { sender, task, expires, fresh: true }
    }

    /// Whether it may carry another request, as far as is known.
    pub(super) fn is_usable(&self, now: Instant) -> bool {
        now < self.expires && !self.sender.is_closed()
    }

    /// Whether it is on its way to its first call.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// It waits for a call.
    pub(super) fn kept(&mut self) {
        self.fresh = false;
    }

    /// Sends a request. If this fails or is dropped, the connection must not be used again.
    pub(super) async fn send(
        &mut self,
        request: Outgoing,
        read_timeout: Duration,
    ) -> Result<http::Response<Incoming>, Failed> {
        // A fresh connection takes a request before its task has run.
        if !self.fresh && !self.is_ready().await {
            return Err(Failed::Unsent(Box::new(request)));
        }
        self.fresh = false;
        match timeout(read_timeout, self.sender.try_send_request(request)).await {
            Ok(answer) => answer.map_err(failed),
            Err(_) => Err(Failed::Lost(Cause::ReadTimeout)),
        }
    }

    async fn is_ready(&mut self) -> bool {
        self.sender.is_ready() || matches!(timeout(READY_TIMEOUT, self.sender.ready()).await, Ok(Ok(())))
    }

    /// Closes the socket at once.
    pub(super) fn abort(self) {
        self.task.abort();
    }
}

fn failed(mut error: TrySendError<Outgoing>) -> Failed {
    match error.take_message() {
        Some(request) => Failed::Unsent(Box::new(request)),
        None => Failed::Lost(Cause::Http(error.into_error())),
    }
}
