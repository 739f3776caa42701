// A new error must be judged by hand in every table of this file.
#![deny(clippy::wildcard_enum_match_arm)]

use std::error::Error as StdError;
use std::fmt;

use crate::memory::Full;
use crate::model::{Violation, excerpt};

/// Why a driver call failed. A miss, a lost race and a condition that did not hold are results, not errors.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller named a table that is not configured.
    #[error("table {name:?} is not configured")]
    TableNotConfigured {
        /// The name.
        name: String,
        /// The field that holds it.
        field: String,
    },
    /// A field of the request is not acceptable; found before DynamoDB was called.
    #[error(transparent)]
    Invalid(#[from] Violation),
    /// DynamoDB refused an expression that the caller wrote.
    #[error("DynamoDB refused the expression in {field}")]
    InvalidExpression {
        /// The field that holds the expression.
        field: String,
        /// What DynamoDB said.
        #[source]
        upstream: Upstream,
    },
    /// A key-value call on a table whose key is not one string.
    #[error("table {0:?} has a sort key or a partition key that is no string; key-value calls need neither")]
    TableShape(String),
    /// DynamoDB has no such table.
    #[error("DynamoDB has no table for {0:?}")]
    TableNotFound(String, #[source] Upstream),
    /// The table is being created, changed or deleted.
    #[error("table {0:?} is being created, changed or deleted")]
    TableNotActive(String, #[source] Upstream),
    /// DynamoDB has a table of this name already.
    #[error("table {0:?} exists already")]
    TableExists(String, #[source] Upstream),
    /// Deletion protection is enabled for the table in DynamoDB.
    #[error("table {0:?} has deletion protection in DynamoDB")]
    TableProtected(String, #[source] Upstream),
    /// The item grew past 400 KB together with what is stored.
    #[error("the item would be larger than 400 KB together with what is stored")]
    ItemTooLarge(#[source] Upstream),
    /// The update does not fit the stored item.
    #[error("the update does not fit the stored item")]
    UpdateNotApplicable(#[source] Upstream),
    /// Increment on an entry that holds no whole number of 64 bits.
    #[error("the entry holds no whole number of 64 bits")]
    NotACounter,
    /// The counter would leave the range of a signed 64-bit integer.
    #[error("the counter would leave the range of a signed 64-bit integer")]
    CounterOverflow,
    /// Another program stored an attribute of a type that does not fit its role, or its own number as a version.
    #[error("the stored {role} has the unsupported attribute type {found}")]
    UnexpectedAttributeType {
        /// The role of the attribute: key, value or version.
        role: &'static str,
        /// Its DynamoDB type, such as S.
        found: &'static str,
    },
    /// An item collection reached 10 GB.
    #[error("the item collection has reached 10 GB")]
    ItemCollectionFull(#[source] Upstream),
    /// Another transaction or a replicated write touches the same item.
    #[error("another transaction touches the same item")]
    TransactionConflict(#[source] Upstream),
    /// DynamoDB throttled the call for longer than it was retried.
    #[error("DynamoDB throttled the call")]
    Throttled(#[source] Upstream),
    /// There is no memory for the answer of DynamoDB. Only reads end so.
    #[error("{0}: no memory for the answer of DynamoDB")]
    NoRoom(Full),
    /// This service's AWS role may not do this.
    #[error("the server is not allowed to do this in DynamoDB")]
    BackendAccessDenied(#[source] Upstream),
    /// This service's AWS credentials are not valid.
    #[error("the server has no valid AWS credentials")]
    BackendCredentials(#[source] Upstream),
    /// The disk of the embedded engine has no room for the write.
    #[error("the disk of the embedded engine is full")]
    StorageFull(#[source] Upstream),
    /// DynamoDB did not answer; a write certainly did not happen.
    #[error("DynamoDB did not answer")]
    BackendUnavailable(#[source] Upstream),
    /// A write may or may not have happened.
    #[error("an answer of DynamoDB was lost; the write may or may not have happened")]
    OutcomeUnknown(#[source] Upstream),
    /// The time of the call is used up.
    #[error("the time of the call is used up")]
    DeadlineExceeded {
        /// Whether a write may have happened.
        may_have_happened: bool,
        /// What the call last waited for.
        #[source]
        upstream: Upstream,
    },
    /// A fault of ours: DynamoDB refused what we built.
    #[error("DynamoDB refused a request that DynaKV built")]
    Internal(#[source] Upstream),
}

impl Error {
    /// A fault of ours, without an answer of DynamoDB's.
    pub(crate) fn internal() -> Self {
        Self::Internal(Upstream::default())
    }

    /// Whether a write that ended with this error may have happened nevertheless.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::OutcomeUnknown(_) | Self::DeadlineExceeded { may_have_happened: true, .. } => true,
            Self::TableNotConfigured { .. }
            | Self::Invalid(_)
            | Self::InvalidExpression { .. }
            | Self::TableShape(_)
            | Self::TableNotFound(..)
            | Self::TableNotActive(..)
            | Self::TableExists(..)
            | Self::TableProtected(..)
            | Self::ItemTooLarge(_)
            | Self::UpdateNotApplicable(_)
            | Self::NotACounter
            | Self::CounterOverflow
            | Self::UnexpectedAttributeType { .. }
            | Self::ItemCollectionFull(_)
            | Self::TransactionConflict(_)
            | Self::Throttled(_)
            | Self::NoRoom(_)
            | Self::BackendAccessDenied(_)
            | Self::BackendCredentials(_)
            | Self::StorageFull(_)
            | Self::BackendUnavailable(_)
            | Self::DeadlineExceeded { may_have_happened: false, .. }
            | Self::Internal(_) => false,
        }
    }

    /// Whether it is about what the caller wrote, or about how that fits what is stored, and so of no concern to whoever runs
    /// the service.
    #[must_use]
    pub fn is_the_callers(&self) -> bool {
        matches!(
            self,
            Self::Invalid(_)
                | Self::InvalidExpression { .. }
                | Self::TableNotConfigured { .. }
                | Self::TableExists(..)
                | Self::ItemTooLarge(_)
                | Self::UpdateNotApplicable(_)
        )
    }

    /// What DynamoDB said, if it was called.
    #[must_use]
    pub fn upstream(&self) -> Option<&Upstream> {
        match self {
            Self::TableNotFound(_, upstream)
            | Self::TableNotActive(_, upstream)
            | Self::TableExists(_, upstream)
            | Self::TableProtected(_, upstream)
            | Self::ItemTooLarge(upstream)
            | Self::UpdateNotApplicable(upstream)
            | Self::ItemCollectionFull(upstream)
            | Self::TransactionConflict(upstream)
            | Self::Throttled(upstream)
            | Self::BackendAccessDenied(upstream)
            | Self::BackendCredentials(upstream)
            | Self::StorageFull(upstream)
            | Self::BackendUnavailable(upstream)
            | Self::OutcomeUnknown(upstream)
            | Self::InvalidExpression { upstream, .. }
            | Self::DeadlineExceeded { upstream, .. }
            | Self::Internal(upstream) => Some(upstream),
            Self::TableNotConfigured { .. }
            | Self::Invalid(_)
            | Self::TableShape(_)
            | Self::NoRoom(_)
            | Self::NotACounter
            | Self::CounterOverflow
            | Self::UnexpectedAttributeType { .. } => None,
        }
    }
}

/// What is known of a failed call to DynamoDB. For the log and, without its cause, for the caller.
#[derive(Debug, Default)]
pub struct Upstream(Box<Details>);

#[derive(Debug, Default)]
struct Details {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    throttle_reasons: Vec<String>,
    attempts: u32,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// How much is kept of a word of an endpoint's. Those of DynamoDB's are shorter.
const MAX_WORD_BYTES: usize = 128;

/// How many reasons for a throttle are kept.
const MAX_REASONS: usize = 8;

fn short(word: &str) -> String {
    excerpt(word, MAX_WORD_BYTES).into_owned()
}

impl Upstream {
    pub(crate) fn new(code: Option<&str>, request_id: Option<&str>) -> Self {
        Self(Box::new(Details { code: code.map(short), request_id: request_id.map(short), ..Details::default() }))
    }

    pub(crate) fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    pub(crate) fn saying(mut self, message: Option<&str>) -> Self {
        self.0.message = message.map(str::to_owned);
        self
    }

    pub(crate) fn throttled_by(mut self, reasons: Vec<String>) -> Self {
        self.0.throttle_reasons = reasons.into_iter().take(MAX_REASONS).map(|reason| short(&reason)).collect();
        self
    }

    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The error code DynamoDB answered with.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What DynamoDB said. It may name resources, so it goes to a caller only where it is about the caller's own text.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// DynamoDB's id of the failed call.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Why DynamoDB throttled, such as `TableWriteProvisionedThroughputExceeded`.
    #[must_use]
    pub fn throttle_reasons(&self) -> &[String] {
        &self.0.throttle_reasons
    }

    /// How often DynamoDB was called.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code().unwrap_or("no readable answer"))?;
        if self.0.attempts > 1 {
            write!(f, " after {} attempts", self.0.attempts)?;
        }
        Ok(())
    }
}

impl StdError for Upstream {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}
