//! What the AWS SDK's errors mean.

use std::error::Error as StdError;

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
use aws_smithy_runtime_api::client::result::ServiceError;

use super::refusal::{Refusal, has_error_type, of_transport};
use crate::driver::error::Upstream;
use crate::driver::store::Item;
use crate::driver::upstream::failure::{Failure, FailureKind};
use crate::driver::upstream::transport::{TransportError, never_connected};

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
        let kind = match error {
            SdkError::ServiceError(context) => return refusal(context).into(),
            SdkError::DispatchFailure(_) => of_dispatch(&error),
            // The request could not be built. Nothing was sent, and a retry would build the same.
            SdkError::ConstructionFailure(_) => FailureKind::Refused,
            // Timeouts, unreadable answers, and errors that the SDK may add: the write may have happened.
            _ => FailureKind::Unavailable,
        };
        let upstream = Upstream::new(error.code(), error.request_id()).saying(error.message());
        Self { kind, upstream: upstream.caused_by(error) }
    }
}

fn refusal<E>(context: ServiceError<E, HttpResponse>) -> Refusal
where
    E: Carries + ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let answer = context.raw();
    let body = answer.body().bytes().unwrap_or_default();
    let is_client_error = answer.status().is_client_error();
    let has_error_type = answer.headers().contains_key("x-amzn-errortype") || has_error_type(body);
    let mut error = context.into_err();
    Refusal {
        code: error.code().map(str::to_owned),
        message: error.message().map(str::to_owned),
        request_id: error.meta().request_id().map(str::to_owned),
        is_client_error,
        has_error_type,
        item: error.take_old_item(),
        reasons: error.take_reasons(),
        throttling: throttle_reasons(&error),
        cause: Some(error.into()),
    }
}

fn of_dispatch(error: &(dyn StdError + 'static)) -> FailureKind {
    if find::<CredentialsError>(error).is_some() {
        return FailureKind::Credentials;
    }
    match find::<TransportError>(error) {
        Some(error) => of_transport(error),
        // The SDK's own HTTP client.
        None if never_connected(error) => FailureKind::NotSent,
        None => FailureKind::Unavailable,
    }
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
