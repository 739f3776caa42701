//! The one place that knows DynamoDB's error codes.
//!
//! Sources: "Error handling with DynamoDB" in the Amazon DynamoDB Developer Guide, and the error lists of each action in the
//! Amazon DynamoDB API Reference.

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
                of_service(error.code(), error.message())
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

fn of_service(code: Option<&str>, message: Option<&str>) -> FailureKind {
    match code {
        Some("ConditionalCheckFailedException") => FailureKind::ConditionFailed(None),
        Some(
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "Throttling"
            | "RequestLimitExceeded"
            | "LimitExceededException",
        ) => FailureKind::Throttled,
        Some("TransactionConflictException" | "ReplicatedWriteConflictException") => FailureKind::Conflict,
        Some("TransactionCanceledException") => FailureKind::Cancelled(Vec::new()),
        Some("TransactionInProgressException") => FailureKind::InProgress,
        Some("ItemCollectionSizeLimitExceededException") => FailureKind::ItemCollectionFull,
        Some("ResourceNotFoundException" | "TableNotFoundException") => FailureKind::TableNotFound,
        Some("ResourceInUseException" | "TableInUseException") => FailureKind::TableNotActive,
        Some("AccessDeniedException") => FailureKind::AccessDenied,
        Some(
            "UnrecognizedClientException"
            | "ExpiredTokenException"
            | "ExpiredToken"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "IncompleteSignatureException"
            | "IncompleteSignature"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "SignatureDoesNotMatch",
        ) => FailureKind::Credentials,
        Some("ValidationException") => match Validation::from_message(message.unwrap_or_default()) {
            Validation::ItemTooLarge => FailureKind::ItemTooLarge,
            Validation::NotApplicable => FailureKind::UpdateNotApplicable,
            Validation::OtherKeySchema => FailureKind::OtherKeySchema,
            Validation::Request => FailureKind::Refused,
        },
        Some("SerializationException" | "UnknownOperationException" | "IdempotentParameterMismatchException") => {
            FailureKind::Refused
        }
        Some(STORAGE_FULL) => FailureKind::StorageFull,
        Some(NOT_BEGUN) => FailureKind::NotSent,
        // A 5xx, or an unknown answer, which may also come from a proxy.
        _ => FailureKind::Unavailable,
    }
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
