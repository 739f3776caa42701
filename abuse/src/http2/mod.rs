//! A minimal HTTP/2 client (RFC 9113) that controls every frame.

mod connection;
pub mod frame;
mod head;
mod reader;
mod seen;

pub use connection::{Connection, Manners};
pub use head::Head;
pub use seen::{Ended, Seen, Stream};

/// What a client sends before its first frame.
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The default window of a stream and of a connection.
pub(crate) const DEFAULT_WINDOW: u32 = 65_535;

/// Error code for the end without an error.
pub const NO_ERROR: u32 = 0x0;
/// Error code for a stream that is no longer wanted.
pub const CANCEL: u32 = 0x8;
/// Error code for a peer that causes too much load.
pub const ENHANCE_YOUR_CALM: u32 = 0xb;
