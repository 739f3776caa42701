//! The layers that every call passes, with handlers of the test.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::sync::Notify;
use tonic::body::Body;
use tonic::codegen::Service;
use tower::service_fn;

use super::*;
use crate::driver::Deadline;

/// A server of the test's handlers, stopped on drop.
pub(super) struct Played {
    pub(super) listen: config::Listen,
    drain: tokio::sync::oneshot::Sender<Duration>,
    done: tokio::task::JoinHandle<()>,
}

pub(super) async fn play<S>(handlers: S, variables: &[(&str, &str)], runtime: Runtime) -> Played
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let config = config(variables);
    let refusals = Refusals::default();
    let calls =
        Calls::new(handlers, &config.auth, &config.limits, memory_of(&config.limits), refusals.clone()).unwrap();
    let mut connections = Connections::new(calls, None, &config.limits, &config.connections, runtime, refusals);
    let listener = Listener::bind(&config.listen).await.unwrap();
    let listen = listener.address().unwrap();
    let (drain, draining) = tokio::sync::oneshot::channel();
    let done = tokio::spawn(async move {
        let grace = tokio::select! {
            grace = draining => grace.unwrap(),
            never = connections.accept(&listener) => match never {},
        };
        drop(listener);
        connections.drain(grace).await;
    });
    Played { listen, drain, done }
}

/// A response with an empty message.
pub(super) fn empty() -> Response<Body> {
    let mut response =
        Response::new(Body::new(http_body_util::Full::from(&[0_u8; 5][..]).map_err(|never| match never {})));
    response.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
    response.headers_mut().insert("grpc-status", "0".parse().unwrap());
    response
}

/// Handlers that signal the arrival of a call and wait to be released.
#[derive(Clone, Default)]
struct Gated {
    arrived: Arc<Notify>,
    release: Arc<Notify>,
    finished: Arc<AtomicUsize>,
}

impl Gated {
    fn handlers(
        &self,
    ) -> impl Service<
        Request<Body>,
        Response = Response<Body>,
        Error = Infallible,
        Future = impl Future<Output = Result<Response<Body>, Infallible>> + Send,
    > + Clone
    + Send
    + Sync
    + 'static {
        let gated = self.clone();
        service_fn(move |_| {
            let gated = gated.clone();
            async move {
                gated.arrived.notify_one();
                gated.release.notified().await;
                gated.finished.fetch_add(1, Ordering::Relaxed);
                Ok(empty())
            }
        })
    }
}

async fn get(channel: Channel) -> Result<(), Status> {
    Client::new(channel).get(dynakv_client::pb::GetRequest::default()).await.map(drop)
}

#[tokio::test]
async fn a_call_in_flight_finishes_while_the_server_drains_and_nobody_new_gets_in() {
    let gated = Gated::default();
    let server = play(gated.handlers(), &[], runtime()).await;
    let call = tokio::spawn(get(connect(&server.listen).await));
    gated.arrived.notified().await;
    server.drain.send(Duration::from_mins(1)).unwrap();

    // The listener closes before the drain begins. Until then a connection may be accepted and closed at once.
    let endpoint = Endpoint::from_shared(format!("http://{}", server.listen)).unwrap();
    while let Ok(channel) = endpoint.connect().await {
        drop(channel);
        tokio::task::yield_now().await;
    }
    assert_eq!(gated.finished.load(Ordering::Relaxed), 0);
    gated.release.notify_one();
    call.await.unwrap().unwrap();
    server.done.await.unwrap();
}

