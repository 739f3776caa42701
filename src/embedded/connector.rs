use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Engine;
use super::dispatch::{self, Answer};
use crate::driver::transport::{self, Transport};

pub(super) fn http_client(engine: Engine) -> SharedHttpClient {
    transport::http_client(Arc::new(engine))
}

/// An SDK client that leaves retries to the driver. Region and credentials only sign requests, which the engine does not check.
pub(super) fn client(http: SharedHttpClient) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("dynakv", "dynakv", None, None, "nominal"))
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    Client::from_conf(config.build())
}

impl Transport for Engine {
    fn send(&self, request: HttpRequest) -> BoxFuture<'static, Result<HttpResponse, ConnectorError>> {
        Box::pin(serve(self.clone(), request))
    }
}

/// Waits for a worker and runs the call on it. If the caller drops this future, a call that waits for a worker is
/// discarded, and one that waits for its turn in the engine is skipped.
async fn serve(engine: Engine, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let Ok(worker) = Arc::clone(&engine.shared.workers).acquire_owned().await else {
        return http_response(Answer::failed_before());
    };
    let gone = CancellationToken::new();
    let _gone_when_dropped = gone.clone().drop_guard();
    let answer = tokio::task::spawn_blocking(move || {
        let _worker = worker;
        dispatch::answer(&engine.shared, &request, &gone)
    });
    match answer.await {
        Ok(answer) => http_response(answer),
        Err(shutdown) => Err(ConnectorError::io(shutdown.into())),
    }
}

fn http_response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let request_id = Uuid::new_v4().simple().to_string().to_ascii_uppercase();
    let response = http::Response::builder()
        .status(answer.status)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amzn-requestid", request_id)
        .body(SdkBody::from(answer.body))
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    response.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))
}
