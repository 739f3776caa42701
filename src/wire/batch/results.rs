use std::sync::Arc;

use prost::Message;

use super::failures::{Failures, StatusBudget};
use crate::driver::{BatchOutcome, BatchWritten, Error};
use crate::pb;
use crate::wire::status::{self, Access, MAX_MESSAGE_BYTES};

/// What became of one operation of a batch of writes, as a message.
pub(crate) trait WriteResult: Message + Sized {
    /// What the result of a failed condition shows.
    type Current;

    fn of(outcome: BatchOutcome<Self::Current>, failures: &mut Failures<'_>) -> Self;

    /// The size of what is there now, if it is shown.
    fn current_bytes(&self) -> Option<usize>;

    /// Leaves out what is there now.
    fn omit_current(&mut self);
}

/// The response to a batch of writes.
pub(crate) trait WriteResponse: Sized {
    type Result: WriteResult;

    fn new(results: Vec<Self::Result>, consumed_capacity: Option<pb::ConsumedCapacity>) -> Self;
}

/// What a response shows of the operations.
type CurrentOf<R> = <<R as WriteResponse>::Result as WriteResult>::Current;

/// The response to a batch of writes, or an error if all operations failed with the same code. If the client has made
/// an earlier attempt of the batch, no failure says NOT_APPLIED: the earlier attempt may have written.
pub(crate) fn write_response<R: WriteResponse>(
    written: BatchWritten<CurrentOf<R>>,
    wants_capacity: bool,
    is_repeated: bool,
) -> Result<R, Arc<Error>> {
    let BatchWritten { outcomes, consumed } = written;
    if let Some(error) = common_failure(&outcomes) {
        return Err(error);
    }
    let mut status_budget = StatusBudget::default();
    let mut failures = Failures::new(Access::Write, is_repeated, &mut status_budget);
    let mut results: Vec<R::Result> =
        outcomes.into_iter().map(|outcome| <R::Result>::of(outcome, &mut failures)).collect();
    omit_current_past_limit(&mut results);
    Ok(R::new(results, wants_capacity.then(|| consumed.into())))
}

/// The outcomes come first; what is there now gets the remaining space.
fn omit_current_past_limit<R: WriteResult>(results: &mut [R]) {
    let mut budget = MAX_MESSAGE_BYTES;
    for result in &*results {
        budget = budget.saturating_sub(result.encoded_len() - result.current_bytes().unwrap_or(0) + 16);
    }
    for result in results {
        let Some(bytes) = result.current_bytes() else { continue };
        if bytes <= budget {
            budget -= bytes;
        } else {
            result.omit_current();
        }
    }
}

fn common_failure<C>(outcomes: &[BatchOutcome<C>]) -> Option<Arc<Error>> {
    let mut carried_out = outcomes.iter().filter(|outcome| !matches!(outcome, BatchOutcome::Superseded));
    let Some(BatchOutcome::Failed(first)) = carried_out.next() else { return None };
    let is_like_first =
        |outcome: &BatchOutcome<C>| matches!(outcome, BatchOutcome::Failed(error) if status::same_code(error, first));
    if !carried_out.all(is_like_first) {
        return None;
    }
    // If any write may have happened, the common error has to say so.
    let may_have_happened = outcomes.iter().find_map(|outcome| match outcome {
        BatchOutcome::Failed(error) if error.may_have_happened() => Some(error),
        _ => None,
    });
    Some(Arc::clone(may_have_happened.unwrap_or(first)))
}
