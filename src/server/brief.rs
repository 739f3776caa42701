//! Services of libraries, whose statuses hold as much of a request as they please.

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

use crate::wire::status::shortened;

/// A service whose statuses are cut to what the headers of every client take. The one of reflection spells out names that it
/// does not find.
#[derive(Debug, Clone)]
pub(super) struct Brief<S>(pub(super) S);

impl<S: NamedService> NamedService for Brief<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<Request<Body>> for Brief<S>
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
        self.0.call(request).map_ok(shorten)
    }
}

fn shorten(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    head.headers = shorten_status(head.headers);
    let body = body.map_frame(|frame| match frame.into_trailers() {
        Ok(trailers) => Frame::trailers(shorten_status(trailers)),
        Err(data) => data,
    });
    Response::from_parts(head, Body::new(body))
}

fn shorten_status(mut headers: HeaderMap) -> HeaderMap {
    let shorter = Status::from_header_map(&headers).and_then(|status| shortened(&status));
    if let Some(shorter) = shorter {
        // It replaces the code and the message. That fails for a message that no header may hold, and there is none.
        let replaced = shorter.add_header(&mut headers);
        debug_assert!(replaced.is_ok(), "a percent-encoded message is fit for a header");
    }
    headers
}
