//! What an HTTP response of DynamoDB means.

use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use http::response::Parts;
use http::{HeaderMap, header};

use super::json::{self, ErrorBody, Unreadable};
use crate::driver::error::Upstream;
use crate::driver::upstream::classify::{Refusal, has_error_type};
use crate::driver::upstream::failure::{Failure, FailureKind};

/// The most bytes of an answer. DynamoDB's largest is 16 MB of items (BatchGetItem), a third more in Base64, and the names of
/// types.
pub(super) const MAX_BYTES: usize = 64 << 20;

/// Why there is no answer, or none that can be used: DynamoDB may have carried the call out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("the answer does not fit its checksum")]
    Checksum,
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("the attempt did not end within {0:?}")]
    TooLate(Duration),
}

impl From<Unusable> for Failure {
    fn from(unusable: Unusable) -> Self {
        Self { kind: FailureKind::Unavailable, upstream: Upstream::default().caused_by(unusable) }
    }
}

/// DynamoDB's words, as the cause of a failure.
#[derive(Debug, thiserror::Error)]
#[error("HTTP status {status}: {message}")]
struct Said {
    status: u16,
    message: String,
}

/// The answer, read by this function, or the failure that DynamoDB answers with.
pub(super) fn read<T>(head: &Parts, body: &[u8], read: impl Fn(&[u8]) -> Result<T, Unreadable>) -> Result<T, Failure> {
    if !is_intact(&head.headers, body) {
        return Err(unusable(Unusable::Checksum, head));
    }
    if head.status.is_success() {
        return read(body).map_err(|error| unusable(error.into(), head));
    }
    Err(refusal(head, body).into())
}

fn unusable(why: Unusable, head: &Parts) -> Failure {
    let upstream = Upstream::new(None, text(&head.headers, "x-amzn-requestid")).caused_by(why);
    Failure { kind: FailureKind::Unavailable, upstream }
}

/// Whether the body has the checksum that DynamoDB sends with it.
fn is_intact(headers: &HeaderMap, body: &[u8]) -> bool {
    let Some(checksum) = headers.get("x-amz-crc32") else { return true };
    checksum.to_str().ok().and_then(|sum| sum.parse().ok()) == Some(crc32fast::hash(body))
}

fn refusal(head: &Parts, body: &[u8]) -> Refusal {
    let ErrorBody { code, message, item, reasons, throttling } = json::read_error(body);
    let error_type = text(&head.headers, "x-amzn-errortype");
    let said = Said { status: head.status.as_u16(), message: message.clone().unwrap_or_default() };
    Refusal {
        code: error_type.map(|error_type| json::error_code(error_type).to_owned()).or(code),
        message,
        request_id: text(&head.headers, "x-amzn-requestid").map(str::to_owned),
        is_client_error: head.status.is_client_error(),
        has_error_type: error_type.is_some() || has_error_type(body),
        item,
        reasons,
        throttling,
        cause: Some(said.into()),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The time at which DynamoDB answered, to the second.
pub(super) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    let date = headers.get(header::DATE)?.to_str().ok()?;
    DateTime::from_str(date, Format::HttpDate).ok()?.try_into().ok()
}
