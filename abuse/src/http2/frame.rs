//! Frames as in RFC 9113, sections 4.1 and 6.

use bytes::{BufMut, Bytes, BytesMut};

/// The default maximum payload of a frame (RFC 9113, section 4.2).
pub const LARGEST_PAYLOAD: usize = 16_384;

/// Bytes before the payload.
pub const HEAD_BYTES: usize = 9;

/// The setting for the size of the header table.
pub const HEADER_TABLE_SIZE: u16 = 0x1;
/// The setting for the initial window of streams.
pub const INITIAL_WINDOW_SIZE: u16 = 0x4;

/// The type of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of RFC 9113, section 6")]
pub enum Kind {
    Data,
    Headers,
    Priority,
    RstStream,
    Settings,
    Ping,
    GoAway,
    WindowUpdate,
    Continuation,
    /// A type that the RFC does not define and receivers must ignore.
    Other(u8),
}

impl Kind {
    pub(super) fn of(code: u8) -> Self {
        match code {
            0x0 => Self::Data,
            0x1 => Self::Headers,
            0x2 => Self::Priority,
            0x3 => Self::RstStream,
            0x4 => Self::Settings,
            0x6 => Self::Ping,
            0x7 => Self::GoAway,
            0x8 => Self::WindowUpdate,
            0x9 => Self::Continuation,
            other => Self::Other(other),
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Data => 0x0,
            Self::Headers => 0x1,
            Self::Priority => 0x2,
            Self::RstStream => 0x3,
            Self::Settings => 0x4,
            Self::Ping => 0x6,
            Self::GoAway => 0x7,
            Self::WindowUpdate => 0x8,
            Self::Continuation => 0x9,
            Self::Other(code) => code,
        }
    }
}

/// Ends the stream. In SETTINGS and PING: acknowledges the peer's.
pub const END_STREAM: u8 = 0x1;
/// See [`END_STREAM`].
pub const ACK: u8 = 0x1;
/// Ends the headers.
pub const END_HEADERS: u8 = 0x4;
/// The payload starts with the length of the padding at its end.
pub const PADDED: u8 = 0x8;
/// The payload starts with five bytes of priority.
pub const PRIORITY: u8 = 0x20;

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The type.
    pub kind: Kind,
    /// Flags of the type.
    pub flags: u8,
    /// The stream; 0 for the connection.
    pub stream: u32,
    /// The payload.
    pub payload: Bytes,
}

impl Frame {
    /// A frame of the connection or of a stream.
    pub fn new(kind: Kind, flags: u8, stream: u32, payload: impl Into<Bytes>) -> Self {
        Self { kind, flags, stream, payload: payload.into() }
    }

    /// A part of a body.
    pub fn data(stream: u32, payload: impl Into<Bytes>, is_last: bool) -> Self {
        Self::new(Kind::Data, if is_last { END_STREAM } else { 0 }, stream, payload)
    }

    /// Ends a stream at once.
    #[must_use]
    pub fn reset(stream: u32, code: u32) -> Self {
        Self::new(Kind::RstStream, 0, stream, code.to_be_bytes().to_vec())
    }

    /// Extends the peer's window on a stream or on the connection.
    #[must_use]
    pub fn window_update(stream: u32, bytes: u32) -> Self {
        Self::new(Kind::WindowUpdate, 0, stream, bytes.to_be_bytes().to_vec())
    }

    /// A ping.
    #[must_use]
    pub fn ping() -> Self {
        Self::new(Kind::Ping, 0, 0, &b"are you?"[..])
    }

    /// Settings as pairs of identifier and value.
    #[must_use]
    pub fn settings(settings: &[(u16, u32)]) -> Self {
        let mut payload = BytesMut::new();
        for (name, value) in settings {
            payload.put_u16(*name);
            payload.put_u32(*value);
        }
        Self::new(Kind::Settings, 0, 0, payload.freeze())
    }

    /// Appends the encoded frame.
    pub fn append_to(&self, out: &mut BytesMut) {
        let length = u32::try_from(self.payload.len()).unwrap_or(u32::MAX).to_be_bytes();
        out.put_slice(&length[1..]);
        out.put_u8(self.kind.code());
        out.put_u8(self.flags);
        out.put_u32(self.stream);
        out.put_slice(&self.payload);
    }

    /// The encoded frame.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(HEAD_BYTES + self.payload.len());
        self.append_to(&mut out);
        out.freeze()
    }
}
