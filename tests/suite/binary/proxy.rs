//! An HTTP proxy in front of DynamoDB Local, which can delay calls, lose them, or be unreachable.
//!
//! The faults of `support` are inside the service; a separate process only meets faults on the network.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::support::dynamodb_local::DynamoDbLocal;

/// What happens to a call.
enum Fate {
    /// DynamoDB never receives it.
    LoseRequest,
    /// DynamoDB executes it, but the response is lost.
    LoseAnswer,
    /// DynamoDB's answer of a table with too little capacity, instead of its own.
    Throttle,
    /// It waits here until it is released.
    Hold { arrived: oneshot::Sender<()>, released: oneshot::Receiver<()> },
}

/// Assigns a fate to a call of an operation.
struct Rule {
    operation: &'static str,
    /// How many calls pass before it.
    passing: usize,
    fate: Fate,
}

/// The test's handle of the proxy, which lives as long as the test.
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    upstream: String,
    client: Client<HttpConnector, Full<Bytes>>,
    rules: Mutex<Vec<Rule>>,
    unplugged: AtomicBool,
}

/// A call that the proxy delays, now or when it arrives.
pub(crate) struct Held {
    arrived: oneshot::Receiver<()>,
    release: oneshot::Sender<()>,
}

impl Held {
    /// Waits until the call is here.
    pub(crate) async fn arrived(&mut self) {
        (&mut self.arrived).await.unwrap();
    }

    /// Lets the call through.
    pub(crate) fn release(self) {
        self.release.send(()).unwrap();
    }
}

impl Proxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            upstream: DynamoDbLocal::shared().await.endpoint_url().to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
            rules: Mutex::default(),
            unplugged: AtomicBool::new(false),
        });
        tokio::spawn(accept(listener, Arc::clone(&state)));
        Self { address, state }
    }

    pub(crate) fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on no call gets a response.
    pub(crate) fn unplug(&self) {
        self.state.unplugged.store(true, Ordering::SeqCst);
    }

    pub(crate) fn plug_in(&self) {
        self.state.unplugged.store(false, Ordering::SeqCst);
    }

    /// The connection breaks before the next call of this operation reaches DynamoDB.
    pub(crate) fn lose_request(&self, operation: &'static str) {
        self.rule(operation, Fate::LoseRequest);
    }

    /// The connection breaks after DynamoDB has executed the next call of this operation.
    pub(crate) fn lose_answer(&self, operation: &'static str) {
        self.rule(operation, Fate::LoseAnswer);
    }

    /// So many calls of this operation are throttled.
    pub(crate) fn throttle(&self, operation: &'static str, calls: usize) {
        (0..calls).for_each(|_| self.rule(operation, Fate::Throttle));
    }

    /// Calls of this operation that have not come yet get no fate of their own.
    pub(crate) fn forget(&self, operation: &'static str) {
        self.state.rules.lock().unwrap().retain(|rule| rule.operation != operation);
    }

    /// How many of them have not come yet.
    pub(crate) fn left(&self, operation: &'static str) -> usize {
        self.state.rules.lock().unwrap().iter().filter(|rule| rule.operation == operation).count()
    }

    /// The next call of this operation waits here.
    pub(crate) fn hold(&self, operation: &'static str) -> Held {
        self.hold_after(operation, 0)
    }

    /// The call of this operation after so many others waits here.
    pub(crate) fn hold_after(&self, operation: &'static str, passing: usize) -> Held {
        let (tell, arrived) = oneshot::channel();
        let (release, released) = oneshot::channel();
        self.rule_after(operation, passing, Fate::Hold { arrived: tell, released });
        Held { arrived, release }
    }

    fn rule(&self, operation: &'static str, fate: Fate) {
        self.rule_after(operation, 0, fate);
    }

    fn rule_after(&self, operation: &'static str, passing: usize, fate: Fate) {
        self.state.rules.lock().unwrap().push(Rule { operation, passing, fate });
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
        async move { state.answer(request).await }
    });
    let _broken = http1::Builder::new().serve_connection(TokioIo::new(stream), handler).await;
}

impl State {
    async fn answer(&self, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let request = Request::from_parts(parts, Full::new(body));
        if self.unplugged.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        match self.fate(&request) {
            None => self.forward(request).await,
            Some(Fate::LoseRequest) => Err(io::ErrorKind::ConnectionReset.into()),
            Some(Fate::LoseAnswer) => {
                self.forward(request).await?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
            Some(Fate::Throttle) => Ok(throttled()),
            Some(Fate::Hold { arrived, released }) => {
                arrived.send(()).map_err(|()| io::ErrorKind::BrokenPipe)?;
                released.await.map_err(io::Error::other)?;
                self.forward(request).await
            }
        }
    }

    fn fate(&self, request: &Request<Full<Bytes>>) -> Option<Fate> {
        let target = request.headers().get("x-amz-target")?.to_str().unwrap();
        let (_, operation) = target.split_once('.').unwrap();
        let mut rules = self.rules.lock().unwrap();
        let index = rules.iter().position(|rule| rule.operation == operation)?;
        match &mut rules[index].passing {
            0 => Some(rules.remove(index).fate),
            passing => {
                *passing -= 1;
                None
            }
        }
    }

    async fn forward(&self, mut request: Request<Full<Bytes>>) -> io::Result<Response<Full<Bytes>>> {
        let uri = format!("{}{}", self.upstream, request.uri().path());
        *request.uri_mut() = uri.parse::<Uri>().map_err(io::Error::other)?;
        let (parts, body) = self.client.request(request).await.map_err(io::Error::other)?.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        Ok(Response::from_parts(parts, Full::new(body)))
    }
}

fn throttled() -> Response<Full<Bytes>> {
    let body =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"too much"}"#;
    let response = Response::builder().status(400).header("content-type", "application/x-amz-json-1.0");
    response.body(Full::from(body)).unwrap()
}
