//! A misbehaving client for the tests and for `make abuse`.
//!
//! HTTP/2 libraries behave well: they extend windows, answer pings and finish what they started. An attack does the
//! opposite, so [`http2`] writes frames itself. [`attack`] has the attacks, with sizes that are small in tests and
//! large in `make abuse`.
//!
//! Nothing here sleeps: an attack is started, and its caller waits for the server's reaction.

pub mod attack;
pub mod http2;
pub mod message;
pub mod tls;
