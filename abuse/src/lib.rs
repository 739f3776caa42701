//! A caller that misbehaves, for the tests and for `make abuse`.
//!
//! An HTTP/2 library keeps its user from breaking the protocol's spirit: it gives the peer room to send, answers pings, ends
//! what it began. An attack is the opposite of that, so [`http2`] writes the frames itself. [`attack`] has the attacks,
//! with figures that a test keeps small and `make abuse` does not.
//!
//! Nothing here waits for a time to pass: an attack is begun, and whoever began it waits for what the server does about it.

pub mod attack;
pub mod http2;
pub mod message;
pub mod tls;
