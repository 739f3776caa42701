//! The one place that knows DynamoDB's error codes.
//!
//! Sources: "Error handling with DynamoDB" in the Amazon DynamoDB Developer Guide; the error lists of each action, and "Common
//! Error Types", in the Amazon DynamoDB API Reference; the lists of codes of the AWS SDK for Rust (`aws-runtime`,
//! `retries/classifiers.rs` and `service_clock_skew.rs`), which are those of all AWS SDKs.

use std::error::Error as StdError;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::CancellationReason;
use aws_sdk_dynamodb::types::error::{
    ProvisionedThroughputExceededException, RequestLimitExceeded, ThrottlingException,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use hyper_util::client::legacy;

use super::cancellation::Cancellation;
use super::failure::{Failure, FailureKind};
use super::transport::{NOT_BEGUN, STORAGE_FULL};
use super::validation::Validation;
use crate::driver::error::Upstream;
use crate::driver::store::Item;
use crate::memory::Full;

/// Details that only the errors of some actions carry.
pub(crate) trait Carries {
    /// The item that a condition failed on.
    fn take_old_item(&mut self) -> Option<Item> {
        None
    }

    /// The reasons of a cancelled transaction.
    fn take_reasons(&mut self) -> Vec<CancellationReason> {
        Vec::new()
    }
}

macro_rules! carries_old_item {
    ($($error:ident),*) => {$(
        impl Carries for $error {
            fn take_old_item(&mut self) -> Option<Item> {
                if let Self::ConditionalCheckFailedException(failed) = self { failed.item.take() } else { None }
            }
        }
    )*};
}
carries_old_item!(PutItemError, UpdateItemError, DeleteItemError);

macro_rules! carries_reasons {
    ($($module:ident::$error:ident),*) => {$(
        impl Carries for aws_sdk_dynamodb::operation::$module::$error {
            fn take_reasons(&mut self) -> Vec<CancellationReason> {
                let Self::TransactionCanceledException(cancelled) = self else { return Vec::new() };
                cancelled.cancellation_reasons.take().unwrap_or_default()
            }
        }
    )*};
}
carries_reasons!(transact_get_items::TransactGetItemsError, transact_write_items::TransactWriteItemsError);

macro_rules! carries_no_item {
    ($($module:ident::$error:ident),* $(,)?) => {$(
        impl Carries for aws_sdk_dynamodb::operation::$module::$error {}
    )*};
}
carries_no_item!(
    get_item::GetItemError,
    batch_get_item::BatchGetItemError,
    batch_write_item::BatchWriteItemError,
    query::QueryError,
    scan::ScanError,
    describe_table::DescribeTableError,
    describe_time_to_live::DescribeTimeToLiveError,
    create_table::CreateTableError,
    delete_table::DeleteTableError,
    list_tables::ListTablesError,
    update_time_to_live::UpdateTimeToLiveError,
);

impl<E> From<SdkError<E, HttpResponse>> for Failure
where
    E: Carries + ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    #[expect(clippy::wildcard_enum_match_arm, reason = "SdkError is non-exhaustive")]
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let upstream = Upstream::new(error.code(), error.request_id()).saying(error.message());
        let kind = match &error {
            SdkError::ServiceError(context) => {
                let error = context.err();
                of_service(error.code(), error.message()).unwrap_or_else(|| of_unlisted(context.raw()))
            }
            SdkError::DispatchFailure(_) => of_dispatch(&error),
            // The request could not be built. Nothing was sent, and a retry would build the same.
            SdkError::ConstructionFailure(_) => FailureKind::Refused,
            // Timeouts, unreadable answers, and errors that the SDK may add: the write may have happened.
            _ => FailureKind::Unavailable,
        };
        let upstream = upstream.throttled_by(throttle_reasons(&error));
        // In the first two cases the cause is dropped: it holds items, and items never reach a log.
        match (kind, error) {
            (FailureKind::ConditionFailed(_), SdkError::ServiceError(context)) => {
                Self { kind: FailureKind::ConditionFailed(context.into_err().take_old_item()), upstream }
            }
            (FailureKind::Cancelled(_), SdkError::ServiceError(context)) => {
                let reasons = context.into_err().take_reasons().into_iter().map(Cancellation::from).collect();
                Self { kind: FailureKind::Cancelled(reasons), upstream }
            }
            (kind, error) => Self { kind, upstream: upstream.caused_by(error) },
        }
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
fn of_unlisted(answer: &HttpResponse) -> FailureKind {
    if answer.status().is_client_error() && has_error_type(answer) {
        // AWS has refused the request.
        FailureKind::Unlisted
    } else {
        // A 5xx, or an answer that may come from a proxy: DynamoDB may have carried the call out.
        FailureKind::Unavailable
    }
}

/// Whether the answer has an AWS error type, in the header or in the body. The errors of a proxy have none.
fn has_error_type(answer: &HttpResponse) -> bool {
    const FIELD: &[u8] = b"\"__type\"";
    let body = answer.body().bytes().unwrap_or_default();
    answer.headers().contains_key("x-amzn-errortype") || body.windows(FIELD.len()).any(|part| part == FIELD)
}

fn of_dispatch(error: &(dyn StdError + 'static)) -> FailureKind {
    if find::<CredentialsError>(error).is_some() {
        return FailureKind::Credentials;
    }
    if let Some(full) = find::<Full>(error) {
        return FailureKind::NoRoom(*full);
    }
    let never_connected = find::<legacy::Error>(error).is_some_and(legacy::Error::is_connect)
        || find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
    if never_connected { FailureKind::NotSent } else { FailureKind::Unavailable }
}

fn throttle_reasons(error: &(dyn StdError + 'static)) -> Vec<String> {
    let reasons = if let Some(error) = find::<ProvisionedThroughputExceededException>(error) {
        error.throttling_reasons()
    } else if let Some(error) = find::<ThrottlingException>(error) {
        error.throttling_reasons()
    } else if let Some(error) = find::<RequestLimitExceeded>(error) {
        error.throttling_reasons()
    } else {
        &[]
    };
    reasons.iter().filter_map(|reason| reason.reason().map(str::to_owned)).collect()
}

/// The first error of this type in the chain of causes.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
