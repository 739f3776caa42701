//! The way to DynamoDB: an HTTP request goes in, a response comes out.
//!
//! The network, the embedded engine and a fault injector stand behind [`Transport`]; the lean client and the AWS SDK stand
//! above it.

mod body;
mod sdk;

use std::fmt;

use bytes::Bytes;
use futures_util::future::BoxFuture;

pub use self::body::Body;
pub(super) use self::sdk::never_connected;
pub use self::sdk::{http_client, layered};
use crate::memory::Full;

/// The error code of a transport that has no room to store a write. It has written nothing.
pub const STORAGE_FULL: &str = "DynakvStorageFullException";

/// The error code of a transport that did not start the call.
pub const NOT_BEGUN: &str = "DynakvNotBegunException";

/// A request to DynamoDB.
pub type Request = http::Request<Bytes>;

/// An answer of DynamoDB.
pub type Response = http::Response<Body>;

/// An error of a library.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A way to DynamoDB.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends one request. Dropping the future cancels the call.
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>>;
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// DynamoDB did not receive the whole request, so it certainly did nothing.
    #[error("the request was not sent")]
    NotSent(#[source] BoxError),
    /// DynamoDB may have carried the request out.
    #[error("the answer was lost")]
    Lost(#[source] BoxError),
    /// The memory budget has no room for the answer.
    #[error("no memory for the answer")]
    NoRoom(#[source] Full),
}
