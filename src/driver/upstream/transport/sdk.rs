//! A transport as the HTTP client of the SDK.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use hyper_util::client::legacy;

use super::error::{BoxError, TransportError};
use super::exchange::{Request, Response, Transport};

/// An HTTP client for the SDK that sends through a transport. Each call ends after the SDK's timeouts for connecting and reading
/// together, if there are both: some sources of credentials have short ones. The transport bounds the time to connect by itself.
#[must_use]
pub fn http_client(transport: Arc<dyn Transport>) -> SharedHttpClient {
    http_client_fn(move |settings, _components| {
        SharedHttpConnector::new(Connector { transport: Arc::clone(&transport), timeout: timeout(settings) })
    })
}

fn timeout(settings: &HttpConnectorSettings) -> Option<Duration> {
    Some(settings.connect_timeout()? + settings.read_timeout()?)
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

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECT: Duration = Duration::from_millis(3100);
    const READ: Duration = Duration::from_secs(5);

    /// Many clients of the SDK, such as that of STS, have only a timeout for connecting.
    #[test]
    fn the_time_to_connect_alone_bounds_no_call() {
        let connect = || HttpConnectorSettings::builder().connect_timeout(CONNECT);
        assert_eq!(timeout(&connect().build()), None);
        assert_eq!(timeout(&connect().read_timeout(READ).build()), Some(CONNECT + READ));
        assert_eq!(timeout(&HttpConnectorSettings::builder().build()), None);
    }
}
