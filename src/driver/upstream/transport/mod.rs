//! The way to DynamoDB: an HTTP request goes in, a response comes out.
//!
//! The network, the embedded engine and a fault injector stand behind [`Transport`]; the lean client and the AWS SDK stand
//! above it.

mod body;
mod error;
mod exchange;
mod sdk;

pub use self::body::Body;
pub use self::error::{BoxError, TransportError};
pub use self::exchange::{Request, Response, Transport};
pub use self::sdk::http_client;
pub(super) use self::sdk::never_connected;

/// The error code of a transport that has no room to store a write. It has written nothing.
pub const STORAGE_FULL: &str = "DynakvStorageFullException";

/// The error code of a transport that did not start the call.
pub const NOT_BEGUN: &str = "DynakvNotBegunException";
