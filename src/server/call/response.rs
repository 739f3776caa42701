//! The response body of a call.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{self, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;

use super::method::Kind;
use super::peer::Probe;
use super::reflection::{MAX_REQUEST_BYTES, TooLarge};
use crate::memory::{self, Account, Full, Reservation};
use crate::server::connection::Stream;
use crate::server::telemetry::as_caller;
use crate::wire::prescan::Refusal;
use crate::wire::status::{self, Access};

/// Maximum size of a chunk for HTTP/2, which buffers it until the client reads it: one frame of the default size.
const CHUNK_BYTES: usize = 16 << 10;

/// Responses up to this size are covered by what each call reserves anyway.
const COVERED_BYTES: usize = 2 << 10;

/// A response body, sent in small chunks. Its memory stays reserved until HTTP/2 has sent the last chunk.
pub(super) struct ResponseBody {
    messages: Body,
    call: Context,
    account: Account,
    /// The unsent part of the current message.
    rest: Bytes,
    /// There was no memory for the response.
    is_refused: bool,
    /// Released when the response has been sent: the call slot or the probe slot.
    _held: (Option<Reservation>, Option<Probe>),
}

/// The call that a response belongs to.
pub(super) struct Context {
    pub(super) kind: Kind,
    /// The connection's id, for the log.
    pub(super) caller: u64,
    pub(super) stream: Arc<Stream>,
    /// Whether a reflection request was too large. The reflection service only sees the end of the stream.
    pub(super) too_large: TooLarge,
}

/// A message that releases its memory when its last chunk is dropped.
struct Accounted {
    message: Bytes,
    _account: Account,
}

impl AsRef<[u8]> for Accounted {
    fn as_ref(&self) -> &[u8] {
        &self.message
    }
}

impl ResponseBody {
    pub(super) fn new(
        messages: Body,
        call: Context,
        account: Account,
        held: (Option<Reservation>, Option<Probe>),
    ) -> Self {
        Self { messages, call, account, rest: Bytes::new(), is_refused: false, _held: held }
    }

    /// Starts to send a message.
    fn begin(&mut self, message: Bytes) -> Result<(), Full> {
        if message.len() <= COVERED_BYTES {
            self.rest = message;
            return Ok(());
        }
        match self.call.kind {
            // Streams reserve memory per message where they read it.
            Kind::Call(method) if !method.streams && method.access == Access::Read => {
                self.account.resize(message.len() + super::CALL_BYTES)?;
            }
            // A write has happened already, so its response is sent in any case.
            Kind::Call(method) if !method.streams => self.account.force_resize(message.len() + super::CALL_BYTES),
            Kind::Call(_) | Kind::Check | Kind::Watch | Kind::Reflection | Kind::Unknown => {}
        }
        self.rest = Bytes::from_owner(Accounted { message, _account: self.account.clone() });
        Ok(())
    }

    fn chunk(&mut self) -> Frame<Bytes> {
        self.call.stream.sent_chunk();
        let length = self.rest.len().min(CHUNK_BYTES);
        Frame::data(self.rest.split_to(length))
    }
}

fn trailers(status: &Status) -> Result<Frame<Bytes>, Status> {
    let mut trailers = HeaderMap::new();
    status.add_header(&mut trailers)?;
    Ok(Frame::trailers(trailers))
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        if !this.rest.is_empty() {
            return Poll::Ready(Some(Ok(this.chunk())));
        }
        if this.is_refused {
            return Poll::Ready(None);
        }
        this.call.stream.producing_chunk();
        let messages = Pin::new(&mut this.messages);
        let poll = || memory::sync_scope(this.account.clone(), || messages.poll_frame(cx));
        let next = ready!(as_caller(this.call.caller, poll));
        let Some(frame) = next.transpose()? else { return Poll::Ready(None) };
        let message = match frame.into_data() {
            Ok(message) => message,
            Err(trailers) if !this.call.too_large.load(Ordering::Relaxed) => return Poll::Ready(Some(Ok(trailers))),
            Err(_) => {
                let refusal = Refusal::TooLarge { max_bytes: MAX_REQUEST_BYTES };
                return Poll::Ready(Some(trailers(&status::of_refusal(&refusal, Access::Read))));
            }
        };
        match this.begin(message) {
            Ok(()) => Poll::Ready(Some(Ok(this.chunk()))),
            Err(full) => {
                this.is_refused = true;
                this.messages = Body::empty();
                let refused = status::overloaded(full, "memory for the answer");
                let refused = status::without_outcome(&refused).unwrap_or(refused);
                Poll::Ready(Some(trailers(&refused)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && (self.is_refused || self.messages.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        if self.rest.is_empty() && !self.is_refused { self.messages.size_hint() } else { SizeHint::default() }
    }
}
