use std::collections::HashMap;

use super::DEFAULT_WINDOW;

/// What the server has sent on a connection so far.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Streams with frames from the server.
    pub streams: HashMap<u32, Stream>,
    /// The error code of the last GOAWAY.
    pub goaway: Option<u32>,
    /// The server has closed or reset the connection.
    pub is_closed: bool,
    /// Number of answered PINGs.
    pub pings_answered: usize,
    /// The server's initial window of a stream.
    pub(super) initial_window: i64,
    /// The remaining window of the connection.
    pub(super) window: i64,
}

/// What the server has sent on one stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stream {
    /// `:status`, if the response has begun.
    pub http_status: Option<u16>,
    /// `grpc-status`, if it has arrived.
    pub grpc_status: Option<u32>,
    /// Received bytes of the body.
    pub bytes: usize,
    /// How it ended, if it has.
    pub ended: Option<Ended>,
    /// Difference from the initial window, by WINDOW_UPDATE and sent bytes.
    pub(super) window: i64,
}

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By its last frame, so the status has arrived, if the server sent one.
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

    /// The state of a stream.
    #[must_use]
    pub fn stream(&self, stream: u32) -> Stream {
        let mut known = self.streams.get(&stream).copied().unwrap_or_default();
        if self.is_closed && known.ended.is_none() {
            known.ended = Some(Ended::Closed);
        }
        known
    }

    /// The number of bytes that may be sent on the stream now.
    pub(super) fn room(&self, stream: u32) -> usize {
        let moved = self.streams.get(&stream).map_or(0, |stream| stream.window);
        usize::try_from((self.initial_window + moved).min(self.window)).unwrap_or(0)
    }
}
