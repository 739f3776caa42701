use std::collections::HashMap;

use super::DEFAULT_WINDOW;

/// What the server has said on a connection so far.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Streams that the server has said something about.
    pub streams: HashMap<u32, Stream>,
    /// The error code of the last GOAWAY.
    pub goaway: Option<u32>,
    /// The server has closed the connection, or cut it.
    pub is_closed: bool,
    /// How many of the client's PINGs the server has answered.
    pub pings_answered: usize,
    /// What a stream may still be sent when it is opened.
    pub(super) initial_window: i64,
    /// What the connection may still be sent.
    pub(super) window: i64,
}

/// What the server has said on one stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stream {
    /// `:status`, if the answer has begun.
    pub http_status: Option<u16>,
    /// `grpc-status`, if it has come.
    pub grpc_status: Option<u32>,
    /// Bytes of the answer's body.
    pub bytes: usize,
    /// How it ended, if it has.
    pub ended: Option<Ended>,
    /// By how much WINDOW_UPDATE and what was sent have moved the initial window.
    pub(super) window: i64,
}

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By its last frame, so that the status has come, if the server sent one.
    Answered,
    /// By RST_STREAM with this code.
    Reset(u32),
    /// With its connection.
    Closed,
}

impl Seen {
    pub(super) fn new() -> Self {
        Self {
            streams: HashMap::new(),
            goaway: None,
            is_closed: false,
            pings_answered: 0,
            initial_window: i64::from(DEFAULT_WINDOW),
            window: i64::from(DEFAULT_WINDOW),
        }
    }

    /// What is known of a stream.
    #[must_use]
    pub fn stream(&self, stream: u32) -> Stream {
        let mut known = self.streams.get(&stream).copied().unwrap_or_default();
        if self.is_closed && known.ended.is_none() {
            known.ended = Some(Ended::Closed);
        }
        known
    }

    /// How many bytes may be sent on the stream now.
    pub(super) fn room(&self, stream: u32) -> usize {
        let moved = self.streams.get(&stream).map_or(0, |stream| stream.window);
        usize::try_from((self.initial_window + moved).min(self.window)).unwrap_or(0)
    }
}
