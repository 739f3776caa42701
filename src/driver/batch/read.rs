use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::read_chunk::{Chunk, Fetched, FetchedItems};
use crate::driver::coalesce::EntryRead;
use crate::driver::entry::KeyValues;
use crate::driver::error::Error;
use crate::driver::read::{Consistency, Read};
use crate::driver::table::Scope;
use crate::driver::upstream::{Capacity, MAX_KEYS_PER_READ};
use crate::memory::{self, Account};
use crate::model::{Entry, Key};

/// The most expected bytes of answers in flight, as DynamoDB counts them.
///
/// While an answer is decoded, its data is in memory about four times: as base64 in JSON, decoded, and as messages for the
/// caller. So this limit means about 48 MB.
const MAX_BYTES_IN_FLIGHT: usize = 12 * 1024 * 1024;

/// The position of a key in the request, and the outcome for it.
pub type Answer = (usize, Found);

/// The outcome of reading one key.
#[derive(Debug, Clone)]
pub enum Found {
    /// The entry.
    Item(Box<Entry>),
    /// DynamoDB answered that there is no such entry.
    Nothing,
    /// The key could not be read.
    Failed(Arc<Error>),
}

/// A read of many keys in progress. When it is dropped, it sends nothing more.
///
/// It starts new calls only in [`next`](Self::next), so a caller that takes answers slowly slows the reading.
pub struct BatchGet {
    scope: Scope,
    read: Arc<Read>,
    /// The keys without an answer, each with its positions in the request.
    positions: HashMap<String, Vec<usize>>,
    waiting: VecDeque<Chunk>,
    /// Separate tasks, so that answers are decoded on all cores. Dropping the set aborts them.
    in_flight: JoinSet<(Fetched, Option<Account>)>,
    /// The memory of the answers that `next` returned last.
    answer_memory: Option<Account>,
    /// How many calls may be in flight. Starts at one and doubles, since the size of the items is not known yet.
    window: usize,
    largest_answer_bytes: usize,
    consumed: Capacity,
}

impl KeyValues {
    /// Starts to read many entries.
    ///
    /// # Contract
    /// Each position of `keys` is answered exactly once. Keys that DynamoDB leaves unprocessed are retried until the deadline.
    ///
    /// # Cost
    /// One read for each distinct key; one call to DynamoDB for each hundred.
    #[must_use]
    pub fn batch_get(&self, keys: Vec<Key>, consistency: Consistency, wants_capacity: bool) -> BatchGet {
        self.batch_read(keys, Read { wants_capacity, ..Read::whole(consistency) })
    }

    pub(super) fn batch_read(&self, keys: Vec<Key>, read: Read) -> BatchGet {
        let mut positions: HashMap<String, Vec<usize>> = HashMap::with_capacity(keys.len());
        for (position, key) in keys.into_iter().enumerate() {
            positions.entry(key.into_string()).or_default().push(position);
        }
        let distinct: Vec<String> = positions.keys().cloned().collect();
        let scope = self.retrying_until_deadline().scope;
        BatchGet {
            waiting: distinct
                .chunks(MAX_KEYS_PER_READ)
                .map(|keys| Chunk::new(keys.to_vec(), scope.attempts()))
                .collect(),
            scope,
            read: Arc::new(read),
            positions,
            in_flight: JoinSet::new(),
            answer_memory: None,
            window: 1,
            largest_answer_bytes: 0,
            consumed: Capacity::default(),
        }
    }
}

impl BatchGet {
    /// The next answers, or `None` after the last ones. Releases the memory of the answers before them.
    pub async fn next(&mut self) -> Option<Vec<Answer>> {
        self.answer_memory = None;
        loop {
            while self.in_flight.len() < self.limit()
                && let Some(chunk) = self.waiting.pop_front()
            {
                let fetch = chunk.fetch(self.scope.clone(), Arc::clone(&self.read));
                self.in_flight.spawn(memory::part(fetch));
            }
            let (fetched, answer_memory) = match self.in_flight.join_next().await? {
                Ok(fetched) => fetched,
                // Only dropping the batch aborts a task, so this task has panicked. The call panics too.
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            };
            let answers = match fetched {
                Fetched::Items(items) => self.take(items),
                Fetched::Failed(keys, error) => self.fail(keys, error),
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
        self.window.min(by_memory).clamp(1, self.scope.core.batch_concurrency)
    }

    fn take(&mut self, fetched: FetchedItems) -> Vec<Answer> {
        let FetchedItems { keys, items, rest, consumed } = fetched;
        self.consumed += consumed;
        self.window = self.window.saturating_mul(2);
        self.waiting.extend(rest);
        let mut found: HashMap<String, EntryRead> = items.into_iter().flatten().collect();
        let mut answers = Vec::with_capacity(keys.len());
        let mut bytes = 0;
        for key in keys {
            let answer = found.remove(&key).map_or(Found::Nothing, Found::of);
            bytes += size(&answer);
            self.answer(&key, &answer, &mut answers);
        }
        self.largest_answer_bytes = self.largest_answer_bytes.max(bytes);
        answers
    }

    fn fail(&mut self, keys: Vec<String>, error: Error) -> Vec<Answer> {
        let failed = Found::Failed(Arc::new(error));
        let mut answers = Vec::with_capacity(keys.len());
        for key in keys {
            self.answer(&key, &failed, &mut answers);
        }
        answers
    }

    /// Answers every position of a key, and removes the key, so that no position is answered twice.
    fn answer(&mut self, key: &str, found: &Found, answers: &mut Vec<Answer>) {
        let positions = self.positions.remove(key).unwrap_or_default();
        answers.extend(positions.into_iter().map(|position| (position, found.clone())));
    }
}

impl Found {
    fn of(read: EntryRead) -> Self {
        match read {
            Ok(Some(entry)) => Self::Item(Box::new(entry)),
            Ok(None) => Self::Nothing,
            Err(unexpected) => Self::Failed(Arc::new(unexpected.into())),
        }
    }
}

fn size(found: &Found) -> usize {
    match found {
        Found::Item(entry) => entry.size(),
        Found::Nothing | Found::Failed(_) => 0,
    }
}
