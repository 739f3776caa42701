use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::found::{Answer, Found};
use super::read_chunk::{Chunk, Fetched, FetchedItems, KeysRead};
use super::source::{Asked, DistinctKeys, Source};
use crate::driver::error::Error;
use crate::driver::upstream::{Capacity, MAX_KEYS_PER_READ};
use crate::memory::{self, Account};
use crate::model::Entry;

/// The most expected bytes of answers in flight, as DynamoDB counts them.
///
/// While an answer is decoded, its data is in memory about four times: as base64 in JSON, decoded, and as messages for the
/// caller. So this limit means about 48 MB.
const MAX_BYTES_IN_FLIGHT: usize = 12 * 1024 * 1024;

/// A read of many keys in progress. When it is dropped, it sends nothing more.
///
/// It starts new calls only in [`next`](Self::next), so a caller that takes answers slowly slows the reading.
pub struct BatchGet<T = Entry> {
    waiting: VecDeque<Chunk<T>>,
    /// Separate tasks, so that answers are decoded on all cores. Dropping the set aborts them.
    in_flight: JoinSet<(Fetched<T>, Option<Account>)>,
    /// The memory of the answers that `next` returned last.
    answer_memory: Option<Account>,
    /// The most calls in flight.
    concurrency: usize,
    /// How many calls may be in flight. Starts at one and doubles, since the size of the items is not known yet.
    window: usize,
    largest_answer_bytes: usize,
    consumed: Capacity,
}

impl<T: Clone + Send + 'static> BatchGet<T> {
    /// Starts to read keys, those of each table with calls of their own. Each key is in one chunk at a time, so each of its
    /// positions is answered exactly once.
    pub(super) fn new(keys: impl IntoIterator<Item = (Source<T>, DistinctKeys)>, concurrency: usize) -> Self {
        let mut waiting = VecDeque::new();
        for (source, keys) in keys {
            let source = Arc::new(source);
            let chunks = keys.into_parts(MAX_KEYS_PER_READ).into_iter();
            waiting.extend(chunks.map(|keys| Chunk::new(Arc::clone(&source), keys)));
        }
        Self {
            waiting,
            in_flight: JoinSet::new(),
            answer_memory: None,
            concurrency,
            window: 1,
            largest_answer_bytes: 0,
            consumed: Capacity::default(),
        }
    }

    /// The next answers, or `None` after the last ones. Releases the memory of the answers before them.
    pub async fn next(&mut self) -> Option<Vec<Answer<T>>> {
        self.answer_memory = None;
        loop {
            while self.in_flight.len() < self.limit()
                && let Some(chunk) = self.waiting.pop_front()
            {
                self.in_flight.spawn(memory::part(chunk.fetch()));
            }
            let (fetched, answer_memory) = match self.in_flight.join_next().await? {
                Ok(fetched) => fetched,
                // Only dropping the batch aborts a task, so this task has panicked. The call panics too.
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            };
            let answers = match fetched {
                Fetched::Items(items) => self.take(items),
                Fetched::Failed(keys, error) => fail(keys, error),
            };
            if !answers.is_empty() {
                self.answer_memory = answer_memory;
                return Some(answers);
            }
        }
    }

    /// The capacity consumed so far, if it was asked for.
    #[must_use]
    pub fn consumed(&self) -> Capacity {
        self.consumed
    }

    fn limit(&self) -> usize {
        let by_memory = MAX_BYTES_IN_FLIGHT / self.largest_answer_bytes.max(1);
        self.window.min(by_memory).clamp(1, self.concurrency)
    }

    fn take(&mut self, fetched: FetchedItems<T>) -> Vec<Answer<T>> {
        let FetchedItems { read: KeysRead { answers, bytes }, rest, consumed } = fetched;
        self.consumed += consumed;
        self.window = self.window.saturating_mul(2);
        self.waiting.extend(rest);
        self.largest_answer_bytes = self.largest_answer_bytes.max(bytes);
        let mut of_positions = Vec::with_capacity(answers.len());
        for (positions, found) in answers {
            answer(positions, found, &mut of_positions);
        }
        of_positions
    }
}

fn fail<T: Clone>(keys: Vec<Asked>, error: Error) -> Vec<Answer<T>> {
    let error = Arc::new(error);
    let mut answers = Vec::with_capacity(keys.len());
    for Asked { positions, .. } in keys {
        answer(positions, Found::Failed(Arc::clone(&error)), &mut answers);
    }
    answers
}

/// Answers every position of a key.
fn answer<T: Clone>(positions: Vec<usize>, found: Found<T>, answers: &mut Vec<Answer<T>>) {
    let mut positions = positions.into_iter();
    let last = positions.next_back();
    answers.extend(positions.map(|position| (position, found.clone())));
    answers.extend(last.map(|position| (position, found)));
}
