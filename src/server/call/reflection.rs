//! Limits the size of each request on a reflection stream.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::{Body as HttpBody, Frame};

/// Maximum size of a reflection request: the longest name that anybody asks for, with a margin.
pub(super) const MAX_REQUEST_BYTES: usize = 4 << 10;

/// Set when a request was too large.
pub(super) type TooLarge = Arc<AtomicBool>;

/// A request body that ends at the first message that is too large.
pub(super) struct RequestLimit<B> {
    body: B,
    too_large: TooLarge,
    prefix: Vec<u8>,
    /// Bytes of the current message that have not arrived yet.
    missing: usize,
}

impl<B> RequestLimit<B> {
    pub(super) fn new(body: B, too_large: TooLarge) -> Self {
        Self { body, too_large, prefix: Vec::new(), missing: 0 }
    }

    /// Whether all messages that start in these bytes are small enough.
    fn admits(&mut self, mut data: &[u8]) -> bool {
        while !data.is_empty() {
            if self.missing > 0 {
                let seen = self.missing.min(data.len());
                self.missing -= seen;
                data.advance(seen);
                continue;
            }
            self.prefix.push(data.get_u8());
            let &[_, a, b, c, d] = self.prefix.as_slice() else { continue };
            self.missing = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
            self.prefix.clear();
            if self.missing > MAX_REQUEST_BYTES {
                return false;
            }
        }
        true
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for RequestLimit<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.too_large.load(Ordering::Relaxed) {
            return Poll::Ready(None);
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
            && !self.admits(data)
        {
            self.too_large.store(true, Ordering::Relaxed);
            return Poll::Ready(None);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_has_a_size() {
        let framed =
            |length: usize| [&[0][..], &u32::try_from(length).unwrap().to_be_bytes(), &vec![1; length]].concat();
        let small: Vec<u8> = [framed(0), framed(10), framed(MAX_REQUEST_BYTES)].concat();
        for piece in [1, 3, 5, 4096, small.len()] {
            let mut questions = RequestLimit::new((), TooLarge::default());
            assert!(small.chunks(piece).all(|piece| questions.admits(piece)));
            assert!(!framed(MAX_REQUEST_BYTES + 1).chunks(piece).all(|piece| questions.admits(piece)));
        }
    }
}
