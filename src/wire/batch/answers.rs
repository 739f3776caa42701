use std::collections::VecDeque;

use prost::Message;

use super::failures::{Failures, StatusBudget};
use crate::driver::{Answer, Capacity, Found};
use crate::pb;
use crate::wire::status::Access;

/// Approximate size of a message: small enough to arrive soon, large enough to keep their number low.
pub(super) const MESSAGE_BYTES: usize = 1024 * 1024;

/// A message with a part of the answers to a batch of reads.
pub(crate) trait AnswerMessage: Sized {
    /// What the batch reads.
    type Item;

    /// The answer for one key.
    type Result: Message;

    fn result(index: u32, found: Told<Self::Item>) -> Self::Result;

    fn new(results: Vec<Self::Result>, consumed_capacity: Option<pb::ConsumedCapacity>) -> Self;
}

/// What a message tells of one key.
pub(crate) enum Told<T> {
    Found(T),
    Missing,
    Failed(tonic_types::Status),
}

/// Packs the answers into messages of about [`MESSAGE_BYTES`]. A larger entry or item gets a message of its own.
pub(crate) fn messages<M: AnswerMessage>(answers: Vec<Answer<M::Item>>, budget: &mut StatusBudget) -> VecDeque<M> {
    let mut messages = VecDeque::new();
    let mut failures = Failures::new(Access::Read, false, budget);
    let mut results = Vec::new();
    let mut bytes = 0;
    for answer in answers {
        let result = result::<M>(answer, &mut failures);
        let size = result.encoded_len();
        if bytes + size > MESSAGE_BYTES && !results.is_empty() {
            messages.push_back(M::new(std::mem::take(&mut results), None));
            bytes = 0;
        }
        bytes += size;
        results.push(result);
    }
    if !results.is_empty() {
        messages.push_back(M::new(results, None));
    }
    messages
}

/// The message after the last answer.
pub(crate) fn last_message<M: AnswerMessage>(consumed: Capacity) -> M {
    M::new(Vec::new(), Some(consumed.into()))
}

fn result<M: AnswerMessage>((index, found): Answer<M::Item>, failures: &mut Failures<'_>) -> M::Result {
    let told = match found {
        Found::Item(item) => Told::Found(*item),
        Found::Nothing => Told::Missing,
        Found::Failed(error) => Told::Failed(failures.status(&error)),
    };
    M::result(u32::try_from(index).unwrap_or(u32::MAX), told)
}
