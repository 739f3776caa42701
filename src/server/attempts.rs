//! Outcomes of calls that the client has retried itself.

use http::{HeaderMap, Response};
use tonic::body::Body;

use super::rejection::map_status;
use crate::wire::status::with_outcome_unknown;

/// Set by gRPC clients with a retry policy in their service config: how many attempts they have made before (gRPC
/// proposal A6).
const PREVIOUS_ATTEMPTS: &str = "grpc-previous-rpc-attempts";

/// Whether the client has made an earlier attempt of this call.
pub(super) fn is_repeated(headers: &HeaderMap) -> bool {
    headers.contains_key(PREVIOUS_ATTEMPTS)
}

/// Replaces the outcome NOT_APPLIED, which is only true of this attempt: an earlier one may have written.
pub(super) fn cover_earlier_attempts(response: Response<Body>) -> Response<Body> {
    map_status(response, with_outcome_unknown)
}
