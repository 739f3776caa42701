//! Truncates status messages of services that libraries implement.

use std::convert::Infallible;
use std::task::{Context, Poll};

use futures_util::TryFutureExt;
use futures_util::future::MapOk;
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Frame;
use tonic::Status;
use tonic::body::Body;
use tonic::server::NamedService;
use tower::Service;

use crate::wire::status::truncated;

/// Truncates the statuses of a service to a size that every client accepts as a header. The reflection service, for
/// example, repeats names that it does not know.
#[derive(Debug, Clone)]
pub(super) struct Truncated<S>(pub(super) S);

impl<S: NamedService> NamedService for Truncated<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<Request<Body>> for Truncated<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = MapOk<S::Future, fn(Response<Body>) -> Response<Body>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.call(request).map_ok(truncate)
    }
}

fn truncate(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    head.headers = truncate_status(head.headers);
    let body = body.map_frame(|frame| match frame.into_trailers() {
        Ok(trailers) => Frame::trailers(truncate_status(trailers)),
        Err(data) => data,
    });
    Response::from_parts(head, Body::new(body))
}

fn truncate_status(mut headers: HeaderMap) -> HeaderMap {
    let shorter = Status::from_header_map(&headers).and_then(|status| truncated(&status));
    if let Some(shorter) = shorter {
        // This overwrites code and message. It cannot fail: the message is percent-encoded.
        let replaced = shorter.add_header(&mut headers);
        debug_assert!(replaced.is_ok(), "a percent-encoded message is a valid header");
    }
    headers
}
