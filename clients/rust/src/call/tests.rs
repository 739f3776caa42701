//! What goes over the wire when a call is awaited, seen by a server that keeps what it is sent.

use std::convert::Infallible;
use std::future::{Future, pending, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::pb::{SetRequest, SetResponse};
use crate::{Builder, Client, Code, Error, Runtime, Uuid};
use tokio::net::{TcpListener, TcpSocket};
use tonic::body::Body;
use tonic::codegen::http;
use tonic::server::{Grpc, NamedService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

/// Answers every Set with the next of its statuses, and with a version when there are none left.
#[derive(Clone, Default)]
struct Recorder {
    seen: Arc<Mutex<Vec<Request<SetRequest>>>>,
    failures: Arc<Mutex<Vec<Status>>>,
}

impl Recorder {
    fn record(&self, request: Request<SetRequest>) -> Result<Response<SetResponse>, Status> {
        self.seen.lock().unwrap().push(request);
        match self.failures.lock().unwrap().pop() {
            Some(status) => Err(status),
            None => Ok(Response::new(SetResponse { version: "1".to_owned(), ..SetResponse::default() })),
        }
    }
}

impl NamedService for Recorder {
    const NAME: &'static str = "dynakv.v1.KeyValueService";
}

impl Service<http::Request<Body>> for Recorder {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let recorder = self.clone();
        Box::pin(async move {
            let codec = ProstCodec::<SetResponse, SetRequest>::default();
            let record = service_fn(move |request| ready(recorder.record(request)));
            Ok(Grpc::new(codec).unary(record, request).await)
        })
    }
}

/// Pauses end at once, and the timer of an attempt never: the server here always answers.
#[derive(Debug)]
pub(crate) struct Impatient;

impl Runtime for Impatient {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        if duration < Duration::from_secs(2) { Box::pin(ready(())) } else { Box::pin(pending()) }
    }

    fn fraction(&self) -> f64 {
        0.5
    }
}

/// A client that is not to call.
pub(crate) fn closed_client() -> Client {
    Client::builder().address("127.0.0.1:1").connect_lazy().unwrap()
}

async fn serve(failures: Vec<Status>) -> (Recorder, Builder) {
    let (recorder, address) = listen(failures).await;
    (recorder, Client::builder().address(address).runtime(Arc::new(Impatient)))
}

async fn listen(failures: Vec<Status>) -> (Recorder, String) {
    let recorder = Recorder { failures: Arc::new(Mutex::new(failures)), ..Recorder::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = Server::builder().add_service(recorder.clone());
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    (recorder, address)
}

/// A port that refuses connections as long as the socket is held: bound, so nobody else gets it, but not listening.
fn closed_port() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    socket
}

#[tokio::test]
async fn a_call_carries_the_token_the_deadline_the_table_and_the_metadata() {
    let (recorder, builder) = serve(Vec::new()).await;
    let client = builder.token("s3cret").table("orders").timeout(Duration::from_mins(1)).connect().await.unwrap();
    client.set("k", "v").metadata("traceparent".parse().unwrap(), "00-1-2-01".parse().unwrap()).await.unwrap();
    client.set("k", "v").table("other").timeout(Duration::from_secs(3)).await.unwrap();

    let seen = recorder.seen.lock().unwrap();
    assert_eq!(seen[0].get_ref().table, "orders");
    assert_eq!(seen[0].metadata().get("authorization").unwrap(), "Bearer s3cret");
    assert_eq!(seen[0].metadata().get("traceparent").unwrap(), "00-1-2-01");
    assert!(seen[0].metadata().get("grpc-timeout").unwrap().to_str().unwrap().ends_with('u'));
    assert_eq!(seen[1].get_ref().table, "other");
    assert!(seen[1].metadata().get("traceparent").is_none());
}

#[tokio::test]
async fn every_attempt_of_a_write_has_the_same_request_id_and_every_write_its_own() {
    let (recorder, builder) = serve(vec![Status::unavailable("reset"), Status::unavailable("reset")]).await;
    let client = builder.connect().await.unwrap();
    client.set("k", "v").await.unwrap();
    client.set("k", "v").await.unwrap();

    let seen = recorder.seen.lock().unwrap();
    let ids: Vec<Uuid> = seen.iter().map(|request| request.get_ref().request_id.parse().unwrap()).collect();
    assert_eq!(ids.len(), 4);
    assert!(ids[0] == ids[1] && ids[1] == ids[2], "{ids:?}");
    assert_ne!(ids[2], ids[3]);
}

#[tokio::test]
async fn a_write_that_failed_without_a_word_from_dynakv_is_unknown_and_names_its_id() {
    let (recorder, builder) = serve(vec![Status::internal("a proxy's fault")]).await;
    let client = builder.connect().await.unwrap();
    let error = client.set("k", "v").await.unwrap_err();

    let sent = recorder.seen.lock().unwrap()[0].get_ref().request_id.clone();
    let Error::OutcomeUnknown { request_id, source } = error else { panic!("{error:?}") };
    assert_eq!((request_id.to_string(), source.code(), source.reason()), (sent, Code::Internal, None));
}

#[tokio::test]
async fn a_write_that_found_no_server_certainly_did_not_happen() {
    let socket = closed_port();
    let address = socket.local_addr().unwrap();
    let builder = Client::builder().address(address.to_string()).runtime(Arc::new(Impatient));
    assert!(builder.clone().connect().await.unwrap_err().to_string().contains(&address.to_string()));

    let error = builder.connect_lazy().unwrap().set("k", "v").await.unwrap_err();
    assert!(matches!(error, Error::Failed(_)), "{error:?}");
    assert_eq!(error.code(), Some(Code::Unavailable));
}

#[path = "../../examples/tracing.rs"]
#[allow(dead_code, reason = "its main is the example's")]
mod tracing;

#[tokio::test]
async fn the_trace_of_the_caller_goes_on_in_every_attempt() {
    use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

    let (spans, counts) = (InMemorySpanExporter::default(), InMemoryMetricExporter::default());
    let tracers = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let meters = SdkMeterProvider::builder().with_reader(PeriodicReader::builder(counts.clone()).build()).build();
    opentelemetry::global::set_tracer_provider(tracers);
    opentelemetry::global::set_meter_provider(meters.clone());
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());

    let (recorder, address) = listen(vec![Status::unavailable("reset")]).await;
    let span = tracing::run(&address).await.unwrap();

    let traceparent = format!("00-{}-{}-01", span.trace_id(), span.span_id());
    let seen = recorder.seen.lock().unwrap();
    let carried: Vec<_> = seen.iter().map(|request| request.metadata().get("traceparent").unwrap()).collect();
    assert_eq!(carried, [traceparent.as_str(), traceparent.as_str()]);
    assert_eq!(spans.get_finished_spans().unwrap()[0].span_context, span);
    meters.force_flush().unwrap();
    assert!(format!("{:?}", counts.get_finished_metrics().unwrap()).contains("dynakv.attempts"));
}
