//! DynamoDB as two servers see it: one backend over HTTP, and faults on the way.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::backend::{Answer, Backend};
use super::batches;
use super::ledger::Ledger;
use super::pause;
use super::settings::{LATEST, Settings, Wrong};

const PREFIX: &str = "DynamoDB_20120810.";

/// The calls that meet faults. The others teach the server its table.
const FAULTY: [&str; 7] =
    ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchGetItem", "BatchWriteItem", "TransactWriteItems"];

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    Answered,
    LostAnswer,
    LostRequest,
    LateRequest,
    ErrorBefore,
    ErrorAfter,
    Throttle,
}

/// The endpoint. It lives as long as the test.
pub(super) struct Upstream {
    pub(super) address: SocketAddr,
    state: Arc<State>,
}

struct State {
    backend: Backend,
    settings: Settings,
    random: Mutex<fastrand::Rng>,
    ledger: Arc<Ledger>,
    fates: Mutex<BTreeMap<(String, Fate), usize>>,
    /// For stale reads: the first answer to each request.
    earlier: Mutex<HashMap<Bytes, Bytes>>,
}

struct Call {
    action: String,
    headers: HeaderMap,
    body: Bytes,
    received: Instant,
}

impl Upstream {
    pub(super) async fn start(backend: Backend, settings: Settings, ledger: Arc<Ledger>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let random = Mutex::new(fastrand::Rng::with_seed(settings.seed));
        let state = State { backend, settings, random, ledger, fates: Mutex::default(), earlier: Mutex::default() };
        let state = Arc::new(state);
        tokio::spawn(accept(listener, Arc::clone(&state)));
        Self { address, state }
    }

    /// How often each fate struck, for the report.
    pub(super) fn fates(&self) -> String {
        let mut sums = BTreeMap::<Fate, usize>::new();
        let mut actions = BTreeMap::<String, usize>::new();
        for ((action, fate), count) in &*self.state.fates.lock().unwrap() {
            *sums.entry(*fate).or_default() += count;
            *actions.entry(action.clone()).or_default() += count;
        }
        format!("calls to DynamoDB {actions:?}, their fates {sums:?}")
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&state)));
    }
}

/// An error of the handler closes the connection without a response.
async fn serve(stream: TcpStream, state: Arc<State>) {
    let handler = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { state.respond(request).await }
    });
    let _broken = http1::Builder::new().serve_connection(TokioIo::new(stream), handler).await;
}

impl State {
    async fn respond(self: Arc<Self>, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let received = Instant::now();
        let (head, body) = request.into_parts();
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let action = target.strip_prefix(PREFIX).unwrap_or_default().to_owned();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        // In a task of its own: a call that has arrived is carried out also if its caller is killed.
        let answer =
            tokio::spawn(self.meet_its_fate(Call { action, headers: head.headers, body, received })).await.unwrap()?;
        let response = Response::builder()
            .status(answer.status)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amzn-requestid", "HISTORY");
        Ok(response.body(Full::new(answer.body)).unwrap())
    }

    async fn meet_its_fate(self: Arc<Self>, call: Call) -> io::Result<Answer> {
        let lost = Err(io::ErrorKind::ConnectionReset.into());
        let fate = self.draw(&call);
        *self.fates.lock().unwrap().entry((call.action.clone(), fate)).or_default() += 1;
        match fate {
            Fate::Answered => Ok(self.carry_out(call).await),
            Fate::LostAnswer => {
                self.carry_out(call).await;
                lost
            }
            Fate::LostRequest => lost,
            Fate::LateRequest => {
                let delay = LATEST.mul_f64(self.random.lock().unwrap().f64());
                tokio::spawn(async move {
                    pause(delay).await;
                    self.carry_out(call).await;
                });
                lost
            }
            Fate::ErrorBefore => Ok(error(500, "InternalServerError")),
            Fate::ErrorAfter => {
                self.carry_out(call).await;
                Ok(error(500, "InternalServerError"))
            }
            Fate::Throttle => Ok(throttle(&call.action)),
        }
    }

