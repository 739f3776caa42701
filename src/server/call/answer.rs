//! The answer on its way to the client.

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
use super::questions::{QUESTION_BYTES, TooLarge};
use crate::memory::{self, Account, Full, Hold};
use crate::server::connection::Stream;
use crate::server::telemetry::as_caller;
use crate::wire::prescan::Refusal;
use crate::wire::status::{self, Access};

/// The largest piece that is handed to HTTP/2, which keeps what the client does not take yet: one frame of the default size.
const PIECE_BYTES: usize = 16 << 10;

/// An answer that is no larger is not accounted for beyond what each call holds.
const FREE_BYTES: usize = 2 << 10;

/// An answer, in small pieces. What it takes is held until HTTP/2 has sent the last of them.
pub(super) struct Answer {
    messages: Body,
    call: Context,
    account: Account,
    /// The rest of the message under way.
    rest: Bytes,
    /// The answer did not find room.
    is_refused: bool,
    /// What the call has for as long as it is answered.
    _held: (Option<Hold>, Option<Probe>),
}

/// What an answer knows of its call.
pub(super) struct Context {
    pub(super) kind: Kind,
    /// The connection, for the log.
    pub(super) caller: u64,
    pub(super) stream: Arc<Stream>,
    /// Whether a question in the request was too large, which the service that reads them cannot say.
    pub(super) too_large: TooLarge,
}

/// A message that gives its memory back when its last piece is gone.
struct Accounted {
    message: Bytes,
    _account: Account,
}

impl AsRef<[u8]> for Accounted {
    fn as_ref(&self) -> &[u8] {
        &self.message
    }
}

impl Answer {
    pub(super) fn new(messages: Body, call: Context, account: Account, held: (Option<Hold>, Option<Probe>)) -> Self {
        Self { messages, call, account, rest: Bytes::new(), is_refused: false, _held: held }
    }

    /// Begins to hand over a message.
    fn begin(&mut self, message: Bytes) -> Result<(), Full> {
        if message.len() <= FREE_BYTES {
            self.rest = message;
            return Ok(());
        }
        match self.call.kind {
            // Parts of a stream are accounted for where they are read, and follow each other.
            Kind::Call(method) if !method.streams && method.access == Access::Read => {
                self.account.hold_exactly(message.len() + super::CALL_BYTES)?;
            }
            // What was written has happened: its answer is kept, whatever it takes.
            Kind::Call(method) if !method.streams => self.account.hold_anyway(message.len() + super::CALL_BYTES),
            Kind::Call(_) | Kind::Check | Kind::Watch | Kind::Reflection | Kind::Unknown => {}
        }
        self.rest = Bytes::from_owner(Accounted { message, _account: self.account.clone() });
        Ok(())
    }

    fn piece(&mut self) -> Frame<Bytes> {
        self.call.stream.waits_for_client();
        let length = self.rest.len().min(PIECE_BYTES);
        Frame::data(self.rest.split_to(length))
    }
}

fn trailers(status: &Status) -> Result<Frame<Bytes>, Status> {
    let mut trailers = HeaderMap::new();
    status.add_header(&mut trailers)?;
    Ok(Frame::trailers(trailers))
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        if !this.rest.is_empty() {
            return Poll::Ready(Some(Ok(this.piece())));
        }
        if this.is_refused {
            return Poll::Ready(None);
        }
        this.call.stream.waits_for_answer();
        let messages = Pin::new(&mut this.messages);
        let poll = || memory::sync_scope(this.account.clone(), || messages.poll_frame(cx));
        let next = ready!(as_caller(this.call.caller, poll));
        let Some(frame) = next.transpose()? else { return Poll::Ready(None) };
        let message = match frame.into_data() {
            Ok(message) => message,
            Err(trailers) if !this.call.too_large.load(Ordering::Relaxed) => return Poll::Ready(Some(Ok(trailers))),
            Err(_) => {
                let refusal = Refusal::TooLarge { max_bytes: QUESTION_BYTES };
                return Poll::Ready(Some(trailers(&status::of_refusal(&refusal, Access::Read))));
            }
        };
        match this.begin(message) {
            Ok(()) => Poll::Ready(Some(Ok(this.piece()))),
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
