//! What happens to a call before and after its handler.
//!
//! ```text
//! hyper -> http      refuse what is not gRPC, with an HTTP status
//!       -> method    look up the method
//!       -> admit     check headers and credentials, set the deadline, reserve memory
//!       -> receive   read and check the body, within its timeout and size limit
//!       -> admit     take a call slot: only complete requests count as calls in flight
//!       -> handlers  run tonic and the service, until the deadline
//!       -> response  send it in small chunks as the client reads them, until the deadline
//! ```
//!
//! Each step rejects a call before the next one spends anything on it.

mod http;
mod log;
mod method;
mod peer;
mod receive;
mod reflection;
mod response;

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

use self::method::{Kind, Methods};
pub(super) use self::peer::Peer;
use self::receive::receive;
use self::reflection::RequestLimit;
use self::response::{Context, ResponseBody};
use super::attempts;
use super::auth::Authenticator;
use super::connection::Stream;
use super::deadline::Time;
#[cfg(feature = "faults")]
use super::faults::{self, Faults};
use super::refusals::{Refusals, Refused};
use super::rejection::{add_error_info, interrupted, without_write_outcome};
use super::telemetry::caller_scope;
use crate::config::{Auth, Limits};
use crate::memory::{self, Account, Full, Pool};
use crate::service::{CallName, Repeated};
use crate::wire::prescan;
use crate::wire::status::{self, Access, Reason, status};

/// Memory of a call before its handler runs: its task, its stream and its stored headers.
const CALL_BYTES: usize = 8 << 10;

/// The layer around the handlers that every call passes.
#[derive(Debug, Clone)]
pub(super) struct Calls<S> {
    handlers: S,
    admission: Arc<Admission>,
}

/// The calls of one connection.
#[derive(Debug, Clone)]
pub(super) struct PeerCalls<S> {
    calls: Calls<S>,
    peer: Arc<Peer>,
}

#[derive(Debug)]
struct Admission {
    authenticator: Authenticator,
    methods: Methods,
    memory: Pool,
    slots: Pool,
    limits: Limits,
    refusals: Refusals,
    #[cfg(feature = "faults")]
    faults: Faults,
}

/// The call that is being handled.
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
        let slots = usize::try_from(limits.max_in_flight_calls).unwrap_or(usize::MAX);
        let admission = Admission {
            authenticator: Authenticator::new(auth),
            methods: Methods::compiled()?,
            memory,
            slots: Pool::new(slots, slots),
            limits: limits.clone(),
            refusals,
            #[cfg(feature = "faults")]
            faults: Faults::default(),
        };
        Ok(Self { handlers, admission: Arc::new(admission) })
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
        // At `debug` and below, the libraries' lines need the call's span.
        let span = if LevelFilter::current() >= LevelFilter::DEBUG { name.span() } else { Span::none() };
        let kind = self.admission.methods.kind(request.uri().path());
        let call = Call { name: &name, kind, peer: &peer, stream: &stream };
        let admitted = self.admit(request, &call, begun).instrument(span).await;
        let mut response = admitted.unwrap_or_else(Status::into_http);
        if kind.access() == Some(Access::Read) {
            response = without_write_outcome(response);
        } else if is_repeated {
            response = attempts::cover_earlier_attempts(response);
        }
        log::line(&name, &response, begun.elapsed());
        response.headers_mut().insert(log::REQUEST_ID, id);
        response
    }

    /// Passes the call to its handler, or refuses it.
    async fn admit(
        self,
        mut request: Request<Incoming>,
        call: &Call<'_>,
        begun: Instant,
    ) -> Result<Response<Body>, Status> {
        let admission = Arc::clone(&self.admission);
        let header_bytes = http::header_bytes(&request);
        if header_bytes > admission.limits.header_list_bytes() {
            return Err(
                admission.refuse(Refused::Headers, status::headers_too_large(admission.limits.max_header_list_bytes))
            );
        }
        if matches!(call.kind, Kind::Unknown) {
            return Err(status(Reason::Unimplemented, "this server has no such method"));
        }
        if call.kind.needs_credentials()
            && let Some(principal) = admission.authenticator.check(request.headers())?
        {
            request.extensions_mut().insert(principal);
        }
        let time = Time::of(request.headers(), admission.limits.default_deadline, admission.limits.max_deadline, begun)
            .map_err(|_| status(Reason::MalformedMessage, "the grpc-timeout header is malformed"))?;
        request.extensions_mut().insert(time.work);

        let probe =
            call.peer.probe(call.kind).map_err(|refused| admission.refuse(refused, too_many_probes(call.kind)))?;
        let mut hold = match probe {
            // Probes are few and small and must work while the server is overloaded, so no limit applies.
            Some(_) => call.peer.memory().force_reserve(CALL_BYTES),
            None => {
                call.peer.memory().try_reserve(CALL_BYTES + header_bytes).map_err(|full| admission.no_memory(full))?
            }
        };
        let (parts, body) = request.into_parts();
        let too_large = Arc::default();
        let body = match call.kind {
            Kind::Reflection => Body::new(RequestLimit::new(body, Arc::clone(&too_large))),
            Kind::Unknown | Kind::Check | Kind::Watch | Kind::Call(_) => {
                let until = time.answer.min(begun + admission.limits.body_timeout);
                let received = receive(body, call.kind, &mut hold, until).await;
                received.map_err(|refused| admission.refuse_body(refused, call.peer))?
            }
        };
        let slot = match probe {
            Some(_) => None,
            None => Some(call.peer.slots().try_reserve(1).map_err(|full| admission.no_slot(full))?),
        };
        let account = Account::new(hold);

        #[cfg(feature = "faults")]
        let fault = admission.faults.of(&parts.headers)?;
        let executed = self.execute(Request::from_parts(parts, body), time.answer, call.name);
        let executed = memory::scope(account.clone(), executed);
        #[cfg(feature = "faults")]
        let executed = faults::meet(fault, executed);
        let response = executed.await?;
        if !matches!(call.kind, Kind::Watch) {
            call.stream.respond_until(time.deadline);
        }
        let held = (slot, probe);
        let context = Context { kind: call.kind, caller: call.peer.id(), stream: Arc::clone(call.stream), too_large };
        Ok(response.map(|body| Body::new(ResponseBody::new(body, context, account, held))))
    }

    /// Calls the handler and waits for its response until the deadline.
    async fn execute(self, request: Request<Body>, until: Instant, name: &CallName) -> Result<Response<Body>, Status> {
        let handled = AssertUnwindSafe(self.handlers.oneshot(request)).catch_unwind();
        match timeout_at(until, handled).await {
            Ok(Ok(Ok(response))) => Ok(add_error_info(response)),
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(_)) => Err(name.span().in_scope(panicked)),
            Err(_) => Err(interrupted(Reason::DeadlineExceeded, "the time of the call is used up")),
        }
    }
}

impl Admission {
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
                peer.cancelled_early();
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

    fn no_slot(&self, full: Full) -> Status {
        let refused = match full {
            Full::Server => Refused::Calls,
            Full::Connection => Refused::ConnectionCalls,
        };
        self.refuse(refused, status::overloaded(full, "a call slot"))
    }
}

fn too_many_probes(kind: Kind) -> Status {
    let message = format!("this connection already has {} such calls", peer::max_probes(kind));
    status::overloaded_with(Full::Connection, message)
}

/// Contains a panic to its call; others on the connection go on. The panic hook has logged where it happened. The
/// message may contain a key, so nobody gets to see it.
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
