//! Answers to attempts that are not the first.

use http::{HeaderMap, Response};
use tonic::Status;
use tonic::body::Body;
use tonic_types::StatusExt;

use crate::wire::status::DOMAIN;

/// Where gRPC clients that retry by service config say how often they have sent a call before (gRPC proposal A6).
const PREVIOUS_ATTEMPTS: &str = "grpc-previous-rpc-attempts";

/// Whether the client has sent this call before.
pub(super) fn is_repeated(headers: &HeaderMap) -> bool {
    headers.contains_key(PREVIOUS_ATTEMPTS)
}

/// Takes back the word that nothing was written. It is true of this attempt only, but the client sees no other answer than
/// the last one: an earlier attempt, whose answer was lost, may have written.
pub(super) fn speak_for_all(response: Response<Body>) -> Response<Body> {
    let Some(status) = Status::from_header_map(response.headers()) else { return response };
    let mut details = status.get_error_details();
    let vouches = |info: &&tonic_types::ErrorInfo| {
        info.domain == DOMAIN && info.metadata.get("outcome").is_some_and(|outcome| outcome == "NOT_APPLIED")
    };
    let Some(info) = details.error_info().filter(vouches).cloned() else { return response };
    let mut metadata = info.metadata;
    metadata.insert("outcome".to_owned(), "UNKNOWN".to_owned());
    details.set_error_info(info.reason, info.domain, metadata);
    Status::with_error_details_and_metadata(status.code(), status.message(), details, status.metadata().clone())
        .into_http()
}
