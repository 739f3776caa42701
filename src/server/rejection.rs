//! Errors that are made before or around a handler. Like all others they carry an `ErrorInfo`.

use http::Response;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::wire::status::{Reason, message_too_large, status};

/// The status of a call that was cut short in its handler: a write may or may not have happened.
pub(super) fn interrupted(reason: Reason, message: &str) -> Status {
    let unbegun = status(reason, message);
    let mut details = unbegun.get_error_details();
    if let Some(info) = details.error_info().cloned() {
        let mut metadata = info.metadata;
        metadata.insert("outcome".to_owned(), "UNKNOWN".to_owned());
        details.set_error_info(info.reason, info.domain, metadata);
    }
    Status::with_error_details(unbegun.code(), message, details)
}

/// Gives an `ErrorInfo` to what tonic refuses by itself.
///
/// Tonic reads the request before it calls the handler; if that fails, it answers with a status in the headers and
/// without details. Statuses of handlers always have details, so a bare one of these codes comes from there. Other codes
/// without details belong to the health and reflection services, whose protocols define them.
pub(super) fn explain(response: Response<Body>) -> Response<Body> {
    let Some(bare) = Status::from_header_map(response.headers()).filter(|status| status.details().is_empty()) else {
        return response;
    };
    let explained = match bare.code() {
        Code::OutOfRange => message_too_large(),
        Code::Internal => status(Reason::MalformedMessage, "the request is no single message in gRPC's framing"),
        Code::Unimplemented if bare.message().is_empty() => {
            status(Reason::Unimplemented, "this server has no such method")
        }
        // A compression that the server does not know. The header beside it names those it knows.
        Code::Unimplemented => status(Reason::Unimplemented, bare.message()),
        _ => return response,
    };
    let mut answer = explained.into_http::<Body>();
    if let Some(known) = response.headers().get("grpc-accept-encoding") {
        answer.headers_mut().insert("grpc-accept-encoding", known.clone());
    }
    answer
}
