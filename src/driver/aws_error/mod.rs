//! The one place that knows DynamoDB's error codes.
//!
//! It answers two questions about a failed attempt: what kind of failure it was, and whether a write may have happened
//! nevertheless. Sources: "Error handling with DynamoDB" in the Amazon DynamoDB Developer Guide, and the error lists of
//! each action in the Amazon DynamoDB API Reference.

// A new kind of failure must be judged by hand in every table of this file.
#![deny(clippy::wildcard_enum_match_arm)]

mod cancellation;
mod parameter;
mod refusal;

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
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

pub(super) use cancellation::{Cancellation, CancellationKind};
pub(super) use parameter::Parameter;
pub(super) use refusal::{Expression, Refusal};

use super::error::{Error, Upstream};
use super::layout::Item;
use crate::embedded;
use crate::memory::Full;

/// An attempt that did not succeed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    pub(super) upstream: Upstream,
}

#[derive(Debug)]
pub(super) enum FailureKind {
    /// The condition did not hold; the item as it is.
    ConditionFailed(Option<Item>),
    Throttled,
    Conflict,
    /// DynamoDB may have carried the call out: a 5xx, a reset, a timeout, an unreadable answer.
    Unavailable,
    /// The embedded engine's disk has no room: it has written nothing.
    StorageFull,
    /// No connection came about, or the embedded engine did not begin with the call.
    NotSent,
    /// There was no memory for the answer. Only reads are answered so.
    NoRoom(Full),
    /// Our own deadline passed while the call was under way.
    Deadline,
    /// Our own deadline had passed before the call was sent.
    TooLate,
    TableNotFound,
    TableNotActive,
    /// The table's key is not what we sent.
    OtherKeySchema,
    AccessDenied,
    Credentials,
    ItemTooLarge,
    UpdateNotApplicable,
    ItemCollectionFull,
    /// A transaction was cancelled; a reason for each of its operations.
    Cancelled(Vec<Cancellation>),
    /// A transaction with the same token is under way.
    InProgress,
    /// DynamoDB refused what we built, or an expression that the caller wrote.
    Refused,
}

impl FailureKind {
    /// Whether a write may have happened although its attempt failed.
    pub(super) fn may_have_happened(&self) -> bool {
        match self {
            Self::Unavailable | Self::Deadline | Self::InProgress => true,
            Self::ConditionFailed(_)
            | Self::Throttled
            | Self::Conflict
            | Self::NotSent
            | Self::NoRoom(_)
            | Self::TooLate
            | Self::TableNotFound
            | Self::TableNotActive
            | Self::OtherKeySchema
            | Self::AccessDenied
            | Self::Credentials
            | Self::StorageFull
            | Self::ItemTooLarge
            | Self::UpdateNotApplicable
            | Self::ItemCollectionFull
            | Self::Cancelled(_)
            | Self::Refused => false,
        }
    }

    /// Whether some of several writes, sent in one call that is not atomic, may have happened although the call failed.
    pub(super) fn may_have_happened_to_some(&self) -> bool {
        // These may be about one of them only.
        self.may_have_happened() || matches!(self, Self::Conflict | Self::ItemCollectionFull)
    }

    /// Whether the same request may succeed a moment later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Throttled
            | Self::Conflict
            | Self::Unavailable
            | Self::NotSent
            | Self::NoRoom(_)
            | Self::InProgress => true,
            Self::ConditionFailed(_)
            | Self::Deadline
            | Self::TooLate
            | Self::TableNotFound
            | Self::TableNotActive
            | Self::OtherKeySchema
            | Self::AccessDenied
            | Self::Credentials
            | Self::StorageFull
            | Self::ItemTooLarge
            | Self::UpdateNotApplicable
            | Self::ItemCollectionFull
            | Self::Cancelled(_)
            | Self::Refused => false,
        }
    }

    /// Whether a retry adds load to a backend that is in trouble, and so has to come out of the retry budget.
    pub(super) fn is_fault(&self) -> bool {
        matches!(self, Self::Unavailable | Self::NotSent)
    }
}

impl Failure {
    /// DynamoDB left a part of a call undone.
    pub(super) fn throttled() -> Self {
        Self { kind: FailureKind::Throttled, upstream: Upstream::default() }
    }

    /// DynamoDB answered with something else than what it promises.
    pub(super) fn unreadable() -> Self {
        Self { kind: FailureKind::Unavailable, upstream: Upstream::default() }
    }

    /// A call that was made for several got lost; what became of this one's part is unknown.
    pub(super) fn in_doubt(upstream: Arc<Upstream>) -> Self {
        let kind = FailureKind::Unavailable;
        Self { kind, upstream: Upstream::new(upstream.code(), upstream.request_id()).caused_by(upstream) }
    }

    /// The SDK refused to build the request: nothing was sent.
    pub(super) fn unbuildable(error: BuildError) -> Self {
        Self { kind: FailureKind::Refused, upstream: Upstream::default().caused_by(error) }
    }

    /// Our deadline passed: while the call was under way, or before it was sent.
    pub(super) fn deadline(was_sent: bool) -> Self {
        let kind = if was_sent { FailureKind::Deadline } else { FailureKind::TooLate };
        Self { kind, upstream: Upstream::default() }
    }

