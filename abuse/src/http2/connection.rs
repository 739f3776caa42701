use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::frame::{END_HEADERS, END_STREAM, Frame, HEADER_TABLE_SIZE, INITIAL_WINDOW_SIZE, Kind, LARGEST_PAYLOAD};
use super::reader::Reader;
use super::seen::{Ended, Seen, Stream};
use super::{DEFAULT_WINDOW, Head, PREFACE};

/// How the client reads and extends its windows.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// Initial window of each stream in bytes.
    pub window: u32,
    /// Whether used windows are extended.
    pub refills: bool,
    /// Whether anything is read at all.
    pub reads: bool,
}

impl Manners {
    /// Reads every response.
    pub const GOOD: Self = Self { window: 1 << 20, refills: true, reads: true };

    /// Reads this many bytes of each response and no more.
    #[must_use]
    pub const fn taking(window: u32) -> Self {
        Self { window, refills: false, reads: true }
    }

    /// Reads nothing, so that the server's socket buffer fills.
    pub const DEAF: Self = Self { window: 1 << 20, refills: false, reads: false };
}

/// A client's connection, closed on drop.
#[derive(Debug)]
pub struct Connection {
    frames: mpsc::Sender<Bytes>,
    seen: watch::Receiver<Seen>,
    sent: watch::Sender<Seen>,
    next_stream: u32,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Connection {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Capacity of the write queue; further writes wait.
const QUEUED_WRITES: usize = 16;

impl Connection {
    /// Connects to `HOST:PORT`.
    pub async fn open(address: &str, manners: Manners) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Self::over(stream, manners).await
    }

    /// Uses a socket, encrypted or not: sends the preface and the settings.
    pub async fn over<I>(io: I, manners: Manners) -> io::Result<Self>
    where
        I: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (reading, writing) = tokio::io::split(io);
        let (frames, queue) = mpsc::channel(QUEUED_WRITES);
        let (sent, seen) = watch::channel(Seen::new());
        let reader = Reader::new(reading, frames.downgrade(), sent.clone(), manners);
        let reader = if manners.reads { tokio::spawn(reader.run()) } else { tokio::spawn(reader.hold()) };
        let tasks = [reader, tokio::spawn(write(writing, queue, sent.clone()))];
        let mut connection = Self { frames, seen, sent, next_stream: 1, tasks };
        let mut opening = BytesMut::from(&PREFACE[..]);
        Frame::settings(&[(HEADER_TABLE_SIZE, 0), (INITIAL_WINDOW_SIZE, manners.window)]).append_to(&mut opening);
        if manners.window > DEFAULT_WINDOW {
            // Only the stream windows should limit the server, so make the connection window large.
            Frame::window_update(0, (1 << 30) - 1).append_to(&mut opening);
        }
        connection.write(opening.freeze()).await?;
        Ok(connection)
    }