    fn draw(&self, call: &Call) -> Fate {
        let fractions = self.settings.fractions;
        let drawn = self.random.lock().unwrap().f64();
        if !FAULTY.contains(&call.action.as_str()) {
            return Fate::Answered;
        }
        let is_ambiguous_allowed = self.settings.repeats || !is_plain_write(call);
        let fates = [
            (fractions.throttle, Fate::Throttle),
            (fractions.lost_answer, Fate::LostAnswer),
            (fractions.lost_request, Fate::LostRequest),
            (fractions.late_request, Fate::LateRequest),
            (fractions.error / 2.0, Fate::ErrorBefore),
            (fractions.error / 2.0, Fate::ErrorAfter),
        ];
        let mut reached = 0.0;
        for (fraction, fate) in fates {
            reached += fraction;
            if drawn < reached {
                return if fate == Fate::Throttle || is_ambiguous_allowed { fate } else { Fate::Answered };
            }
        }
        Fate::Answered
    }

    async fn carry_out(&self, mut call: Call) -> Answer {
        if self.settings.wrong.is_some() {
            return self.carry_out_wrongly(call).await;
        }
        let unprocessed = {
            let mut random = self.random.lock().unwrap();
            batches::take_unprocessed(&call.action, &mut call.body, self.settings.fractions.unprocessed, &mut random)
        };
        let answer = self.send(&call).await;
        Answer { body: batches::with_unprocessed(&call.action, answer.body, unprocessed), ..answer }
    }

    /// Sends the call, and records what it did.
    async fn send(&self, call: &Call) -> Answer {
        let began = Instant::now();
        let answer = self.backend.send(&call.headers, &call.body).await;
        if answer.status == 200 {
            self.ledger.record(&call.action, &call.body, &answer.body, call.received, began);
        }
        answer
    }

    /// Does every tenth call of a kind wrong.
    async fn carry_out_wrongly(&self, mut call: Call) -> Answer {
        let is_tenth = self.random.lock().unwrap().f64() < 0.1;
        match (self.settings.wrong, call.action.as_str()) {
            (Some(Wrong::StaleRead), "GetItem") => {
                let earlier = self.earlier.lock().unwrap().get(&call.body).cloned();
                if let Some(body) = earlier.filter(|_| is_tenth) {
                    return Answer { status: 200, body };
                }
                let answer = self.send(&call).await;
                if answer.status == 200 {
                    self.earlier.lock().unwrap().entry(call.body).or_insert_with(|| answer.body.clone());
                }
                answer
            }
            (Some(Wrong::LostWrite), "PutItem" | "BatchWriteItem") if is_tenth => {
                Answer { status: 200, body: Bytes::from_static(b"{}") }
            }
            (Some(Wrong::NoCondition), "PutItem") if is_tenth => {
                call.body = without_condition(&call.body);
                self.send(&call).await
            }
            (Some(Wrong::SecondIncrement), "UpdateItem") if is_tenth => {
                let answer = self.send(&call).await;
                if answer.status == 200 {
                    call.body = without_condition(&call.body);
                    self.send(&call).await;
                }
                answer
            }
            _ => self.send(&call).await,
        }
    }
}

/// The same call with a condition that always holds. It still names all its names and values, as DynamoDB demands.
fn without_condition(body: &Bytes) -> Bytes {
    let mut json: Value = serde_json::from_slice(body).unwrap();
    if let Some(condition) = json["ConditionExpression"].as_str() {
        json["ConditionExpression"] = format!("attribute_exists(pk) OR attribute_not_exists(pk) OR {condition}").into();
    }
    json.to_string().into()
}

/// A Set or Delete without a condition: the writes that are sent again after a lost answer.
fn is_plain_write(call: &Call) -> bool {
    let has_condition = || call.body.windows(19).any(|part| part == b"ConditionExpression");
    match call.action.as_str() {
        "BatchWriteItem" => true,
        "PutItem" | "DeleteItem" => !has_condition(),
        _ => false,
    }
}

/// A throttle of the key range, as DynamoDB answers for few hot keys. One without this reason would be the table's, which the
/// server then paces: it would make few calls, and they would meet few of the other faults.
fn throttle(action: &str) -> Answer {
    let read_or_write = if action.contains("Get") { "Read" } else { "Write" };
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        "message": "a fault of the test",
        "ThrottlingReasons": [{
            "reason": format!("Table{read_or_write}KeyRangeThroughputExceeded"),
            "resource": "arn:aws:dynamodb:us-east-1:000000000000:table/histories",
        }],
    });
    Answer { status: 400, body: body.to_string().into() }
}

fn error(status: u16, code: &str) -> Answer {
    let body =
        json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "a fault of the test" });
    Answer { status, body: body.to_string().into() }
}