#[tokio::test]
async fn what_is_in_flight_after_the_grace_time_is_cut() {
    let gated = Gated::default();
    let server = play(gated.handlers(), &[], runtime()).await;
    let call = tokio::spawn(get(connect(&server.listen).await));
    gated.arrived.notified().await;
    server.drain.send(Duration::ZERO).unwrap();
    server.done.await.unwrap();
    assert!(call.await.unwrap().is_err());
    assert_eq!(gated.finished.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_aged_connection_finishes_its_calls_and_is_replaced() {
    /// Ends sleeps of about the maximum age when the test says so.
    #[derive(Debug, Clone)]
    struct Aging(Arc<Notify>);
    impl AsyncSleep for Aging {
        fn sleep(&self, duration: Duration) -> Sleep {
            if !(Duration::from_secs(54)..=Duration::from_secs(66)).contains(&duration) {
                return Sleep::new(std::future::pending());
            }
            let aged = self.0.clone();
            Sleep::new(async move { aged.notified().await })
        }
    }
    let (gated, aged) = (Gated::default(), Arc::new(Notify::new()));
    let runtime = Runtime { sleep: SharedAsyncSleep::new(Aging(aged.clone())), ..Runtime::system() };
    let server = play(gated.handlers(), &[("DYNAKV__CONNECTIONS__MAX_AGE", "60s")], runtime).await;
    let channel = connect(&server.listen).await;
    let call = tokio::spawn(get(channel.clone()));
    gated.arrived.notified().await;
    aged.notify_one();
    gated.release.notify_one();
    call.await.unwrap().unwrap();
    // The client reconnects by itself.
    gated.release.notify_one();
    get(channel).await.unwrap();
}

#[tokio::test]
async fn more_calls_than_the_limit_are_shed_at_once() {
    let gated = Gated::default();
    let server = play(gated.handlers(), &[("DYNAKV__LIMITS__MAX_IN_FLIGHT_CALLS", "1")], runtime()).await;
    let channel = connect(&server.listen).await;
    let first = tokio::spawn(get(channel.clone()));
    gated.arrived.notified().await;
    let shed = get(channel.clone()).await.unwrap_err();
    assert_eq!(reason(&shed), is_read(Code::Unavailable, "OVERLOADED"));
    assert!(shed.get_error_details().retry_info().is_some());
    gated.release.notify_one();
    first.await.unwrap().unwrap();
    gated.release.notify_one();
    get(channel).await.unwrap();
}

#[tokio::test]
async fn a_panic_ends_its_call_and_not_the_connection() {
    let handlers = service_fn(|request: Request<Body>| async move {
        assert!(request.headers().contains_key("calm"), "a panic that the test wants");
        Ok(empty())
    });
    let server = play(handlers, &[], runtime()).await;
    let channel = connect(&server.listen).await;
    let status = get(channel.clone()).await.unwrap_err();
    assert_eq!(reason(&status), is_read(Code::Internal, "INTERNAL_ERROR"));
    let mut calm = tonic::Request::new(dynakv_client::pb::GetRequest::default());
    calm.metadata_mut().insert("calm", "yes".parse().unwrap());
    Client::new(channel).get(calm).await.unwrap();
}

#[tokio::test]
async fn a_call_that_does_not_end_by_itself_is_answered() {
    let gated = Gated::default();
    // Uses the default deadline: with a deadline of its own, tonic's client would time out by itself.
    let server = play(gated.handlers(), &[("DYNAKV__LIMITS__DEFAULT_DEADLINE", "20ms")], runtime()).await;
    let status = get(connect(&server.listen).await).await.unwrap_err();
    assert_eq!(reason(&status), is_read(Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    assert_eq!(gated.finished.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn handlers_are_told_when_their_work_has_to_end() {
    let handlers = service_fn(|request: Request<Body>| async move {
        assert!(request.extensions().get::<Deadline>().is_some());
        Ok(empty())
    });
    let server = play(handlers, &[], runtime()).await;
    get(connect(&server.listen).await).await.unwrap();
}

/// A client that retries by service config returns only the last status, so that status has to cover the earlier
/// attempts too.
#[tokio::test]
async fn nobody_vouches_for_attempts_before_this_one() {
    let handlers = service_fn(|_| async {
        let refused = crate::wire::status::status(crate::wire::status::Reason::Overloaded, "not now");
        Ok(refused.into_http())
    });
    let server = play(handlers, &[], runtime()).await;
    let channel = connect(&server.listen).await;
    let set = dynakv_client::pb::SetRequest::default;
    let first = Client::new(channel.clone()).set(set()).await.unwrap_err();
    assert_eq!(reason(&first), is(Code::Unavailable, "OVERLOADED", "NOT_APPLIED"));

    let mut again = tonic::Request::new(set());
    again.metadata_mut().insert("grpc-previous-rpc-attempts", "1".parse().unwrap());
    let second = Client::new(channel).set(again).await.unwrap_err();
    assert_eq!(reason(&second), is(Code::Unavailable, "OVERLOADED", "UNKNOWN"));
    let delay = |status: &Status| status.get_error_details().retry_info().and_then(|info| info.retry_delay);
    assert_eq!(delay(&first), delay(&second));
}
