//! A client's socket as HTTP/2 needs it: it replays the preface, limits how long a write may block, and closes without
//! losing data.

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

/// How long the peer may read the last data before the socket closes.
const LINGER: Duration = Duration::from_secs(1);

/// Size of the buffer for data that is read and discarded while lingering.
const DISCARDED_BYTES: usize = 4096;

/// Each socket holds a clone until it is closed.
#[derive(Debug, Clone)]
pub(super) struct Lingering {
    _open: mpsc::Sender<Infallible>,
}

impl Lingering {
    /// The receiver ends when all sockets are closed.
    pub(super) fn new() -> (Self, mpsc::Receiver<Infallible>) {
        let (sender, closed) = mpsc::channel(1);
        (Self { _open: sender }, closed)
    }
}

/// The GOAWAY frame for a misbehaving client (RFC 9113, sections 6.8 and 7).
const GOAWAY_ENHANCE_YOUR_CALM: [u8; 17] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0xb];

/// A socket for HTTP/2.
///
/// # Closing
/// If a socket is closed with unread data, the kernel resets the connection, and the reset discards what the peer has
/// not read yet: the last responses and the GOAWAY. A peer that still sends, such as a WINDOW_UPDATE for each response,
/// makes that likely. So on drop this shuts down the sending half and reads until the peer closes too, for at most a
/// second.
pub(super) struct Socket<I>
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    io: Option<I>,
    /// Bytes that were read already and are returned first.
    replay: Bytes,
    /// Dropped when the socket is closed.
    guard: Option<SocketGuard>,
    runtime: Runtime,
    write_timeout: Duration,
    /// Runs while the peer reads nothing.
    stalled: Option<Sleep>,
    /// Close without lingering: the peer has closed, or failed to read in time.
    is_broken: bool,
}

/// What a connection holds until its socket is closed.
pub(super) struct SocketGuard {
    pub(super) streams: Streams,
    pub(super) _ticket: Ticket,
    pub(super) _lingering: Lingering,
}

impl<I> Socket<I>
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    pub(super) fn new(io: I, replay: Bytes, guard: SocketGuard, runtime: Runtime, write_timeout: Duration) -> Self {
        let (io, guard) = (Some(io), Some(guard));
        Self { io, replay, guard, runtime, write_timeout, stalled: None, is_broken: false }
    }

    /// Polls a write, and fails it if the peer has read nothing for `write_timeout`.
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
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer reads nothing")))
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
        let (Some(io), Some(guard), false) = (self.io.take(), self.guard.take(), self.is_broken) else { return };
        // Without a runtime the process is exiting.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                // The socket is closed in either case.
                let _closed = timeout(LINGER, linger(io, guard.streams.is_flooded())).await;
                drop(guard);
            });
        }
    }
}

/// Shuts down and reads until the peer closes. hyper does not know about floods, so the GOAWAY for one is sent here.
async fn linger<I: AsyncRead + AsyncWrite + Unpin>(mut io: I, is_flooded: bool) -> io::Result<()> {
    if is_flooded {
        io.write_all(&GOAWAY_ENHANCE_YOUR_CALM).await?;
    }
    io.shutdown().await?;
    let mut discarded = [0; DISCARDED_BYTES];
    while io.read(&mut discarded).await? > 0 {}
    Ok(())
}
