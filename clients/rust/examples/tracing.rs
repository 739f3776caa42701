//! The trace of the caller goes on in the server, and every attempt is counted.

// snippet: tracing
use dynakv_client::{Client, ConnectError};
use opentelemetry::{Context, global};
use opentelemetry_http::HeaderInjector;
use tonic::body::Body;
use tower::ServiceBuilder;

fn traced(address: &str) -> Result<Client, ConnectError> {
    let attempts = global::meter("shop").u64_counter("dynakv.attempts").build();
    let layer = ServiceBuilder::new().map_request(move |mut request: http::Request<Body>| {
        attempts.add(1, &[]);
        // `traceparent` of the current span, if the propagator is W3C's.
        global::get_text_map_propagator(|propagator| {
            propagator.inject_context(&Context::current(), &mut HeaderInjector(request.headers_mut()));
        });
        request
    });
    Client::builder().address(address).layer(layer).connect_lazy()
}
// end

/// A Set within a span.
pub(crate) async fn run(address: &str) -> Result<opentelemetry::trace::SpanContext, Box<dyn std::error::Error>> {
    use std::future::IntoFuture as _;

    use opentelemetry::context::FutureExt as _;
    use opentelemetry::trace::{TraceContextExt as _, Tracer as _};

    let context = Context::current_with_span(global::tracer("shop").start("checkout"));
    traced(address)?.set("greeting", "hello").into_future().with_context(context.clone()).await?;
    Ok(context.span().span_context().clone())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Here goes an exporter.
    global::set_tracer_provider(opentelemetry_sdk::trace::SdkTracerProvider::default());
    global::set_text_map_propagator(opentelemetry_sdk::propagation::TraceContextPropagator::new());
    let address = std::env::var("DYNAKV_ADDRESS");
    println!("{:?}", run(address.as_deref().unwrap_or(dynakv_client::DEFAULT_ADDRESS)).await?);
    Ok(())
}
