//! What the log says of a call.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Response};
use tonic::body::Body;
use tonic::{Code, Status};
use tracing::Level;

use crate::service::CallName;

/// Names a call in the log. Taken from the request if a proxy has set it, and sent back with the answer.
pub(super) const REQUEST_ID: &str = "x-request-id";
const MAX_REQUEST_ID: usize = 128;

pub(super) fn request_id(headers: &HeaderMap) -> HeaderValue {
    let is_usable =
        |value: &&HeaderValue| value.len() <= MAX_REQUEST_ID && value.as_bytes().iter().all(u8::is_ascii_graphic);
    let fresh = || HeaderValue::from_str(&uuid::Uuid::new_v4().to_string());
    match headers.get(REQUEST_ID).filter(is_usable) {
        Some(given) if !given.is_empty() => given.clone(),
        Some(_) | None => fresh().unwrap_or_else(|_| HeaderValue::from_static("none")),
    }
}

/// One line for each call. An answer is logged when it begins; the code of one that streams is not known by then.
pub(super) fn line(name: &CallName, response: &Response<Body>, took: Duration) {
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
