//! The way to DynamoDB: an HTTP request goes in, a response comes out.
//!
//! The network, the embedded engine and a fault injector stand behind [`Transport`]; the AWS SDK stands above it.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use futures_util::future::BoxFuture;

/// The error code of a transport that has no room to store a write. It has written nothing.
pub const STORAGE_FULL: &str = "DynakvStorageFullException";

/// The error code of a transport that did not start the call.
pub const NOT_BEGUN: &str = "DynakvNotBegunException";

/// A way to DynamoDB. It uses the HTTP types of the SDK, so that no message is converted.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends one request. Dropping the future cancels the call.
    fn send(&self, request: HttpRequest) -> BoxFuture<'static, Result<HttpResponse, ConnectorError>>;
}

/// An HTTP client for the SDK that sends through a transport.
#[must_use]
pub fn http_client(transport: Arc<dyn Transport>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(transport));
    http_client_fn(move |_settings, _components| connector.clone())
}

/// Puts a layer between the SDK and one of its HTTP clients. The layer gets the connector of the client as a transport. The
/// connector has the timeouts of the SDK's configuration.
#[must_use]
pub fn layered<L>(client: SharedHttpClient, layer: L) -> SharedHttpClient
where
    L: Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync + 'static,
{
    SharedHttpClient::new(Layered { client, layer })
}

/// A transport below the SDK.
#[derive(Debug)]
struct Connector(Arc<dyn Transport>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.0.send(request))
    }
}

/// A connector of the SDK as a transport.
#[derive(Debug)]
struct SdkConnector(SharedHttpConnector);

impl Transport for SdkConnector {
    fn send(&self, request: HttpRequest) -> BoxFuture<'static, Result<HttpResponse, ConnectorError>> {
        Box::pin(self.0.call(request))
    }
}

struct Layered<L> {
    client: SharedHttpClient,
    layer: L,
}

impl<L> fmt::Debug for Layered<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layered").field("client", &self.client).finish_non_exhaustive()
    }
}

impl<L> HttpClient for Layered<L>
where
    L: Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync + 'static,
{
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(Connector((self.layer)(Arc::new(SdkConnector(connector)))))
    }
}
