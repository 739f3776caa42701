use std::sync::Arc;
use std::time::SystemTime;

use uuid::Uuid;

use super::common_failure;
use crate::error::Failure;
use crate::{Entry, Error, Version};

/// What became of one operation of a [`batch_write`](crate::Client::batch_write) or, with items instead of entries, of a
/// [`batch_write_items`](crate::Client::batch_write_items).
#[derive(Debug, Clone)]
pub enum BatchOutcome<C = Entry> {
    /// The entry or item is written.
    Written {
        /// Its version as written.
        version: Version,
        /// When it expires, if the operation gave a TTL.
        expire_time: Option<SystemTime>,
    },
    /// The entry or item is deleted.
    Deleted {
        /// With `report_existed`: whether there was one.
        existed: Option<bool>,
    },
    /// The entry or item was not as expected and is unchanged.
    ConditionFailed {
        /// With `return_current`: the entry or item as it is, if there is one.
        current: Option<C>,
        /// `current` was asked for and left out, because the response would have become too large.
        current_omitted: bool,
    },
    /// A later operation of the batch names the same key; this one was not carried out.
    Superseded,
    /// It certainly did not happen.
    Failed(Arc<Failure>),
    /// It may or may not have happened.
    OutcomeUnknown(Arc<Failure>),
}

impl<C> BatchOutcome<C> {
    /// Whether the operation was carried out.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        matches!(self, Self::Written { .. } | Self::Deleted { .. })
    }

    /// Why it was not, or may not have been.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.shared_failure().map(Arc::as_ref)
    }

    fn shared_failure(&self) -> Option<&Arc<Failure>> {
        match self {
            Self::Failed(failure) | Self::OutcomeUnknown(failure) => Some(failure),
            Self::Written { .. } | Self::Deleted { .. } | Self::ConditionFailed { .. } | Self::Superseded => None,
        }
    }

    /// The same, if an earlier attempt may have written.
    pub(super) fn in_doubt(self) -> Self {
        match self {
            Self::Failed(failure) => Self::OutcomeUnknown(failure),
            known => known,
        }
    }

    pub(super) fn of_failure(failure: Failure) -> Self {
        if failure.changed_nothing() {
            Self::Failed(Arc::new(failure))
        } else {
            Self::OutcomeUnknown(Arc::new(failure))
        }
    }
}

/// The outcomes of a batch, or its failure if all that was carried out failed with the same code.
pub(super) fn as_one<C>(outcomes: Vec<BatchOutcome<C>>, request_id: Uuid) -> Result<Vec<BatchOutcome<C>>, Error> {
    let carried_out: Vec<&BatchOutcome<C>> =
        outcomes.iter().filter(|outcome| !matches!(outcome, BatchOutcome::Superseded)).collect();
    let failure = common_failure(&carried_out, |outcome| outcome.shared_failure()).and_then(|first| first.failure());
    let Some(failure) = failure else { return Ok(outcomes) };
    let source = Box::new(failure.clone());
    let is_known = carried_out.iter().all(|outcome| matches!(outcome, BatchOutcome::Failed(_)));
    Err(if is_known { Error::Failed(source) } else { Error::OutcomeUnknown { request_id, source } })
}
