//! A process that answers like DynamoDB as cheaply as possible: it stores nothing and computes the value of every key.

mod answer;
mod delay;
pub(crate) mod items;
mod request;

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use self::delay::Delay;
use crate::keyspace::Values;
use crate::process::{announce, until_parent_exits};

/// DynamoDB's checksum of the body.
const CHECKSUM: HeaderName = HeaderName::from_static("x-amz-crc32");

/// Runs a stub of DynamoDB.
#[derive(Debug, clap::Args)]
pub(crate) struct Stub {
    /// Median delay of a key in milliseconds; 0 for none
    #[arg(long, default_value_t = 0.0)]
    median_ms: f64,
    /// Standard deviation of the delay's logarithm
    #[arg(long, default_value_t = crate::plan::DELAY_SIGMA)]
    sigma: f64,
    /// Seed of the delays
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Stub {
    /// Serves until the parent process exits.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let delay = Delay::new(self.median_ms, self.sigma, self.seed)?;
        let endpoint = Arc::new(Endpoint { values: Values::new(), delay });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        announce(listener.local_addr()?)?;
        tokio::select! {
            never = accept(listener, endpoint) => match never? {},
            () = until_parent_exits() => Ok(()),
        }
    }
}

struct Endpoint {
    values: Values,
    delay: Delay,
}

async fn accept(listener: TcpListener, endpoint: Arc<Endpoint>) -> anyhow::Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, Arc::clone(&endpoint)));
    }
}

async fn serve(stream: TcpStream, endpoint: Arc<Endpoint>) {
    let service = service_fn(|request| endpoint.respond(request));
    // A client that disconnects is not an error.
    let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

impl Endpoint {
    async fn respond(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
        let (head, body) = request.into_parts();
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let action = target.rsplit('.').next().unwrap_or_default();
        let body = body.collect().await?.to_bytes();
        let (status, body) = match answer::answer(action, &body, &self.values) {
            Ok(answer) => {
                if let Some(delay) = self.delay.draw(answer.keys) {
                    tokio::time::sleep(delay).await;
                }
                (StatusCode::OK, answer.body)
            }
            Err(error) => {
                eprintln!("stub: {action}: {error:#}");
                let body = br#"{"__type":"com.amazon.coral.validate#ValidationException","message":"not acceptable"}"#;
                (StatusCode::BAD_REQUEST, body.to_vec())
            }
        };
        // The SDK for Go compares it with what arrives.
        let checksum = crc32fast::hash(&body);
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
        response.headers_mut().insert(CHECKSUM, HeaderValue::from(checksum));
        Ok(response)
    }
}
