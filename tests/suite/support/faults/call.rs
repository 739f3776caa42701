use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;

/// The result of a connector.
pub(crate) type Answer = Result<HttpResponse, ConnectorError>;

/// One call of the SDK, on its way to DynamoDB.
#[derive(Debug)]
pub(crate) struct Call {
    /// The action, such as `PutItem`; empty if it is not a call to DynamoDB.
    pub(crate) operation: String,
    pub(crate) request: HttpRequest,
}

impl Call {
    pub(super) fn new(request: HttpRequest) -> Self {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.strip_prefix("DynamoDB_20120810.").unwrap_or_default().to_owned();
        Self { operation, request }
    }

    /// The request body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(self.request.body().bytes().unwrap()).unwrap()
    }

    /// Replaces the request. Its signature stays unchanged; the backends of the tests do not check it.
    pub(crate) fn set_json(&mut self, json: &Value) {
        let body = json.to_string();
        self.request.headers_mut().insert("content-length", body.len().to_string());
        *self.request.body_mut() = SdkBody::from(body);
    }

    /// A copy of the call, for a policy that sends it more than once.
    pub(crate) fn again(&self) -> Self {
        Self { operation: self.operation.clone(), request: self.request.try_clone().unwrap() }
    }
}

/// The connector that is wrapped.
#[derive(Debug, Clone)]
pub(crate) struct Upstream(SharedHttpConnector);

impl Upstream {
    pub(super) fn new(connector: SharedHttpConnector) -> Self {
        Self(connector)
    }

    pub(crate) async fn call(&self, call: Call) -> Answer {
        self.0.call(call.request).await
    }
}

/// A response of DynamoDB: status, body and the usual headers.
pub(crate) fn respond(status: u16, body: impl Into<SdkBody>) -> HttpResponse {
    let response = http::Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amzn-requestid", "TESTREQUESTID")
        .body(body.into())
        .unwrap();
    HttpResponse::try_from(response).unwrap()
}

/// The whole body of a response.
pub(crate) async fn body_of(response: HttpResponse) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}
