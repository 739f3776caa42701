//! The log line of a call.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Response};
use tonic::body::Body;
use tonic::{Code, Status};
use tracing::Level;

use crate::service::CallName;

/// Identifies a call in the log. A proxy may set it; the response returns it.
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

/// Logs a call when its response begins. The final code of a streaming response is not known by then.
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
