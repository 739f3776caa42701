use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_types::SdkConfig;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Engine;
use super::dispatch::{self, Answer, Outcome};
use super::log::Unsynced;
use crate::driver::Connection;
use crate::driver::transport::{Body, Request, Response, Transport, TransportError};

/// A connection to the engine. Region and credentials only sign requests, which the engine does not check.
pub(super) fn connection(engine: Engine) -> Connection {
    let credentials = Credentials::new("dynakv", "dynakv", None, None, "nominal");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    Connection::lean(&config, Arc::new(engine))
}

impl Transport for Engine {
    fn send(&self, request: Request) -> BoxFuture<'static, Result<Response, TransportError>> {
        Box::pin(serve(self.clone(), request))
    }
}

/// Waits for a worker, runs the call on it, and waits until what the call wrote or saw is on the disk. If the caller
/// drops this future, a call that waits for a worker is discarded, and one that waits for its turn in the engine is
/// skipped.
async fn serve(engine: Engine, request: Request) -> Result<Response, TransportError> {
    let Ok(worker) = Arc::clone(&engine.shared.workers).acquire_owned().await else {
        return http_response(Answer::failed_before());
    };
    let gone = CancellationToken::new();
    let _gone_when_dropped = gone.clone().drop_guard();
    let log = engine.shared.log.clone();
    let call = tokio::task::spawn_blocking(move || {
        let outcome = dispatch::run(&engine.shared, &request, &gone);
        // A call that waits for the disk needs no worker. So any number of calls can share a sync.
        drop(worker);
        if let (Some(log), Some(end)) = (&engine.shared.log, outcome.log_end) {
            log.sync(end);
        }
        outcome
    });
    let Outcome { answer, log_end } = match call.await {
        Ok(outcome) => outcome,
        Err(shutdown) => return Err(TransportError::Lost(shutdown.into())),
    };
    if let (Some(log), Some(end)) = (log, log_end)
        && let Err(Unsynced) = log.synced(end).await
    {
        return http_response(Answer::failed());
    }
    http_response(answer)
}

fn http_response(answer: Answer) -> Result<Response, TransportError> {
    let request_id = Uuid::new_v4().simple().to_string().to_ascii_uppercase();
    http::Response::builder()
        .status(answer.status)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amzn-requestid", request_id)
        .body(Body::from(answer.body))
        .map_err(|error| TransportError::Lost(error.into()))
}
