use hyper::rt::{Read, Write};

/// A connection to a peer, with or without TLS. One type for all keeps one copy of hyper's code in the program.
pub(in super::super) trait Io: Read + Write + Send + Unpin {}

impl<T: Read + Write + Send + Unpin> Io for T {}
