//! A stub of DynamoDB that stores items and misbehaves as it is told.

mod bucket;
mod call;
mod counts;
mod items;
mod mode;
mod queue;

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use self::call::{Action, Call};
pub(super) use self::counts::Counted;
use self::counts::Counts;
use self::items::{ConditionFailed, Items};
use self::mode::Verdict;
pub(super) use self::mode::{Fault, Mode, Unit};

/// The server's table.
pub(super) const TABLE: &str = "bench";

/// How long each call takes at least.
const LATENCY: Duration = Duration::from_millis(5);

/// A running stub, which ends on drop.
#[derive(Debug)]
pub(super) struct Upstream {
    pub(super) address: String,
    state: Arc<State>,
    accepting: AbortHandle,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    items: Items,
    counts: Counts,
}

impl Upstream {
    pub(super) async fn start(mode: Mode) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let state = Arc::new(State { mode, items: Items::default(), counts: Counts::default() });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state))).abort_handle();
        Ok(Self { address, state, accepting })
    }

    /// Stores an entry with this key.
    pub(super) fn store(&self, key: String) {
        self.state.items.store(key);
    }

    pub(super) fn mode(&self) -> &Mode {
        &self.state.mode
    }

    /// What was asked so far.
    pub(super) fn counts(&self) -> Counted {
        self.state.counts.so_far()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&state)));
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    // Without it a small answer only comes later.
    let _set = stream.set_nodelay(true);
    let service = service_fn(|request| respond(request, Arc::clone(&state)));
    // A client that disconnects is not an error; a lost answer is.
    let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// An error cuts the connection.
async fn respond(request: Request<Incoming>, state: Arc<State>) -> anyhow::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let target = head.headers.get("x-amz-target").context("no action")?.to_str()?;
    let call = Call::parse(target, &body.collect().await?.to_bytes());
    let call = call.inspect_err(|error| eprintln!("upstream: {target}: {error:#}"))?;
    let action = call.action;
    let (answers, answer) = oneshot::channel();
    // Like DynamoDB's, a call goes on when its client has gone.
    tokio::spawn(async move {
        let (status, body) = state.answer(&call).await;
        if answers.send((status, body)).is_err() {
            state.counts.change(action, |count| count.abandoned += 1);
        }
    });
    let (status, body) = answer.await?;
    let mut response = Response::new(Full::new(Bytes::from(body.context("its answer is lost")?.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    Ok(response)
}

impl State {
    /// The answer, if there is one.
    async fn answer(&self, call: &Call) -> (StatusCode, Option<Value>) {
        self.counts.change(call.action, |count| count.calls += 1);
        let verdict = match call.action {
            Action::DescribeTable | Action::DescribeTimeToLive => Verdict::Served(Vec::new()),
            _ => self.mode.judge(call).await,
        };
        sleep(LATENCY).await;
        match verdict {
            Verdict::Served(parts) => {
                let done = parts.iter().filter(|is_done| **is_done).count() as u64;
                self.counts.change(call.action, |count| {
                    count.served += 1;
                    count.items += done;
                });
                self.carry_out(call, &parts)
            }
            Verdict::Lost => {
                self.counts.change(call.action, |count| count.lost += 1);
                let (status, _lost) = self.carry_out(call, &vec![true; call.parts.len()]);
                (status, None)
            }
            Verdict::Throttled { is_hot_key } => {
                self.counts.change(call.action, |count| count.throttled += 1);
                (StatusCode::BAD_REQUEST, Some(throttled(call.action, is_hot_key)))
            }
            Verdict::Failed => {
                self.counts.change(call.action, |count| count.failed += 1);
                let body = error("InternalServerError", "The request processing has failed.");
                (StatusCode::INTERNAL_SERVER_ERROR, Some(body))
            }
            Verdict::Hangs { beside } => {
                self.counts.change(call.action, |count| {
                    count.hanging += 1;
                    count.beside += beside;
                });
                pending().await
            }
        }
    }

    fn carry_out(&self, call: &Call, parts: &[bool]) -> (StatusCode, Option<Value>) {
        match self.items.carry_out(call, parts) {
            Ok(body) => (StatusCode::OK, Some(body)),
            Err(ConditionFailed(old)) => {
                let mut body = error("ConditionalCheckFailedException", "The conditional request failed");
                if let Some(fields) = body.as_object_mut() {
                    fields.insert("Item".to_owned(), old);
                }
                (StatusCode::BAD_REQUEST, Some(body))
            }
        }
    }
}

fn error(name: &str, message: &str) -> Value {
    json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": message})
}

fn throttled(action: Action, is_hot_key: bool) -> Value {
    let way = match action {
        Action::PutItem | Action::BatchWriteItem => "Write",
        _ => "Read",
    };
    let what = if is_hot_key { "KeyRange" } else { "Provisioned" };
    let message = "The level of configured provisioned throughput for the table was exceeded. Consider increasing your \
                   provisioning level with the UpdateTable API.";
    let mut body = error("ProvisionedThroughputExceededException", message);
    if let Some(fields) = body.as_object_mut() {
        let reason = format!("Table{way}{what}ThroughputExceeded");
        let resource = format!("arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}");
        fields.insert("ThrottlingReasons".to_owned(), json!([{"reason": reason, "resource": resource}]));
    }
    body
}
