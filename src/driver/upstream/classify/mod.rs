//! The one place that knows DynamoDB's error codes.
//!
//! Sources: "Error handling with DynamoDB" in the Amazon DynamoDB Developer Guide; the error lists of each action, and "Common
//! Error Types", in the Amazon DynamoDB API Reference; the lists of codes of the AWS SDK for Rust (`aws-runtime`,
//! `retries/classifiers.rs` and `service_clock_skew.rs`), which are those of all AWS SDKs.

mod sdk;

use aws_sdk_dynamodb::types::CancellationReason;

use super::cancellation::Cancellation;
use super::failure::{Failure, FailureKind};
use super::transport::{BoxError, NOT_BEGUN, STORAGE_FULL, TransportError};
use super::validation::Validation;
use crate::driver::error::Upstream;
use crate::driver::store::Item;

/// An answer of DynamoDB, or of a proxy, that is no success.
#[derive(Debug, Default)]
pub(super) struct Refusal {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) request_id: Option<String>,
    /// Whether the status is one of 400 to 499.
    pub(super) is_client_error: bool,
    /// Whether the answer has an AWS error type, in the header or in the body. The errors of a proxy have none.
    pub(super) has_error_type: bool,
    /// The item that a condition failed on.
    pub(super) item: Option<Item>,
    /// The reasons of a cancelled transaction.
    pub(super) reasons: Vec<CancellationReason>,
    /// Why DynamoDB throttled.
    pub(super) throttling: Vec<String>,
    /// For the log. Of a failed condition and a cancelled transaction it is dropped: it may hold items.
    pub(super) cause: Option<BoxError>,
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

fn of_transport(error: &TransportError) -> FailureKind {
    match error {
        TransportError::NotSent(_) => FailureKind::NotSent,
        TransportError::Lost(_) => FailureKind::Unavailable,
        TransportError::NoRoom(full) => FailureKind::NoRoom(*full),
    }
}

/// The failure of a listed error code.
fn of_service(code: Option<&str>, message: Option<&str>) -> Option<FailureKind> {
    let says_any = |words: [&str; 2]| message.is_some_and(|message| words.iter().any(|word| message.contains(word)));
    Some(match code? {
        "ConditionalCheckFailedException" => FailureKind::ConditionFailed(None),
        "ProvisionedThroughputExceededException"
        | "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded"
        | "SlowDown"
        | "LimitExceededException" => FailureKind::Throttled,
        "TransactionConflictException" | "ReplicatedWriteConflictException" => FailureKind::Conflict,
        "TransactionCanceledException" => FailureKind::Cancelled(Vec::new()),
        "TransactionInProgressException" => FailureKind::InProgress,
        "ItemCollectionSizeLimitExceededException" => FailureKind::ItemCollectionFull,
        "ResourceNotFoundException" | "TableNotFoundException" => FailureKind::TableNotFound,
        "ResourceInUseException" | "TableInUseException" => FailureKind::TableNotActive,
        "AccessDeniedException" | "AccessDenied" | "NotAuthorized" | "OptInRequired" => FailureKind::AccessDenied,
        // The age of a signature, as AWS words it for each code: "Signature expired: ... is now earlier than ...", "Signature
        // not yet current: ... is still later than ...".
        "InvalidSignatureException" | "SignatureDoesNotMatch"
            if says_any(["Signature expired", "Signature not yet current"]) =>
        {
            FailureKind::WrongClock
        }
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => FailureKind::WrongClock,
        "UnrecognizedClientException"
        | "ExpiredTokenException"
        | "ExpiredToken"
        | "InvalidToken"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "SignatureDoesNotMatch" => FailureKind::Credentials,
        "ValidationException" | "ValidationError" => of_validation(message),
        // The server did not receive the whole request in time.
        "RequestTimeout" | "RequestTimeoutException" => FailureKind::NotSent,
        // AWS gave up before it answered, and does not say what happened until then.
        "RequestAbortedException" => FailureKind::Unavailable,
        STORAGE_FULL => FailureKind::StorageFull,
        NOT_BEGUN => FailureKind::NotSent,
        _ => return None,
    })
}

fn of_validation(message: Option<&str>) -> FailureKind {
    match Validation::of(message.unwrap_or_default()) {
        Validation::ItemTooLarge => FailureKind::ItemTooLarge,
        Validation::NotApplicable | Validation::IndexKey => FailureKind::UpdateNotApplicable,
        Validation::OtherKeySchema => FailureKind::OtherKeySchema,
        Validation::TransactionTooLarge
        | Validation::NoSuchIndex
        | Validation::IndexNotActive
        | Validation::Expression(_)
        | Validation::Ours
        | Validation::Unknown => FailureKind::Refused,
    }
}

/// The failure of an error code that is not listed, or of an answer without one.
fn of_unlisted(is_refused_by_aws: bool) -> FailureKind {
    if is_refused_by_aws {
        FailureKind::Unlisted
    } else {
        // A 5xx, or an answer that may come from a proxy: DynamoDB may have carried the call out.
        FailureKind::Unavailable
    }
}

/// Whether an answer with this body has an AWS error type in it.
pub(super) fn has_error_type(body: &[u8]) -> bool {
    const FIELD: &[u8] = b"\"__type\"";
    body.windows(FIELD.len()).any(|part| part == FIELD)
}