    /// Sends these bytes, frames or not.
    pub async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        self.frames.send(bytes).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: &Frame) -> io::Result<()> {
        self.write(frame.to_bytes()).await
    }

    /// Reserves the next stream number that [`Self::begin`] would use, for frames that are built elsewhere.
    pub fn reserve(&mut self) -> u32 {
        let stream = self.next_stream;
        self.next_stream += 2;
        stream
    }

    /// Builds the frames that open a stream.
    #[must_use]
    pub fn opening(stream: u32, head: &Head, is_whole: bool) -> BytesMut {
        let block = head.block();
        let mut out = BytesMut::new();
        let mut parts = block.chunks(LARGEST_PAYLOAD).peekable();
        let mut kind = Kind::Headers;
        while let Some(part) = parts.next() {
            let end_headers = if parts.peek().is_none() { END_HEADERS } else { 0 };
            let end_stream = if is_whole && kind == Kind::Headers { END_STREAM } else { 0 };
            Frame::new(kind, end_headers | end_stream, stream, Bytes::copy_from_slice(part)).append_to(&mut out);
            kind = Kind::Continuation;
        }
        out
    }

    /// Opens a stream; the body follows.
    pub async fn begin(&mut self, head: &Head) -> io::Result<u32> {
        let stream = self.reserve();
        self.write(Self::opening(stream, head, false).freeze()).await?;
        Ok(stream)
    }

    /// Sends a whole request in one write.
    pub async fn call(&mut self, head: &Head, body: &[u8]) -> io::Result<u32> {
        if body.len() > LARGEST_PAYLOAD {
            let stream = self.begin(head).await?;
            self.body(stream, body, true).await?;
            return Ok(stream);
        }
        let stream = self.reserve();
        let mut out = Self::opening(stream, head, false);
        self.spend(stream, body.len());
        Frame::data(stream, Bytes::copy_from_slice(body), true).append_to(&mut out);
        self.write(out.freeze()).await?;
        Ok(stream)
    }

    /// Sends a part of a body as the server's window allows, until it is sent or the stream has ended. Returns the
    /// number of sent bytes.
    pub async fn body(&mut self, stream: u32, body: &[u8], is_last: bool) -> io::Result<usize> {
        let mut sent = 0;
        while sent < body.len() {
            let Some(room) = self.room(stream).await else { return Ok(sent) };
            let until = body.len().min(sent + room.min(LARGEST_PAYLOAD));
            let part = body.get(sent..until).unwrap_or_default();
            self.spend(stream, part.len());
            self.send(&Frame::data(stream, Bytes::copy_from_slice(part), is_last && until == body.len())).await?;
            sent = until;
        }
        Ok(sent)
    }

    /// Waits for window to send; `None` once the stream has ended.
    pub(crate) async fn room(&mut self, stream: u32) -> Option<usize> {
        let has_room = |seen: &Seen| seen.stream(stream).ended.is_some() || seen.room(stream) > 0;
        let seen = self.seen.wait_for(has_room).await.ok()?;
        if seen.stream(stream).ended.is_some() { None } else { Some(seen.room(stream)) }
    }

    pub(crate) fn spend(&mut self, stream: u32, bytes: usize) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.sent.send_if_modified(|seen| {
            seen.window -= bytes;
            seen.streams.entry(stream).or_default().window -= bytes;
            false
        });
    }

    /// Sends the same bytes on all these streams in turn, as the server's windows allow, until all are sent or the
    /// streams have ended.
    pub async fn bodies(&mut self, streams: &[u32], body: &[u8]) -> io::Result<()> {
        let mut left: Vec<(u32, usize)> = streams.iter().map(|stream| (*stream, 0)).collect();
        while !left.is_empty() {
            self.seen.mark_unchanged();
            let before = left.clone();
            for (stream, sent) in &mut left {
                *sent = self.part(*stream, body, *sent).await?;
            }
            if left == before && self.seen.changed().await.is_err() {
                return Ok(());
            }
            left.retain(|(_, sent)| *sent < body.len());
        }
        Ok(())
    }

    /// Sends the next frame of a body as far as the window allows. Returns the number of bytes sent so far; all of them
    /// if the stream has ended.
    async fn part(&mut self, stream: u32, body: &[u8], sent: usize) -> io::Result<usize> {
        let (room, has_ended) = {
            let seen = self.seen.borrow();
            (seen.room(stream), seen.stream(stream).ended.is_some())
        };
        if has_ended {
            return Ok(body.len());
        }
        let until = body.len().min(sent + room.min(LARGEST_PAYLOAD));
        if until > sent {
            let part = body.get(sent..until).unwrap_or_default();
            self.spend(stream, part.len());
            self.send(&Frame::data(stream, Bytes::copy_from_slice(part), false)).await?;
        }
        Ok(until)
    }

    /// What the server has sent so far.
    #[must_use]
    pub fn seen(&self) -> watch::Ref<'_, Seen> {
        self.seen.borrow()
    }

    /// Waits until the stream has ended.
    pub async fn ended(&mut self, stream: u32) -> Stream {
        let ended = self.until(|seen| seen.stream(stream).ended.is_some()).await;
        ended.stream(stream)
    }

    /// Waits until all of these streams have ended.
    pub async fn all_ended(&mut self, streams: &[u32]) -> Vec<Stream> {
        // A stream that has ended stays so. Looking at each of them after every frame would take most of the time.
        let mut open = streams;
        let seen = self
            .until(|seen| {
                while let [first, others @ ..] = open
                    && seen.stream(*first).ended.is_some()
                {
                    open = others;
                }
                open.is_empty()
            })
            .await;
        streams.iter().map(|stream| seen.stream(*stream)).collect()
    }

    /// Waits until the server has answered a PING, and so has read everything before it.
    pub async fn round_trip(&mut self) -> io::Result<()> {
        let before = self.seen().pings_answered;
        self.send(&Frame::ping()).await?;
        self.until(|seen| seen.pings_answered > before).await;
        Ok(())
    }

    /// Waits until the server has closed the connection. Returns the code of its GOAWAY, if there was one.
    pub async fn closed(&mut self) -> Option<u32> {
        self.until(|seen| seen.is_closed).await.goaway
    }

    /// Waits until this holds, or until nothing more can arrive.
    pub async fn until(&mut self, mut holds: impl FnMut(&Seen) -> bool) -> Seen {
        match self.seen.wait_for(|seen| seen.is_closed || holds(seen)).await {
            Ok(seen) => seen.clone(),
            // Both tasks have ended, so the connection is closed.
            Err(_) => Seen { is_closed: true, ..Seen::new() },
        }
    }

    /// The number of these streams that the server has not ended.
    #[must_use]
    pub fn open_among(&self, streams: &[u32]) -> usize {
        let seen = self.seen();
        streams.iter().filter(|stream| seen.stream(**stream).ended.is_none()).count()
    }
}

impl Stream {
    /// Whether the server has ended the stream itself, by a status or a reset, and not with the connection.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.ended, Some(Ended::Answered | Ended::Reset(_)))
    }
}

async fn write<I: AsyncWrite>(mut socket: WriteHalf<I>, mut queue: mpsc::Receiver<Bytes>, seen: watch::Sender<Seen>) {
    while let Some(bytes) = queue.recv().await {
        if socket.write_all(&bytes).await.is_err() {
            seen.send_modify(|seen| seen.is_closed = true);
            return;
        }
    }
}
