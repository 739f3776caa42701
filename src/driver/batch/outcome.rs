use std::sync::Arc;

use crate::driver::error::Error;
use crate::driver::store::{Item, item_bytes};
use crate::driver::upstream::Capacity;
use crate::driver::write::Written;
use crate::model::Entry;

/// The outcome of one operation on an entry or item.
#[derive(Debug, Clone)]
pub enum BatchOutcome<C = Entry> {
    /// It is written.
    Written(Written),
    /// It is deleted; with whether it existed, if the caller asked.
    Deleted(Option<bool>),
    /// It was not as expected.
    ConditionFailed {
        /// What is there now, if the caller asked for it.
        current: Option<C>,
        /// The caller asked for what is there now, but it does not fit into the response.
        is_omitted: bool,
    },
    /// A later operation on the same key was carried out instead.
    Superseded,
    /// It failed.
    Failed(Arc<Error>),
}

/// The outcome of a batch.
#[derive(Debug)]
pub struct BatchWritten<C = Entry> {
    /// One for each operation, in their order.
    pub outcomes: Vec<BatchOutcome<C>>,
    /// The capacity consumed by the calls that report it, if it was asked for.
    pub consumed: Capacity,
}

/// What the outcome of a failed condition shows.
pub(super) trait Current: Send + Sync {
    /// Its size.
    fn bytes(&self) -> usize;
}

impl Current for Entry {
    fn bytes(&self) -> usize {
        self.size()
    }
}

impl Current for Item {
    fn bytes(&self) -> usize {
        item_bytes(self)
    }
}

/// Leaves out what is there now once all of it no longer fits into a response: a small request may ask for many large entries.
pub(super) fn omit_current_past_limit<C: Current>(outcome: &mut BatchOutcome<C>, current_bytes: &mut usize) {
    const MAX_CURRENT_BYTES: usize = 16 * 1024 * 1024;
    if let BatchOutcome::ConditionFailed { current, is_omitted } = outcome
        && let Some(shown) = current
    {
        *current_bytes += shown.bytes();
        if *current_bytes > MAX_CURRENT_BYTES {
            (*current, *is_omitted) = (None, true);
        }
    }
}
