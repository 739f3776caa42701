//! The body of a request, taken in before its handler runs.
//!
//! tonic would decode a message in the handler, from a body that may never end. Here the body has a time and a size, its
//! structure is looked at while it arrives, and what it takes is held from the connection's share of the memory.

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
use crate::memory::{Full, Hold};
use crate::server::rejection::never_arrived;
use crate::wire::prescan::{Refusal, Scan, compiled};
use crate::wire::status::{self, Access, Reason};

/// What precedes each message: whether it is compressed, and its length ("gRPC over HTTP2").
const PREFIX_BYTES: usize = 5;

/// The largest request of a health check.
const PROBE_BYTES: usize = 4 << 10;

/// What the memory that each call holds anyway has room for.
const FREE_BYTES: usize = 2 << 10;

/// Memory that an attribute value takes after it is decoded: as a command, and in the request to DynamoDB. A transaction of
/// 600,000 NULLs took some 700 bytes for each. This is less, so that the largest item that DynamoDB takes, of some 200,000
/// values, fits into one connection's share of the default budget.
const VALUE_BYTES: usize = 400;

/// Smaller pieces are put together: each would keep the whole buffer that it was read into.
const PIECE_BYTES: usize = 4 << 10;

/// Why a request is not carried out.
#[derive(Debug)]
pub(super) enum Error {
    /// It did not arrive in time.
    Late(Status),
    /// It is not one that this method takes.
    Refused(Status),
    /// There is no memory for it.
    Full(Full),
    /// The client has given it up before it was complete, or has sent something else than a message.
    Incomplete(Status),
}

/// Takes in a request of one message. What it takes is added to `hold`.
pub(super) async fn receive<B>(mut body: B, kind: Kind, hold: &mut Hold, until: Instant) -> Result<Body, Error>
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
            Err(_) => return Err(Error::Late(never_arrived())),
        };
        // Trailers mean nothing in a request.
        let Ok(data) = frame.into_data() else { continue };
        if request.push(data, hold)? == Progress::LeftToTonic {
            break;
        }
    }
    request.finish()
}

/// A request that is arriving.
struct Request {
    kind: Kind,
    /// What the call held before.
    base: usize,
    prefix: Vec<u8>,
    scan: Option<Scan<'static>>,
    /// How much of the message is still to come.
    missing: usize,
    pieces: Pieces,
}

#[derive(Debug, PartialEq, Eq)]
enum Progress {
    GoesOn,
    /// The message is compressed, which tonic refuses in gRPC's words before it reads on.
    LeftToTonic,
}

impl Request {
    fn new(kind: Kind, base: usize) -> Self {
        Self { kind, base, prefix: Vec::new(), scan: None, missing: 0, pieces: Pieces::default() }
    }

    fn is_complete(&self) -> bool {
        self.prefix.len() == PREFIX_BYTES && self.missing == 0
    }

    /// Looks at the next bytes and keeps them.
    fn push(&mut self, mut data: Bytes, hold: &mut Hold) -> Result<Progress, Error> {
        self.pieces.push(&data);
        if self.prefix.len() < PREFIX_BYTES {
            let begin = data.split_to(data.len().min(PREFIX_BYTES - self.prefix.len()));
            self.prefix.extend_from_slice(&begin);
            let &[is_compressed, a, b, c, d] = self.prefix.as_slice() else { return Ok(Progress::GoesOn) };
            if is_compressed != 0 {
                return Ok(Progress::LeftToTonic);
            }
            self.begin(usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX))?;
        }
        let Some(missing) = self.missing.checked_sub(data.len()) else { return Err(Self::no_single_message()) };
        self.missing = missing;
        let Some(scan) = &mut self.scan else { return Ok(Progress::GoesOn) };
        let seen = scan.push(&data);
        let cost = scan.cost().saturating_add(scan.values().saturating_mul(VALUE_BYTES));
        seen.map_err(|refusal| self.refuse(&refusal))?;
        if cost > FREE_BYTES {
            hold.grow_to(self.base.saturating_add(cost)).map_err(Error::Full)?;
        }
        Ok(Progress::GoesOn)
    }

    /// The length of the message is known.
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
        Ok(Body::new(self.pieces))
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

/// The bytes of a request, given up as they are read.
#[derive(Debug, Default)]
struct Pieces {
    whole: VecDeque<Bytes>,
    /// Small ones, put together.
    last: BytesMut,
}

impl Pieces {
    fn push(&mut self, data: &Bytes) {
        if data.len() < PIECE_BYTES && (!self.whole.is_empty() || !self.last.is_empty()) {
            self.last.extend_from_slice(data);
            return;
        }
        if !self.last.is_empty() {
            self.whole.push_back(self.last.split().freeze());
        }
        self.whole.push_back(data.clone());
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = match self.whole.pop_front() {
            Some(piece) => piece,
            None if self.last.has_remaining() => self.last.split().freeze(),
            None => return Poll::Ready(None),
        };
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.whole.is_empty() && self.last.is_empty()
    }
}

#[cfg(test)]
mod tests;
