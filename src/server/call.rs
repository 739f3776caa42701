//! The life of a call before and after its handler.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Service, ServiceExt};
use tracing::level_filters::LevelFilter;
use tracing::{Instrument, Level, Span};

use super::attempts;
use super::auth::Authenticator;
use super::deadline::Time;
#[cfg(feature = "faults")]
use super::faults::{self, Faults};
use super::rejection::{explain, interrupted};
use crate::config::{Auth, Limits};
use crate::service::{CallName, Repeated};
use crate::wire::status::{Reason, status};

/// Names a call in the log. Taken from the request if a proxy has set it, and sent back with the answer.
const REQUEST_ID: &str = "x-request-id";
const MAX_REQUEST_ID: usize = 128;

/// Orchestrators ask for health without a credential, and above all while the server is overloaded.
const HEALTH: &str = "/grpc.health.v1.Health/";

/// What every call passes on its way to the handlers: authentication, the limit of calls in flight and the deadline.
#[derive(Debug, Clone)]
pub(super) struct Calls<S> {
    handlers: S,
    gate: Arc<Gate>,
}

#[derive(Debug)]
struct Gate {
    authenticator: Authenticator,
    in_flight: Arc<Semaphore>,
    default_deadline: Duration,
    #[cfg(feature = "faults")]
    faults: Faults,
}

impl<S> Calls<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    pub(super) fn new(handlers: S, auth: &Auth, limits: &Limits) -> Self {
        let in_flight = usize::try_from(limits.max_in_flight_calls).unwrap_or(Semaphore::MAX_PERMITS);
        let gate = Gate {
            authenticator: Authenticator::new(auth),
            in_flight: Arc::new(Semaphore::new(in_flight.min(Semaphore::MAX_PERMITS))),
            default_deadline: limits.default_deadline,
            #[cfg(feature = "faults")]
            faults: Faults::default(),
        };
        Self { handlers, gate: Arc::new(gate) }
    }

    async fn answer(self, mut request: Request<Body>) -> Response<Body> {
        let begun = Instant::now();
        let id = request_id(request.headers());
        let method = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        let name = CallName::new(method, id.clone());
        request.extensions_mut().insert(name.clone());
        let is_repeated = attempts::is_repeated(request.headers());
        if is_repeated {
            request.extensions_mut().insert(Repeated);
        }
        // Who wants to see what libraries do wants to see for which call.
        let span = if LevelFilter::current() >= LevelFilter::DEBUG { name.span() } else { Span::none() };
        let mut response = self.admit(request, &name).instrument(span).await.unwrap_or_else(Status::into_http);
        if is_repeated {
            response = attempts::speak_for_all(response);
        }
        log(&name, &response, begun.elapsed());
        response.headers_mut().insert(REQUEST_ID, id);
        response
    }

    /// Lets the call through to its handler, or says why not.
    async fn admit(self, mut request: Request<Body>, name: &CallName) -> Result<Response<Body>, Status> {
        let gate = Arc::clone(&self.gate);
        let permit = if request.uri().path().starts_with(HEALTH) {
            None
        } else {
            if let Some(principal) = gate.authenticator.check(request.headers())? {
                request.extensions_mut().insert(principal);
            }
            let overloaded = |_| status(Reason::Overloaded, "the server has too many calls in flight");
            Some(Arc::clone(&gate.in_flight).try_acquire_owned().map_err(overloaded)?)
        };
        let time = Time::of(request.headers(), gate.default_deadline, Instant::now())
            .map_err(|_| status(Reason::MalformedMessage, "the grpc-timeout header is malformed"))?;
        request.extensions_mut().insert(time.work);

        #[cfg(feature = "faults")]
        let fault = gate.faults.of(request.headers())?;
        let call = self.carry_out(request, time.answer, name);
        #[cfg(feature = "faults")]
        let call = faults::meet(fault, call);
        // A streamed answer is in flight until its last message is sent.
        Ok(call.await?.map(|body| {
            Body::new(body.map_frame(move |frame| {
                let _held = &permit;
                frame
            }))
        }))
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

impl<S> hyper::service::Service<Request<Incoming>> for Calls<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let request = request.map(Body::new);
        Box::pin(self.clone().answer(request).map(Ok))
    }
}

/// A panic ends its call, not the connection with all the others on it. The panic hook has printed where it happened;
/// its message may hold a key and goes no further.
fn panicked() -> Status {
    tracing::error!("a handler panicked");
    interrupted(Reason::InternalError, "internal error")
}

fn request_id(headers: &HeaderMap) -> HeaderValue {
    let is_usable =
        |value: &&HeaderValue| value.len() <= MAX_REQUEST_ID && value.as_bytes().iter().all(u8::is_ascii_graphic);
    let fresh = || HeaderValue::from_str(&uuid::Uuid::new_v4().to_string());
    match headers.get(REQUEST_ID).filter(is_usable) {
        Some(given) if !given.is_empty() => given.clone(),
        Some(_) | None => fresh().unwrap_or_else(|_| HeaderValue::from_static("none")),
    }
}

/// One line for each call. An answer is logged when it begins; the code of one that streams is not known by then.
fn log(name: &CallName, response: &Response<Body>, took: Duration) {
    let code = Status::from_header_map(response.headers()).map_or(Code::Ok, |status| status.code());
    if code == Code::Ok && !tracing::enabled!(Level::DEBUG) {
        return;
    }
    let span = &name.span();
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match code {
        Code::Ok => tracing::debug!(parent: span, ?code, ms, "call"),
        Code::Internal | Code::Unknown | Code::DataLoss => tracing::error!(parent: span, ?code, ms, "call"),
        _ => tracing::info!(parent: span, ?code, ms, "call"),
    }
}