    /// The failure as the end of a call of which no attempt can have happened.
    pub(super) fn into_error(self, table: &str) -> Error {
        let Self { kind, upstream } = self;
        match kind {
            FailureKind::Throttled => Error::Throttled(upstream),
            FailureKind::Conflict => Error::TransactionConflict(upstream),
            FailureKind::Unavailable | FailureKind::NotSent => Error::BackendUnavailable(upstream),
            FailureKind::NoRoom(full) => Error::NoRoom(full),
            FailureKind::Deadline | FailureKind::TooLate => {
                Error::DeadlineExceeded { may_have_happened: false, upstream }
            }
            FailureKind::TableNotFound => Error::TableNotFound(table.to_owned(), upstream),
            FailureKind::TableNotActive => Error::TableNotActive(table.to_owned(), upstream),
            FailureKind::OtherKeySchema => Error::TableShape(table.to_owned()),
            FailureKind::AccessDenied => Error::BackendAccessDenied(upstream),
            FailureKind::Credentials => Error::BackendCredentials(upstream),
            FailureKind::StorageFull => Error::StorageFull(upstream),
            FailureKind::ItemTooLarge => Error::ItemTooLarge(upstream),
            FailureKind::UpdateNotApplicable => Error::UpdateNotApplicable(upstream),
            FailureKind::ItemCollectionFull => Error::ItemCollectionFull(upstream),
            FailureKind::InProgress => Error::OutcomeUnknown(upstream),
            // A call without a condition cannot fail on one.
            FailureKind::ConditionFailed(_) | FailureKind::Cancelled(_) | FailureKind::Refused => {
                Error::Internal(upstream)
            }
        }
    }

    /// The failure as the end of a write of which some attempt may have happened.
    pub(super) fn into_unknown(self) -> Error {
        let Self { kind, upstream } = self;
        match kind {
            FailureKind::Deadline | FailureKind::TooLate => {
                Error::DeadlineExceeded { may_have_happened: true, upstream }
            }
            FailureKind::ConditionFailed(_)
            | FailureKind::Throttled
            | FailureKind::Conflict
            | FailureKind::Unavailable
            | FailureKind::NotSent
            | FailureKind::NoRoom(_)
            | FailureKind::TableNotFound
            | FailureKind::TableNotActive
            | FailureKind::OtherKeySchema
            | FailureKind::AccessDenied
            | FailureKind::Credentials
            | FailureKind::StorageFull
            | FailureKind::ItemTooLarge
            | FailureKind::UpdateNotApplicable
            | FailureKind::ItemCollectionFull
            | FailureKind::Cancelled(_)
            | FailureKind::InProgress
            | FailureKind::Refused => Error::OutcomeUnknown(upstream),
        }
    }
}

/// Takes out of an error what only some operations' errors carry.
pub(super) trait Carries {
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
            // The request could not even be built: nothing was sent, and a retry builds the same.
            SdkError::ConstructionFailure(_) => FailureKind::Refused,
            // Timeouts, unreadable answers, and whatever the SDK adds one day: the write may have happened.
            _ => FailureKind::Unavailable,
        };
        let upstream = upstream.throttled_by(throttle_reasons(&error));
        // In the first two the cause stays behind: it would hold items, and items never reach a log.
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
        Some(embedded::STORAGE_FULL) => FailureKind::StorageFull,
        Some(embedded::NOT_BEGUN) => FailureKind::NotSent,
        // A 5xx, or an answer that we know nothing about and that anything between us and DynamoDB may have made.
        _ => FailureKind::Unavailable,
    }
}

/// What DynamoDB finds invalid.
#[derive(Debug, Clone, Copy)]
enum Validation {
    ItemTooLarge,
    NotApplicable,
    OtherKeySchema,
    /// What we built, or an expression that the caller wrote.
    Request,
}

impl Validation {
    /// DynamoDB gives the verdicts that depend on stored data no code of their own: its message is all there is.
    fn from_message(message: &str) -> Self {
        const TOO_LARGE: &[&str] = &["Item size to update has exceeded", "Item size has exceeded"];
        const NOT_APPLICABLE: &[&str] = &[
            "An operand in the update expression has an incorrect data type",
            "The provided expression refers to an attribute that does not exist in the item",
            "The document path provided in the update expression is invalid for update",
            "Type mismatch for attribute to update",
            "Number overflow",
            "Nesting Levels have exceeded supported limits",
            "One or more parameter values were invalid: Type mismatch for Index Key",
            "A value specified for a secondary index key is not supported",
            "The update expression attempted to update a secondary index key",
            "The update expression attempted to update the secondary index key",
        ];
        const OTHER_KEY: &[&str] = &["The provided key element does not match the schema"];
        let says_any = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
        match () {
            () if says_any(TOO_LARGE) => Self::ItemTooLarge,
            () if says_any(NOT_APPLICABLE) => Self::NotApplicable,
            () if says_any(OTHER_KEY) => Self::OtherKeySchema,
            () => Self::Request,
        }
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
