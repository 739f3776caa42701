// No wildcard arms: a new error must get its own decision in every `match` of this file.
#![deny(clippy::wildcard_enum_match_arm)]

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::memory::Full;
use crate::model::{Violation, excerpt};

/// Why a driver call failed. A miss, a lost race and a condition that did not hold are results, not errors.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The caller named a table that is not configured.
    #[error("table {name:?} is not configured")]
    TableNotConfigured {
        /// The name.
        name: String,
        /// The field that holds it.
        field: String,
    },
    /// A field of the request is not valid. DynamoDB was not called.
    #[error(transparent)]
    Invalid(#[from] Violation),
    /// DynamoDB refused an expression that the caller wrote.
    #[error("DynamoDB refused the expression in {field}")]
    InvalidExpression {
        /// The field that holds the expression.
        field: String,
        /// The answer of DynamoDB.
        #[source]
        upstream: Upstream,
    },
    /// A key-value call on a table whose primary key is not a single string.
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
    /// The update would make the stored item larger than 400 KB.
    #[error("the item would be larger than 400 KB together with what is stored")]
    ItemTooLarge(#[source] Upstream),
    /// The update does not fit the stored item.
    #[error("the update does not fit the stored item")]
    UpdateNotApplicable(#[source] Upstream),
    /// Increment on an entry whose value is not a DynamoDB number, or not a 64-bit integer.
    #[error(
        "the entry's value is not a number that Increment can add to: a 64-bit integer, stored as a DynamoDB number and not as text"
    )]
    NotACounter,
    /// The counter would leave the range of a signed 64-bit integer.
    #[error("the counter would leave the range of a signed 64-bit integer")]
    CounterOverflow,
    /// Another program stored an attribute of the wrong type, or uses the version attribute for a number of its own.
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
    /// DynamoDB throttled the call and all of its retries.
    #[error("DynamoDB throttled the call")]
    Throttled(#[source] Upstream),
    /// No memory is left for the answer of DynamoDB. Only reads fail with this.
    #[error("{0}: no memory for the answer of DynamoDB")]
    NoRoom(Full),
    /// The AWS role of this service lacks the permission.
    #[error("the server is not allowed to do this in DynamoDB")]
    BackendAccessDenied(#[source] Upstream),
    /// The AWS credentials of this service are missing or not valid.
    #[error("the server has no valid AWS credentials")]
    BackendCredentials(#[source] Upstream),
    /// DynamoDB refused the signature because of its time: the clock of this machine is wrong.
    #[error("the server's clock is wrong: DynamoDB refused the time of the signature")]
    BackendClock(#[source] Upstream),
    /// DynamoDB refused the call with an error that has no meaning of its own here.
    #[error("DynamoDB refused the call with an error that DynaKV does not know")]
    BackendRefused(#[source] Upstream),
    /// The disk of the embedded engine has no room for the write.
    #[error("the disk of the embedded engine is full")]
    StorageFull(#[source] Upstream),
    /// DynamoDB did not answer; a write certainly did not happen.
    #[error("DynamoDB did not answer")]
    BackendUnavailable(#[source] Upstream),
    /// A write may or may not have happened.
    #[error("an answer of DynamoDB was lost; the write may or may not have happened")]
    OutcomeUnknown(#[source] Upstream),
    /// The deadline of the call has passed.
    #[error("the time of the call is used up")]
    DeadlineExceeded {
        /// Whether a write may have happened.
        may_have_happened: bool,
        /// The failure of the last attempt.
        #[source]
        upstream: Upstream,
    },
    /// A bug of ours: DynamoDB refused a request that the driver built.
    #[error("DynamoDB refused a request that DynaKV built")]
    Internal(#[source] Upstream),
}

impl Error {
    /// Prefixes the field in an error with the operation that it belongs to, or with a message in it.
    pub(crate) fn within(mut self, outer: impl fmt::Display) -> Self {
        if let Self::InvalidExpression { field, .. } | Self::TableNotConfigured { field, .. } = &mut self {
            *field = format!("{outer}.{field}");
        }
        if let Self::Invalid(violation) = self {
            return Self::Invalid(violation.within(outer));
        }
        self
    }

    /// A bug of ours, without an answer of DynamoDB.
    pub(crate) fn internal() -> Self {
        Self::Internal(Upstream::default())
    }

    /// Whether a write may have happened although it failed with this error.
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
            | Self::BackendClock(_)
            | Self::BackendRefused(_)
            | Self::StorageFull(_)
            | Self::BackendUnavailable(_)
            | Self::DeadlineExceeded { may_have_happened: false, .. }
            | Self::Internal(_) => false,
        }
    }

    /// Whether the request or the stored data caused it, so that the operator of the service need not act.
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

    /// The answer of DynamoDB, if it was called.
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
            | Self::BackendClock(upstream)
            | Self::BackendRefused(upstream)
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

/// Details of a failed call to DynamoDB: for the log and, without the cause, for the caller.
#[derive(Debug, Clone, Default)]
pub struct Upstream(Box<Details>);

#[derive(Debug, Clone, Default)]
struct Details {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    throttle_reasons: Vec<String>,
    attempts: u32,
    retry_after: Option<Duration>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Longest error code, request id or throttle reason that is kept. Those of DynamoDB are shorter, but an endpoint may send
/// more.
const MAX_WORD_BYTES: usize = 128;

/// Throttle reasons that are kept at most.
const MAX_REASONS: usize = 8;

fn short(word: &str) -> String {
    excerpt(word, MAX_WORD_BYTES).into_owned()
}

impl Upstream {
    pub(crate) fn new(code: Option<&str>, request_id: Option<&str>) -> Self {
        Self(Box::new(Details { code: code.map(short), request_id: request_id.map(short), ..Details::default() }))
    }

    pub(crate) fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(Arc::from(cause.into()));
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

    pub(crate) fn retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self
    }

    /// After how long another call may succeed, if that is known from what DynamoDB took lately.
    #[must_use]
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The error code in DynamoDB's answer.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// DynamoDB's message. It may name resources, so a caller sees it only if it is about an expression of the caller.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// DynamoDB's request id of the failed call.
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
