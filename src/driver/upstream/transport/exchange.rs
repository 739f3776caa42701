use std::fmt;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::body::Body;
use super::error::TransportError;

/// A request to DynamoDB.
pub type Request = http::Request<Bytes>;

/// An answer of DynamoDB.
pub type Response = http::Response<Body>;

/// A way to DynamoDB.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends one request. Dropping the future cancels the call.
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>>;
}
