mod bounds;
mod failures;
mod peer;
mod proxies;
mod reuse;
mod tls;

use std::error::Error as _;

use bytes::Bytes;
use hyper_util::client::proxy::matcher::Matcher;

use super::super::transport::{Request, Response, Transport, TransportError};
use super::error::Cause;
use super::{Network, Settings};

fn network() -> Network {
    with(Settings::default())
}

fn with(settings: Settings) -> Network {
    Network::with_proxies(settings, Matcher::builder().build())
}

/// A request like one to DynamoDB.
fn request(url: &str, body: &str) -> Request {
    let request =
        http::Request::post(url).header("host", "dynamodb.test").header("x-amz-target", "DynamoDB_20120810.GetItem");
    request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()
}

async fn text(response: Response) -> Result<String, TransportError> {
    let bytes = response.into_body().collect(1 << 20).await?;
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

/// Sends a request and reads the answer.
async fn call(network: &Network, url: &str, body: &str) -> Result<String, TransportError> {
    text(network.send(request(url, body)).await?).await
}

/// Why a request was not sent.
fn not_sent<T>(result: Result<T, TransportError>) -> Cause {
    match result.err() {
        Some(TransportError::NotSent(cause)) => *cause.downcast().unwrap(),
        other => panic!("not what `NotSent` is: {other:?}"),
    }
}

/// Why an answer was lost.
fn lost<T>(result: Result<T, TransportError>) -> Cause {
    match result.err() {
        Some(TransportError::Lost(cause)) => *cause.downcast().unwrap(),
        other => panic!("not what `Lost` is: {other:?}"),
    }
}

/// All that an error tells.
fn told(error: &Cause) -> String {
    let mut told = vec![error.to_string(), format!("{error:?}")];
    let mut source = error.source();
    while let Some(cause) = source {
        told.extend([cause.to_string(), format!("{cause:?}")]);
        source = cause.source();
    }
    told.join(" ")
}

/// Lets other tasks and the sockets go on until a condition holds.
async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}
