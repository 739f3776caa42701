use aws_sdk_dynamodb::types::CancellationReason;

use super::codes::{of_service, of_unlisted};
use crate::driver::error::Upstream;
use crate::driver::store::Item;
use crate::driver::upstream::cancellation::Cancellation;
use crate::driver::upstream::failure::{Failure, FailureKind};
use crate::driver::upstream::transport::{BoxError, TransportError};

/// An answer of DynamoDB, or of a proxy, that is no success.
#[derive(Debug, Default)]
pub(in crate::driver::upstream) struct Refusal {
    pub(in crate::driver::upstream) code: Option<String>,
    pub(in crate::driver::upstream) message: Option<String>,
    pub(in crate::driver::upstream) request_id: Option<String>,
    /// Whether the status is one of 400 to 499.
    pub(in crate::driver::upstream) is_client_error: bool,
    /// Whether the answer has an AWS error type, in the header or in the body. The errors of a proxy have none.
    pub(in crate::driver::upstream) has_error_type: bool,
    /// The item that a condition failed on.
    pub(in crate::driver::upstream) item: Option<Item>,
    /// The reasons of a cancelled transaction.
    pub(in crate::driver::upstream) reasons: Vec<CancellationReason>,
    /// Why DynamoDB throttled.
    pub(in crate::driver::upstream) throttling: Vec<String>,
    /// For the log. Of a failed condition and a cancelled transaction it is dropped: it may hold items.
    pub(in crate::driver::upstream) cause: Option<BoxError>,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, message, request_id, is_client_error, has_error_type, item, reasons, throttling, cause } =
            refusal;
        let upstream =
            Upstream::new(code.as_deref(), request_id.as_deref()).saying(message.as_deref()).throttled_by(throttling);
        let is_refused = is_client_error && has_error_type;
        let kind = of_service(code.as_deref(), message.as_deref()).unwrap_or_else(|| of_unlisted(is_refused));
        match kind {
            FailureKind::ConditionFailed(_) => Self { kind: FailureKind::ConditionFailed(item), upstream },
            FailureKind::Cancelled(_) => {
                let reasons = reasons.into_iter().map(Cancellation::from).collect();
                Self { kind: FailureKind::Cancelled(reasons), upstream }
            }
            kind => {
                let upstream = match cause {
                    Some(cause) => upstream.caused_by(cause),
                    None => upstream,
                };
                Self { kind, upstream }
            }
        }
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self { kind: of_transport(&error), upstream: Upstream::default().caused_by(error) }
    }
}

pub(super) fn of_transport(error: &TransportError) -> FailureKind {
    match error {
        TransportError::NotSent(_) => FailureKind::NotSent,
        TransportError::Lost(_) => FailureKind::Unavailable,
        TransportError::NoRoom(full) => FailureKind::NoRoom(*full),
    }
}

/// Whether an answer with this body has an AWS error type in it.
pub(in crate::driver::upstream) fn has_error_type(body: &[u8]) -> bool {
    const FIELD: &[u8] = b"\"__type\"";
    body.windows(FIELD.len()).any(|part| part == FIELD)
}
