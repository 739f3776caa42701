//! Answers to attempts that are not the first.

use http::{HeaderMap, Response};
use tonic::body::Body;

use super::rejection::restated;
use crate::wire::status::without_vouching;

/// Where gRPC clients that retry by service config say how often they have sent a call before (gRPC proposal A6).
const PREVIOUS_ATTEMPTS: &str = "grpc-previous-rpc-attempts";

/// Whether the client has sent this call before.
pub(super) fn is_repeated(headers: &HeaderMap) -> bool {
    headers.contains_key(PREVIOUS_ATTEMPTS)
}

/// Takes back the word that nothing was written, which is true of this attempt only.
pub(super) fn speak_for_all(response: Response<Body>) -> Response<Body> {
    restated(response, without_vouching)
}
