//! Receives the request body before the handler runs.
//!
//! tonic would decode the message in the handler, from a body that may never end. Here the body has a timeout and a
//! size limit, its structure is checked while it arrives, and its memory is reserved from the connection's share.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};
use tonic::Status;
use tonic::body::Body;

use super::method::Kind;
use crate::memory::{Full, Reservation};
use crate::server::rejection::request_incomplete;
use crate::wire::prescan::{Refusal, Scan, compiled};
use crate::wire::status::{self, Access, Reason};

/// The prefix of each message: a compression flag and the length ("gRPC over HTTP2").
const PREFIX_BYTES: usize = 5;

/// Maximum size of a health check's request.
const PROBE_BYTES: usize = 4 << 10;

/// The part of a request that each call's reservation covers anyway.
const COVERED_BYTES: usize = 2 << 10;

/// Memory of an attribute value after decoding, as a command and in the request to DynamoDB. A transaction of 600,000
/// NULLs took about 700 bytes for each. This is less, so that DynamoDB's largest item, of some 200,000 values, fits
/// into one connection's share of the default budget.
const VALUE_BYTES: usize = 400;

/// Smaller chunks are copied into one buffer: each would keep the whole read buffer that it points into.
const MIN_CHUNK_BYTES: usize = 4 << 10;

/// Why a request was not accepted.
#[derive(Debug)]
pub(super) enum Error {
    /// It did not arrive in time.
    Late(Status),
    /// It is not a valid request of this method.
    Refused(Status),
    /// There is no memory for it.
    Full(Full),
    /// The client cancelled it before it was complete, or sent something that is not a message.
    Incomplete(Status),
}

/// Receives a request of one message and adds its memory to `hold`.
pub(super) async fn receive<B>(mut body: B, kind: Kind, hold: &mut Reservation, until: Instant) -> Result<Body, Error>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let mut request = Request::new(kind, hold.units());
    while !request.is_complete() || !body.is_end_stream() {
        let frame = match timeout_at(until, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => break,
            Ok(Some(Err(_))) => {
                return Err(Error::Incomplete(status::status(Reason::Cancelled, "the call was cancelled")));
            }
            Err(_) => return Err(Error::Late(request_incomplete())),
        };
        // Trailers have no meaning in a request.
        let Ok(data) = frame.into_data() else { continue };
        if request.push(data, hold)? == Progress::Compressed {
            break;
        }
    }
    request.finish()
}

/// A partly received request.
struct Request {
    kind: Kind,
    /// Units that the call held before.
    base: usize,
    prefix: Vec<u8>,
    scan: Option<Scan<'static>>,
    /// Bytes of the message that have not arrived yet.
    missing: usize,
    chunks: Chunks,
}

#[derive(Debug, PartialEq, Eq)]
enum Progress {
    Incomplete,
    /// The message is compressed. tonic refuses it with the status that gRPC prescribes.
    Compressed,
}

impl Request {
    fn new(kind: Kind, base: usize) -> Self {
        Self { kind, base, prefix: Vec::new(), scan: None, missing: 0, chunks: Chunks::default() }
    }

    fn is_complete(&self) -> bool {
        self.prefix.len() == PREFIX_BYTES && self.missing == 0
    }

    /// Checks and stores the next bytes.
    fn push(&mut self, mut data: Bytes, hold: &mut Reservation) -> Result<Progress, Error> {
        self.chunks.push(&data);
        if self.prefix.len() < PREFIX_BYTES {
            let begin = data.split_to(data.len().min(PREFIX_BYTES - self.prefix.len()));
            self.prefix.extend_from_slice(&begin);
            let &[is_compressed, a, b, c, d] = self.prefix.as_slice() else { return Ok(Progress::Incomplete) };
            if is_compressed != 0 {
                return Ok(Progress::Compressed);
            }
            self.begin(usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX))?;
        }
        let Some(missing) = self.missing.checked_sub(data.len()) else { return Err(Self::no_single_message()) };
        self.missing = missing;
        let Some(scan) = &mut self.scan else { return Ok(Progress::Incomplete) };
        let seen = scan.push(&data);
        let cost = scan.cost().saturating_add(scan.values().saturating_mul(VALUE_BYTES));
        seen.map_err(|refusal| self.refuse(&refusal))?;
        if cost > COVERED_BYTES {
            hold.grow_to(self.base.saturating_add(cost)).map_err(Error::Full)?;
        }
        Ok(Progress::Incomplete)
    }

    /// Checks the length of the message once it is known.
    fn begin(&mut self, length: usize) -> Result<(), Error> {
        match self.kind {
            Kind::Call(method) => {
                let scan = compiled().map(|schema| Scan::new(schema, method, length));
                let scan = scan.map_err(|_| Error::Refused(status::status(Reason::InternalError, "internal error")))?;
                self.scan = Some(scan.map_err(|refusal| self.refuse(&refusal))?);
            }
            Kind::Check | Kind::Watch | Kind::Reflection | Kind::Unknown => {
                if length > PROBE_BYTES {
                    return Err(self.refuse(&Refusal::TooLarge { max_bytes: PROBE_BYTES }));
                }
            }
        }
        self.missing = length;
        Ok(())
    }

    fn finish(mut self) -> Result<Body, Error> {
        let is_compressed = self.prefix.first().is_some_and(|flag| *flag != 0);
        if !is_compressed {
            if !self.is_complete() {
                return Err(Self::no_single_message());
            }
            if let Some(scan) = self.scan.take() {
                scan.finish().map_err(|refusal| self.refuse(&refusal))?;
            }
        }
        Ok(Body::new(self.chunks))
    }

    fn refuse(&self, refusal: &Refusal) -> Error {
        Error::Refused(status::of_refusal(refusal, self.access()))
    }

    fn no_single_message() -> Error {
        let message = "the request is no single message in gRPC's framing";
        Error::Incomplete(status::status(Reason::MalformedMessage, message))
    }

    fn access(&self) -> Access {
        self.kind.access().unwrap_or(Access::Write)
    }
}

/// The bytes of a request, released as they are read.
#[derive(Debug, Default)]
struct Chunks {
    whole: VecDeque<Bytes>,
    /// Small chunks, copied together.
    last: BytesMut,
}

impl Chunks {
    fn push(&mut self, data: &Bytes) {
        if data.len() < MIN_CHUNK_BYTES && (!self.whole.is_empty() || !self.last.is_empty()) {
            self.last.extend_from_slice(data);
            return;
        }
        if !self.last.is_empty() {
            self.whole.push_back(self.last.split().freeze());
        }
        self.whole.push_back(data.clone());
    }
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let chunk = match self.whole.pop_front() {
            Some(chunk) => chunk,
            None if self.last.has_remaining() => self.last.split().freeze(),
            None => return Poll::Ready(None),
        };
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.whole.is_empty() && self.last.is_empty()
    }
}

#[cfg(test)]
mod tests;
