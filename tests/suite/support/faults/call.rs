use std::sync::Arc;

use bytes::Bytes;
use dynakv::driver::transport::{Body, Request, Response, Transport, TransportError};
use serde_json::Value;

/// The result of a transport.
pub(crate) type Answer = Result<Response, TransportError>;

/// One call, on its way to DynamoDB.
#[derive(Debug)]
pub(crate) struct Call {
    /// The action, such as `PutItem`; empty if it is not a call to DynamoDB.
    pub(crate) operation: String,
    pub(crate) request: Request,
}

impl Call {
    pub(super) fn new(request: Request) -> Self {
        let target = request.headers().get("x-amz-target").map_or("", |target| target.to_str().unwrap());
        let operation = target.strip_prefix("DynamoDB_20120810.").unwrap_or_default().to_owned();
        Self { operation, request }
    }

    /// The request body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(self.request.body()).unwrap()
    }

    /// Replaces the request. Its signature stays unchanged; the backends of the tests do not check it.
    pub(crate) fn set_json(&mut self, json: &Value) {
        let body = json.to_string();
        self.request.headers_mut().insert("content-length", body.len().into());
        *self.request.body_mut() = Bytes::from(body);
    }

    /// A copy of the call, for a policy that sends it more than once.
    pub(crate) fn again(&self) -> Self {
        Self { operation: self.operation.clone(), request: self.request.clone() }
    }
}

/// The transport that is wrapped.
#[derive(Debug, Clone)]
pub(crate) struct Upstream(Arc<dyn Transport>);

impl Upstream {
    pub(super) fn new(transport: Arc<dyn Transport>) -> Self {
        Self(transport)
    }

    pub(crate) async fn call(&self, call: Call) -> Answer {
        self.0.send(call.request).await
    }
}

/// A response of DynamoDB: status, body and the usual headers.
pub(crate) fn respond(status: u16, body: impl Into<Body>) -> Response {
    http::Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amzn-requestid", "TESTREQUESTID")
        .body(body.into())
        .unwrap()
}

/// The whole body of a response.
pub(crate) async fn body_of(response: Response) -> Bytes {
    response.into_body().collect(usize::MAX).await.unwrap()
}
