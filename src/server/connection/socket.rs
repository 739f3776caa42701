//! A client's socket with what HTTP/2 needs around it: what was read too early is read again, writes do not wait for ever, and
//! the end is gentle.

use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::registry::Ticket;
use super::streams::Streams;
use crate::driver::Runtime;

/// How long the peer may take to read what was sent, once nothing more will be.
const LINGER: Duration = Duration::from_secs(1);

/// What is read while lingering is thrown away in pieces of this size.
const DISCARDED_BYTES: usize = 4096;

/// Held by each socket, until it is closed.
#[derive(Debug, Clone)]
pub(super) struct Lingering {
    _open: mpsc::Sender<Infallible>,
}

impl Lingering {
    /// Also what resolves, with nothing, once all sockets are closed.
    pub(super) fn new() -> (Self, mpsc::Receiver<Infallible>) {
        let (sender, closed) = mpsc::channel(1);
        (Self { _open: sender }, closed)
    }
}

/// The frame that ends a connection because of how its client behaves (RFC 9113, sections 6.8 and 7).
const GOAWAY_ENHANCE_YOUR_CALM: [u8; 17] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0xb];

/// A socket for HTTP/2.
///
/// # Closing
/// A socket that is closed while something unread has arrived is reset by the kernel, and a reset throws away what the peer has
/// not read yet: the last answers and the GOAWAY. A peer that still sends, such as a WINDOW_UPDATE for each answer, makes that
/// likely. So, dropped, this shuts down the sending half and reads on until the peer closes too, for a second at most.
pub(super) struct Socket<I>
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    io: Option<I>,
    /// What was read before, to be read first.
    replay: Bytes,
    /// Goes when the socket is closed.
    kept: Option<Kept>,
    runtime: Runtime,
    write_timeout: Duration,
    /// Runs while the peer takes nothing.
    stalled: Option<Sleep>,
    /// There is nobody to be gentle to: the peer has closed, or is to be cut.
    is_broken: bool,
}

/// What a connection keeps until its socket is closed.
pub(super) struct Kept {
    pub(super) streams: Streams,
    pub(super) _ticket: Ticket,
    pub(super) _lingering: Lingering,
}

impl<I> Socket<I>
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    pub(super) fn new(io: I, replay: Bytes, kept: Kept, runtime: Runtime, write_timeout: Duration) -> Self {
        let (io, kept) = (Some(io), Some(kept));
        Self { io, replay, kept, runtime, write_timeout, stalled: None, is_broken: false }
    }

    /// Lets the peer take something, and fails it once the peer has taken nothing for the time that it may take.
    fn poll_taken<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut I>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let Some(io) = &mut self.io else { return Poll::Ready(Err(io::ErrorKind::NotConnected.into())) };
        match poll(Pin::new(io), cx) {
            Poll::Ready(written) => {
                self.stalled = None;
                self.is_broken |= written.is_err();
                Poll::Ready(written)
            }
            Poll::Pending => {
                let stalled = self.stalled.get_or_insert_with(|| self.runtime.sleep.sleep(self.write_timeout));
                ready!(Pin::new(stalled).poll(cx));
                self.is_broken = true;
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer takes nothing")))
            }
        }
    }
}

impl<I> AsyncRead for Socket<I>
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.replay.is_empty() {
            let length = this.replay.len().min(buffer.remaining());
            buffer.put_slice(&this.replay.split_to(length));
            return Poll::Ready(Ok(()));
        }
        let Some(io) = &mut this.io else { return Poll::Ready(Ok(())) };
        let before = buffer.filled().len();
        let read = ready!(Pin::new(io).poll_read(cx, buffer));
        this.is_broken |= read.is_err() || buffer.filled().len() == before;
        Poll::Ready(read)
    }
}

impl<I> AsyncWrite for Socket<I>
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_taken(cx, |io, cx| io.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_taken(cx, |io, cx| io.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_taken(cx, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_taken(cx, AsyncWrite::poll_shutdown)
    }
}

impl<I> Drop for Socket<I>
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    fn drop(&mut self) {
        let (Some(io), Some(kept), false) = (self.io.take(), self.kept.take(), self.is_broken) else { return };
        // Without a runtime the process ends.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                // Either way the socket is closed then.
                let _closed = timeout(LINGER, linger(io, kept.streams.is_flooded())).await;
                drop(kept);
            });
        }
    }
}

/// Says goodbye and reads until the peer closes. hyper says nothing to a client that floods it, since it does not know.
async fn linger<I: AsyncRead + AsyncWrite + Unpin>(mut io: I, is_flooded: bool) -> io::Result<()> {
    if is_flooded {
        io.write_all(&GOAWAY_ENHANCE_YOUR_CALM).await?;
    }
    io.shutdown().await?;
    let mut discarded = [0; DISCARDED_BYTES];
    while io.read(&mut discarded).await? > 0 {}
    Ok(())
}
