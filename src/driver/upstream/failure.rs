//! Failures of an attempt, and whether a write may have happened in spite of them.

// No wildcard arms: a new kind of failure must get its own decision in every `match` of this file.
#![deny(clippy::wildcard_enum_match_arm)]

use std::error::Error as StdError;

use aws_sdk_dynamodb::error::BuildError;

use super::budget::SharedCharge;
use super::cancellation::Cancellation;
use crate::driver::error::{Error, Upstream};
use crate::driver::store::Item;
use crate::memory::Full;

/// The failure of an attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) upstream: Upstream,
}

#[derive(Debug)]
pub(crate) enum FailureKind {
    /// The condition did not hold. This is the stored item.
    ConditionFailed(Option<Item>),
    Throttled,
    Conflict,
    /// A 5xx, a reset, a timeout or an unreadable answer: DynamoDB may have carried the call out.
    Unavailable,
    /// A call that several members shared failed like `Unavailable` or, if it certainly did not happen, like `NotSent`.
    SharedFault {
        charge: SharedCharge,
        may_have_happened: bool,
    },
    /// The embedded engine's disk has no room: it has written nothing.
    StorageFull,
    /// No connection was made, DynamoDB did not receive the whole request, or the embedded engine did not start the call.
    NotSent,
    /// The memory budget had no room for the answer. Only reads fail with this.
    NoRoom(Full),
    /// Our own deadline passed while the call was in flight.
    Deadline,
    /// Our own deadline had passed before the call was sent.
    TooLate,
    TableNotFound,
    TableNotActive,
    /// The primary key of the table differs from the one sent.
    OtherKeySchema,
    AccessDenied,
    Credentials,
    /// The signature is too old or from the future. The SDK takes the time from the `Date` of this answer and signs the next
    /// attempt with it.
    WrongClock,
    ItemTooLarge,
    /// The update does not fit the stored item, or a value does not fit the key of an index.
    UpdateNotApplicable,
    ItemCollectionFull,
    /// A transaction was cancelled, with a reason for each operation.
    Cancelled(Vec<Cancellation>),
    /// A transaction with the same token is in progress.
    InProgress,
    /// DynamoDB refused the request that the driver built, or an expression of the caller.
    Refused,
    /// DynamoDB refused the call with an error that is not listed.
    Unlisted,
}

/// What a failure means for its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The write may have happened; the same request may succeed a moment later.
    AmbiguousTransient,
    /// The write may have happened; no time is left.
    AmbiguousFinal,
    /// The write has not happened; the same request may succeed a moment later.
    Transient,
    /// The write has not happened; the same request would fail again.
    Final,
}

impl FailureKind {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Unavailable | Self::SharedFault { may_have_happened: true, .. } | Self::InProgress => {
                Meaning::AmbiguousTransient
            }
            Self::Deadline => Meaning::AmbiguousFinal,
            Self::Throttled
            | Self::Conflict
            | Self::NotSent
            | Self::SharedFault { may_have_happened: false, .. }
            | Self::NoRoom(_)
            | Self::WrongClock => Meaning::Transient,
            Self::ConditionFailed(_)
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
            | Self::Refused
            | Self::Unlisted => Meaning::Final,
        }
    }

    /// Whether the write may have happened although its attempt failed.
    pub(crate) fn may_have_happened(&self) -> bool {
        matches!(self.meaning(), Meaning::AmbiguousTransient | Meaning::AmbiguousFinal)
    }

    /// Whether some writes of a call that is not atomic may have happened although the call failed.
    pub(crate) fn may_have_happened_to_some(&self) -> bool {
        // These failures may concern only one of the writes.
        self.may_have_happened() || matches!(self, Self::Conflict | Self::ItemCollectionFull)
    }

    /// Whether the same request may succeed a moment later.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.meaning(), Meaning::AmbiguousTransient | Meaning::Transient)
    }

    /// Whether a retry adds load to a failing backend, and so takes tokens from the retry budget.
    pub(crate) fn is_fault(&self) -> bool {
        matches!(self, Self::Unavailable | Self::NotSent | Self::SharedFault { .. } | Self::WrongClock)
    }
}

impl Failure {
    /// For a call of which DynamoDB left a part unprocessed.
    pub(crate) fn throttled() -> Self {
        Self { kind: FailureKind::Throttled, upstream: Upstream::default() }
    }

    /// For an answer that DynamoDB's API does not allow.
    pub(crate) fn unreadable() -> Self {
        Self { kind: FailureKind::Unavailable, upstream: Upstream::default() }
    }

    /// For a request that the SDK refused to build. Nothing was sent.
    pub(crate) fn unbuildable(error: BuildError) -> Self {
        Self { kind: FailureKind::Refused, upstream: Upstream::default().caused_by(error) }
    }

    /// For credentials that cannot be loaded or used. Nothing was sent.
    pub(super) fn without_credentials(error: impl StdError + Send + Sync + 'static) -> Self {
        Self { kind: FailureKind::Credentials, upstream: Upstream::default().caused_by(error) }
    }

    /// For an attempt that ended before its request was sent.
    pub(super) fn not_sent(error: impl StdError + Send + Sync + 'static) -> Self {
        Self { kind: FailureKind::NotSent, upstream: Upstream::default().caused_by(error) }
    }

    /// For a request that has nowhere to go. Nothing was sent.
    pub(super) fn unsendable(error: impl StdError + Send + Sync + 'static) -> Self {
        Self { kind: FailureKind::Refused, upstream: Upstream::default().caused_by(error) }
    }

    /// For a request that cannot be built. Nothing was sent.
    pub(crate) fn refused() -> Self {
        Self { kind: FailureKind::Refused, upstream: Upstream::default() }
    }

    /// For a deadline that passed while the call was in flight, or before it was sent.
    pub(crate) fn deadline(was_sent: bool) -> Self {
        let kind = if was_sent { FailureKind::Deadline } else { FailureKind::TooLate };
        Self { kind, upstream: Upstream::default() }
    }

    /// The error of a call of which certainly no attempt happened.
    pub(crate) fn into_error(self, table: &str) -> Error {
        let Self { kind, upstream } = self;
        match kind {
            FailureKind::Throttled => Error::Throttled(upstream),
            FailureKind::Conflict => Error::TransactionConflict(upstream),
            FailureKind::Unavailable | FailureKind::NotSent | FailureKind::SharedFault { .. } => {
                Error::BackendUnavailable(upstream)
            }
            FailureKind::NoRoom(full) => Error::NoRoom(full),
            FailureKind::Deadline | FailureKind::TooLate => {
                Error::DeadlineExceeded { may_have_happened: false, upstream }
            }
            FailureKind::TableNotFound => Error::TableNotFound(table.to_owned(), upstream),
            FailureKind::TableNotActive => Error::TableNotActive(table.to_owned(), upstream),
            FailureKind::OtherKeySchema => Error::TableShape(table.to_owned()),
            FailureKind::AccessDenied => Error::BackendAccessDenied(upstream),
            FailureKind::Credentials => Error::BackendCredentials(upstream),
            FailureKind::WrongClock => Error::BackendClock(upstream),
            FailureKind::Unlisted => Error::BackendRefused(upstream),
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

    /// The error of a write of which some attempt may have happened.
    pub(crate) fn into_unknown(self) -> Error {
        let Self { kind, upstream } = self;
        if matches!(kind, FailureKind::Deadline | FailureKind::TooLate) {
            Error::DeadlineExceeded { may_have_happened: true, upstream }
        } else {
            Error::OutcomeUnknown(upstream)
        }
    }
}
