//! Transports and the HTTP clients of the SDK, each as the other.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use hyper_util::client::legacy;

use super::body::Body;
use super::error::{BoxError, TransportError};
use super::exchange::{Request, Response, Transport};

/// An HTTP client for the SDK that sends through a transport. Each call ends after the SDK's timeouts for connecting and reading
/// together, if there are any: sources of credentials have short ones.
#[must_use]
pub fn http_client(transport: Arc<dyn Transport>) -> SharedHttpClient {
    http_client_fn(move |settings, _components| {
        let timeout = settings.connect_timeout().map(|connect| connect + settings.read_timeout().unwrap_or_default());
        SharedHttpConnector::new(Connector { transport: Arc::clone(&transport), timeout })
    })
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
struct Connector {
    transport: Arc<dyn Transport>,
    timeout: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match request_of(request) {
            Ok(request) => {
                let (answer, timeout) = (self.transport.send(request), self.timeout);
                HttpConnectorFuture::new(async move {
                    let Some(timeout) = timeout else { return response_for_sdk(answer.await) };
                    match tokio::time::timeout(timeout, answer).await {
                        Ok(answer) => response_for_sdk(answer),
                        Err(elapsed) => Err(ConnectorError::timeout(elapsed.into())),
                    }
                })
            }
            Err(error) => HttpConnectorFuture::ready(Err(ConnectorError::user(error))),
        }
    }
}

/// The SDK builds its requests in memory. One without bytes has no body.
fn request_of(request: HttpRequest) -> Result<Request, BoxError> {
    Ok(request.try_into_http1x()?.map(|body| Bytes::copy_from_slice(body.bytes().unwrap_or_default())))
}

fn response_for_sdk(answer: Result<Response, TransportError>) -> Result<HttpResponse, ConnectorError> {
    let response = answer.map_err(|error| ConnectorError::io(error.into()))?;
    let response = response.map(|body| match body.into_parts() {
        Ok(bytes) => SdkBody::from(bytes),
        Err(arriving) => SdkBody::from_body_1_x(arriving),
    });
    // A header that the SDK cannot represent: the answer cannot be read.
    HttpResponse::try_from(response).map_err(|error| ConnectorError::io(error.into()))
}

/// A connector of the SDK as a transport.
#[derive(Debug)]
struct SdkConnector(SharedHttpConnector);

impl Transport for SdkConnector {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        let answer = HttpRequest::try_from(request.map(SdkBody::from)).map(|request| self.0.call(request));
        Box::pin(async move {
            let answer = answer.map_err(|error| TransportError::NotSent(error.into()))?;
            let response = answer.await.map_err(|error| {
                if never_connected(&error) {
                    TransportError::NotSent(error.into())
                } else {
                    TransportError::Lost(error.into())
                }
            })?;
            let response = response.try_into_http1x().map_err(|error| TransportError::Lost(error.into()))?;
            Ok(response.map(|body| match body.bytes() {
                Some(bytes) => Body::from(Bytes::copy_from_slice(bytes)),
                None => Body::new(body),
            }))
        })
    }
}

/// Whether an error of the SDK's HTTP client shows that there was no connection.
pub(in crate::driver::upstream) fn never_connected(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let is_connect = error.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect);
        let io = error.downcast_ref::<io::Error>();
        if is_connect || io.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
            return true;
        }
        next = error.source();
    }
    false
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
        SharedHttpConnector::new(Connector {
            transport: (self.layer)(Arc::new(SdkConnector(connector))),
            // The connector of the client keeps them.
            timeout: None,
        })
    }
}
