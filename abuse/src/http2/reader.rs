use std::io;

use bytes::{Buf, Bytes, BytesMut};
use loona_hpack::Decoder;
use tokio::io::{AsyncRead, AsyncReadExt, ReadHalf};
use tokio::sync::{mpsc, watch};

use super::Manners;
use super::frame::{ACK, END_HEADERS, END_STREAM, Frame, HEAD_BYTES, INITIAL_WINDOW_SIZE, Kind, PADDED, PRIORITY};
use super::seen::{Ended, Seen};

/// Reads the server's frames and records what tests need.
pub(super) struct Reader<I> {
    socket: ReadHalf<I>,
    buffer: BytesMut,
    /// Weak, so that the connection ends when the client drops its side.
    frames: mpsc::WeakSender<Bytes>,
    seen: watch::Sender<Seen>,
    headers: Decoder<'static>,
    /// Incomplete headers, and whether the stream ends after them.
    begun: (BytesMut, bool),
    manners: Manners,
}

impl<I: AsyncRead> Reader<I> {
    pub(super) fn new(
        socket: ReadHalf<I>,
        frames: mpsc::WeakSender<Bytes>,
        seen: watch::Sender<Seen>,
        manners: Manners,
    ) -> Self {
        let begun = (BytesMut::new(), false);
        Self { socket, buffer: BytesMut::new(), frames, seen, headers: Decoder::new(), begun, manners }
    }

    /// Reads nothing, but keeps the socket open until the task is aborted.
    pub(super) async fn hold(self) {
        std::future::pending::<()>().await;
        drop(self);
    }

    /// Reads to the end.
    pub(super) async fn run(mut self) {
        while let Ok(frame) = self.frame().await {
            self.take(frame);
        }
        self.seen.send_modify(|seen| seen.is_closed = true);
    }

    async fn frame(&mut self) -> io::Result<Frame> {
        loop {
            if let Some(frame) = parse(&mut self.buffer) {
                return Ok(frame);
            }
            if self.socket.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn take(&mut self, frame: Frame) {
        let Frame { kind, flags, stream, payload } = frame;
        match kind {
            Kind::Data => self.data(stream, &payload, flags & END_STREAM != 0),
            Kind::Headers => {
                let block = without_padding(payload, flags);
                self.begun = (BytesMut::from(&block[..]), flags & END_STREAM != 0);
                self.headers_end(stream, flags);
            }
            Kind::Continuation => {
                self.begun.0.extend_from_slice(&payload);
                self.headers_end(stream, flags);
            }
            Kind::RstStream => self.end(stream, Ended::Reset(number(&payload))),
            Kind::Settings if flags & ACK == 0 => self.settings(payload),
            Kind::Ping if flags & ACK == 0 => self.answer(&Frame::new(Kind::Ping, ACK, 0, payload)),
            Kind::Ping => self.seen.send_modify(|seen| seen.pings_answered += 1),
            Kind::GoAway => {
                let code = number(payload.get(4..).unwrap_or_default());
                self.seen.send_modify(|seen| seen.goaway = Some(code));
            }
            Kind::WindowUpdate => self.seen.send_modify(|seen| {
                let bytes = i64::from(number(&payload));
                match stream {
                    0 => seen.window += bytes,
                    _ => seen.streams.entry(stream).or_default().window += bytes,
                }
            }),
            Kind::Settings | Kind::Priority | Kind::Other(_) => {}
        }
    }

    /// Records data and extends the window by its size, if configured.
    fn data(&mut self, stream: u32, payload: &[u8], is_last: bool) {
        self.seen.send_modify(|seen| {
            let known = seen.streams.entry(stream).or_default();
            known.bytes += payload.len();
            if is_last {
                known.ended = Some(Ended::Answered);
            }
        });
        let taken = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        if self.manners.refills && taken > 0 {
            self.answer(&Frame::window_update(stream, taken));
            self.answer(&Frame::window_update(0, taken));
        }
    }

    fn headers_end(&mut self, stream: u32, flags: u8) {
        if flags & END_HEADERS == 0 {
            return;
        }
        let (block, is_last) = std::mem::take(&mut self.begun);
        let fields = self.headers.decode(&block).unwrap_or_default();
        self.seen.send_modify(|seen| {
            let known = seen.streams.entry(stream).or_default();
            for (name, value) in fields {
                let value = String::from_utf8_lossy(&value);
                match &name[..] {
                    b":status" => known.http_status = value.parse().ok(),
                    b"grpc-status" => known.grpc_status = value.parse().ok(),
                    _ => {}
                }
            }
            if is_last {
                known.ended = Some(Ended::Answered);
            }
        });
    }

    fn end(&mut self, stream: u32, how: Ended) {
        // A reset after the last frame only says that the rest of the request is not needed.
        self.seen.send_modify(|seen| {
            seen.streams.entry(stream).or_default().ended.get_or_insert(how);
        });
    }

    fn settings(&mut self, mut payload: Bytes) {
        let mut window = None;
        while payload.remaining() >= 6 {
            let (name, value) = (payload.get_u16(), payload.get_u32());
            if name == INITIAL_WINDOW_SIZE {
                window = Some(value);
            }
        }
        self.seen.send_modify(|seen| {
            seen.initial_window = window.map_or(seen.initial_window, i64::from);
        });
        self.answer(&Frame::new(Kind::Settings, ACK, 0, Bytes::new()));
    }

    /// Answers a frame, unless the write queue is full: waiting here would stop the reader.
    fn answer(&self, frame: &Frame) {
        if let Some(frames) = self.frames.upgrade() {
            let _left_out = frames.try_send(frame.to_bytes());
        }
    }
}

/// The first complete frame in the buffer.
fn parse(buffer: &mut BytesMut) -> Option<Frame> {
    let [a, b, c, kind, flags, stream @ ..] = *buffer.first_chunk::<HEAD_BYTES>()?;
    let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?;
    if buffer.len() < HEAD_BYTES + length {
        return None;
    }
    buffer.advance(HEAD_BYTES);
    let payload = buffer.split_to(length).freeze();
    Some(Frame { kind: Kind::of(kind), flags, stream: u32::from_be_bytes(stream) & (u32::MAX >> 1), payload })
}

fn without_padding(mut payload: Bytes, flags: u8) -> Bytes {
    if flags & PADDED != 0 && payload.has_remaining() {
        let padding = usize::from(payload.get_u8());
        payload.truncate(payload.len().saturating_sub(padding));
    }
    if flags & PRIORITY != 0 {
        payload.advance(5.min(payload.len()));
    }
    payload
}

fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(u32::MAX, |bytes| u32::from_be_bytes(*bytes))
}
