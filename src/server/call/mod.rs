//! The life of a call before and after its handler.
//!
//! ```text
//! hyper -> http      anything but a gRPC call is refused as HTTP does it
//!       -> method    which method it is, and what that takes
//!       -> admit     headers, credentials, deadline, a share of the memory
//!       -> receive   the body, looked at while it arrives, within its time and its size
//!       -> admit     a place among the calls in flight: only a complete request takes one
//!       -> handlers  tonic and the service, until the deadline
//!       -> answer    in small pieces, each as the client takes it, until the deadline
//! ```
//!
//! Each step refuses before the next one spends anything.

mod answer;
mod http;
mod log;
mod method;
mod peer;
mod questions;
mod receive;

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use ::http::uri::PathAndQuery;
use ::http::{Request, Response};
use futures_util::FutureExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};
use tonic::Status;
use tonic::body::Body;
use tower::{Service, ServiceExt};
use tracing::level_filters::LevelFilter;
use tracing::{Instrument, Span};

use self::answer::{Answer, Context};
use self::method::{Kind, Methods};
pub(super) use self::peer::Peer;
use self::questions::Questions;
use self::receive::receive;
use super::attempts;
use super::auth::Authenticator;
use super::connection::Stream;
use super::deadline::Time;
#[cfg(feature = "faults")]
use super::faults::{self, Faults};
use super::refusals::{Refusals, Refused};
use super::rejection::{explain, interrupted, of_read};
use super::telemetry::caller_scope;
use crate::config::{Auth, Limits};
use crate::memory::{self, Account, Full, Pool};
use crate::service::{CallName, Repeated};
use crate::wire::prescan;
use crate::wire::status::{self, Access, Reason, status};

/// What a call takes before its handler runs: its task, its stream and its headers as they are kept.
const CALL_BYTES: usize = 8 << 10;

/// What every call passes on its way to the handlers.
#[derive(Debug, Clone)]
pub(super) struct Calls<S> {
    handlers: S,
    gate: Arc<Gate>,
}

/// The calls of one connection.
#[derive(Debug, Clone)]
pub(super) struct PeerCalls<S> {
    calls: Calls<S>,
    peer: Arc<Peer>,
}

#[derive(Debug)]
struct Gate {
    authenticator: Authenticator,
    methods: Methods,
    memory: Pool,
    places: Pool,
    limits: Limits,
    refusals: Refusals,
    #[cfg(feature = "faults")]
    faults: Faults,
}

/// A call on its way.
struct Call<'a> {
    name: &'a CallName,
    kind: Kind,
    peer: &'a Peer,
    stream: &'a Arc<Stream>,
}

