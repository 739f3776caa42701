//! HTTP/2 (RFC 9113) by hand: as much of it as a caller needs that chooses every frame itself.

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

/// The room that a receiver has without saying otherwise, for a stream and for a connection.
pub(crate) const DEFAULT_WINDOW: u32 = 65_535;

/// Error code of a stream or connection that ends without a fault.
pub const NO_ERROR: u32 = 0x0;
/// Error code of a stream that its receiver does not want any more.
pub const CANCEL: u32 = 0x8;
/// Error code of a connection whose peer causes too much load.
pub const ENHANCE_YOUR_CALM: u32 = 0xb;
