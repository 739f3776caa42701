use std::collections::HashMap;
use std::sync::Arc;

use prost::Message;

use crate::driver::Error;
use crate::wire::status::{self, Access, Length};

/// Total size of the detailed statuses of a call. Further ones are brief: 10,000 of 4 KiB each would not fit into a
/// response.
pub(super) const FULL_STATUSES_BYTES: usize = 4 * 1024 * 1024;

/// What is left of the budget for detailed statuses.
#[derive(Debug)]
pub(crate) struct StatusBudget(usize);

impl Default for StatusBudget {
    fn default() -> Self {
        Self(FULL_STATUSES_BYTES)
    }
}

/// Builds the statuses of failed operations. Operations that were sent together share one error, so each error is
/// converted only once: after a timeout thousands of operations fail, and little time is left to build their statuses.
pub(crate) struct Failures<'a> {
    access: Access,
    /// Whether the client has made an earlier attempt of this batch.
    is_repeated: bool,
    budget: &'a mut StatusBudget,
    full: HashMap<*const Error, tonic_types::Status>,
    brief: HashMap<*const Error, tonic_types::Status>,
}

impl<'a> Failures<'a> {
    pub(super) fn new(access: Access, is_repeated: bool, budget: &'a mut StatusBudget) -> Self {
        Self { access, is_repeated, budget, full: HashMap::new(), brief: HashMap::new() }
    }

    pub(super) fn status(&mut self, error: &Arc<Error>) -> tonic_types::Status {
        let make = |length| status::part_of_error(error, self.access, self.is_repeated, length);
        let StatusBudget(budget) = self.budget;
        if *budget > 0 {
            let status = self.full.entry(Arc::as_ptr(error)).or_insert_with(|| make(Length::Full));
            *budget = budget.saturating_sub(status.encoded_len());
            return status.clone();
        }
        self.brief.entry(Arc::as_ptr(error)).or_insert_with(|| make(Length::Brief)).clone()
    }
}