impl<S> Calls<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    pub(super) fn new(
        handlers: S,
        auth: &Auth,
        limits: &Limits,
        memory: Pool,
        refusals: Refusals,
    ) -> Result<Self, &'static prescan::Error> {
        let places = usize::try_from(limits.max_in_flight_calls).unwrap_or(usize::MAX);
        let gate = Gate {
            authenticator: Authenticator::new(auth),
            methods: Methods::compiled()?,
            memory,
            places: Pool::new(places, places),
            limits: limits.clone(),
            refusals,
            #[cfg(feature = "faults")]
            faults: Faults::default(),
        };
        Ok(Self { handlers, gate: Arc::new(gate) })
    }

    /// The calls of one connection.
    pub(super) fn of(self, peer: Peer) -> PeerCalls<S> {
        PeerCalls { calls: self, peer: Arc::new(peer) }
    }

    async fn answer(self, mut request: Request<Incoming>, peer: Arc<Peer>, stream: Arc<Stream>) -> Response<Body> {
        if let Some(refused) = http::refuse(&request) {
            return refused;
        }
        let begun = Instant::now();
        let id = log::request_id(request.headers());
        let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        let name = CallName::new(path, id.clone());
        request.extensions_mut().insert(name.clone());
        let is_repeated = attempts::is_repeated(request.headers());
        if is_repeated {
            request.extensions_mut().insert(Repeated);
        }
        // Who wants to see what libraries do wants to see for which call.
        let span = if LevelFilter::current() >= LevelFilter::DEBUG { name.span() } else { Span::none() };
        let kind = self.gate.methods.kind(request.uri().path());
        let call = Call { name: &name, kind, peer: &peer, stream: &stream };
        let admitted = self.admit(request, &call, begun).instrument(span).await;
        let mut response = admitted.unwrap_or_else(Status::into_http);
        if kind.access() == Some(Access::Read) {
            response = of_read(response);
        } else if is_repeated {
            response = attempts::speak_for_all(response);
        }
        log::line(&name, &response, begun.elapsed());
        response.headers_mut().insert(log::REQUEST_ID, id);
        response
    }

    /// Lets the call through to its handler, or says why not.
    async fn admit(
        self,
        mut request: Request<Incoming>,
        call: &Call<'_>,
        begun: Instant,
    ) -> Result<Response<Body>, Status> {
        let gate = Arc::clone(&self.gate);
        let header_bytes = http::header_bytes(&request);
        if header_bytes > gate.limits.header_list_bytes() {
            return Err(gate.refuse(Refused::Headers, status::headers_too_large(gate.limits.max_header_list_bytes)));
        }
        if matches!(call.kind, Kind::Unknown) {
            return Err(status(Reason::Unimplemented, "this server has no such method"));
        }
        if call.kind.needs_credentials()
            && let Some(principal) = gate.authenticator.check(request.headers())?
        {
            request.extensions_mut().insert(principal);
        }
        let time = Time::of(request.headers(), gate.limits.default_deadline, gate.limits.max_deadline, begun)
            .map_err(|_| status(Reason::MalformedMessage, "the grpc-timeout header is malformed"))?;
        request.extensions_mut().insert(time.work);

        let probe = call.peer.probe(call.kind).map_err(|refused| gate.refuse(refused, too_many_probes(call.kind)))?;
        let mut hold = match probe {
            // Few, small, and never refused for what others hold: whoever asks for health asks because of that.
            Some(_) => call.peer.memory().take_anyway(CALL_BYTES),
            None => call.peer.memory().take(CALL_BYTES + header_bytes).map_err(|full| gate.no_memory(full))?,
        };
        let (parts, body) = request.into_parts();
        let too_large = Arc::default();
        let body = match call.kind {
            Kind::Reflection => Body::new(Questions::new(body, Arc::clone(&too_large))),
            Kind::Unknown | Kind::Check | Kind::Watch | Kind::Call(_) => {
                let until = time.answer.min(begun + gate.limits.body_timeout);
                let received = receive(body, call.kind, &mut hold, until).await;
                received.map_err(|refused| gate.refuse_body(refused, call.peer))?
            }
        };
        let place = match probe {
            Some(_) => None,
            None => Some(call.peer.places().take(1).map_err(|full| gate.no_place(full))?),
        };
        let account = Account::new(hold);

        #[cfg(feature = "faults")]
        let fault = gate.faults.of(&parts.headers)?;
        let carried_out = self.carry_out(Request::from_parts(parts, body), time.answer, call.name);
        let carried_out = memory::scope(account.clone(), carried_out);
        #[cfg(feature = "faults")]
        let carried_out = faults::meet(fault, carried_out);
        let response = carried_out.await?;
        if !matches!(call.kind, Kind::Watch) {
            call.stream.answer_until(time.deadline);
        }
        let held = (place, probe);
        let context = Context { kind: call.kind, caller: call.peer.id(), stream: Arc::clone(call.stream), too_large };
        Ok(response.map(|body| Body::new(Answer::new(body, context, account, held))))
    }

    /// Calls the handler, and waits for it until then.
    async fn carry_out(
        self,
        request: Request<Body>,
        until: Instant,
        name: &CallName,
    ) -> Result<Response<Body>, Status> {
        let handled = AssertUnwindSafe(self.handlers.oneshot(request)).catch_unwind();
        match timeout_at(until, handled).await {
            Ok(Ok(Ok(response))) => Ok(explain(response)),
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(_)) => Err(name.span().in_scope(panicked)),
            Err(_) => Err(interrupted(Reason::DeadlineExceeded, "the time of the call is used up")),
        }
    }
}

impl Gate {
    fn refuse(&self, refused: Refused, status: Status) -> Status {
        self.refusals.count(refused);
        status
    }

    fn refuse_body(&self, refused: receive::Error, peer: &Peer) -> Status {
        match refused {
            receive::Error::Late(status) => self.refuse(Refused::Body, status),
            receive::Error::Refused(status) => self.refuse(Refused::Message, status),
            receive::Error::Full(full) => self.no_memory(full),
            receive::Error::Incomplete(status) => {
                peer.given_up();
                status
            }
        }
    }

    fn no_memory(&self, full: Full) -> Status {
        let refused = match full {
            Full::Server => Refused::Memory,
            Full::Connection => Refused::ConnectionMemory,
        };
        self.refuse(refused, status::overloaded(full, "memory for the call"))
    }

    fn no_place(&self, full: Full) -> Status {
        let refused = match full {
            Full::Server => Refused::Calls,
            Full::Connection => Refused::ConnectionCalls,
        };
        self.refuse(refused, status::overloaded(full, "a place among the calls in flight"))
    }
}

fn too_many_probes(kind: Kind) -> Status {
    let message = format!("this connection has {} such calls under way already", peer::most(kind));
    status::overloaded_because(Full::Connection, message)
}

/// A panic ends its call, not the connection with all the others on it. The panic hook has printed where it happened;
/// its message may hold a key and goes no further.
fn panicked() -> Status {
    tracing::error!("a handler panicked");
    interrupted(Reason::InternalError, "internal error")
}

impl<S> hyper::service::Service<Request<Incoming>> for PeerCalls<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let stream = self.peer.begin_stream();
        let answer = self.calls.clone().answer(request, Arc::clone(&self.peer), stream);
        Box::pin(caller_scope(self.peer.id(), answer).map(Ok))
    }
}
