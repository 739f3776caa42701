//! What went wrong with an attempt, and whether a write may have happened nevertheless.

// A new kind of failure must be judged by hand in every table of this file.
#![deny(clippy::wildcard_enum_match_arm)]

use std::sync::Arc;

use aws_sdk_dynamodb::error::BuildError;

use super::cancellation::Cancellation;
use crate::driver::error::{Error, Upstream};
use crate::driver::store::Item;
use crate::memory::Full;

/// An attempt that did not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) upstream: Upstream,
}

#[derive(Debug)]
pub(crate) enum FailureKind {
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

/// What a failure says of its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// A write may have happened; the same request may succeed a moment later.
    AmbiguousPassing,
    /// A write may have happened; there is no time left.
    AmbiguousFinal,
    /// No write has happened; the same request may succeed a moment later.
    Passing,
    /// No write has happened; the same request fails again.
    Final,
}

impl FailureKind {
    fn meaning(&self) -> Meaning {
        match self {
            Self::Unavailable | Self::InProgress => Meaning::AmbiguousPassing,
            Self::Deadline => Meaning::AmbiguousFinal,
            Self::Throttled | Self::Conflict | Self::NotSent | Self::NoRoom(_) => Meaning::Passing,
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
            | Self::Refused => Meaning::Final,
        }
    }

    /// Whether a write may have happened although its attempt failed.
    pub(crate) fn may_have_happened(&self) -> bool {
        matches!(self.meaning(), Meaning::AmbiguousPassing | Meaning::AmbiguousFinal)
    }

    /// Whether some of several writes, sent in one call that is not atomic, may have happened although the call failed.
    pub(crate) fn may_have_happened_to_some(&self) -> bool {
        // These may be about one of them only.
        self.may_have_happened() || matches!(self, Self::Conflict | Self::ItemCollectionFull)
    }

    /// Whether the same request may succeed a moment later.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self.meaning(), Meaning::AmbiguousPassing | Meaning::Passing)
    }

    /// Whether a retry adds load to a backend that is in trouble, and so has to come out of the retry budget.
    pub(crate) fn is_fault(&self) -> bool {
        matches!(self, Self::Unavailable | Self::NotSent)
    }
}

impl Failure {
    /// DynamoDB left a part of the call unprocessed.
    pub(crate) fn throttled() -> Self {
        Self { kind: FailureKind::Throttled, upstream: Upstream::default() }
    }

    /// DynamoDB's answer is not one that its API allows.
    pub(crate) fn unreadable() -> Self {
        Self { kind: FailureKind::Unavailable, upstream: Upstream::default() }
    }

    /// A shared call was lost; the outcome of this member's part is unknown.
    pub(crate) fn in_doubt(upstream: Arc<Upstream>) -> Self {
        let kind = FailureKind::Unavailable;
        Self { kind, upstream: Upstream::new(upstream.code(), upstream.request_id()).caused_by(upstream) }
    }

    /// The SDK refused to build the request: nothing was sent.
    pub(crate) fn unbuildable(error: BuildError) -> Self {
        Self { kind: FailureKind::Refused, upstream: Upstream::default().caused_by(error) }
    }

    /// The request cannot be made: nothing was sent.
    pub(crate) fn refused() -> Self {
        Self { kind: FailureKind::Refused, upstream: Upstream::default() }
    }

    /// Our deadline passed: while the call was under way, or before it was sent.
    pub(crate) fn deadline(was_sent: bool) -> Self {
        let kind = if was_sent { FailureKind::Deadline } else { FailureKind::TooLate };
        Self { kind, upstream: Upstream::default() }
    }

    /// The failure as the end of a call of which no attempt can have happened.
    pub(crate) fn into_error(self, table: &str) -> Error {
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
    pub(crate) fn into_unknown(self) -> Error {
        let Self { kind, upstream } = self;
        if matches!(kind, FailureKind::Deadline | FailureKind::TooLate) {
            Error::DeadlineExceeded { may_have_happened: true, upstream }
        } else {
            Error::OutcomeUnknown(upstream)
        }
    }
}
