use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::read_chunk::{Chunk, Fetched, FetchedItems};
use crate::driver::entry::KeyValues;
use crate::driver::error::Error;
use crate::driver::read::{Consistency, Read};
use crate::driver::store::Item;
use crate::driver::table::Scope;
use crate::driver::upstream::{Capacity, MAX_KEYS_PER_READ};
use crate::memory::{self, Account};
use crate::model::{Entry, Key};

/// Expected bytes of the answers in flight, as DynamoDB counts them.
///
/// An answer is held about four times over while it is decoded: as base64 in JSON, decoded, and as messages on their way to the
/// caller. So this is about 48 MB.
const MAX_BYTES_IN_FLIGHT: usize = 12 * 1024 * 1024;

/// What became of one key, under the position of the key in the request.
pub type Answer = (usize, Found);

/// What became of one key.
#[derive(Debug, Clone)]
pub enum Found {
    /// The entry.
    Item(Box<Entry>),
    /// There is no such entry: DynamoDB was asked and said so.
    Nothing,
    /// The key could not be read.
    Failed(Arc<Error>),
}

/// A read of many keys in progress. Dropped, it sends nothing more.
///
/// It reads no further than it is asked to: a caller that takes answers slowly slows the reading.
pub struct BatchGet {
    scope: Scope,
    read: Arc<Read>,
    /// The positions in the request of each key that has no answer yet.
    positions: HashMap<String, Vec<usize>>,
    waiting: VecDeque<Chunk>,
    /// Tasks of their own, so that answers are decoded on all cores. Dropped, they are aborted.
    in_flight: JoinSet<(Fetched, Option<Account>)>,
    /// The memory of the answers that were given out last.
    held: Option<Account>,
    /// How many calls may be in flight. Begins at one and doubles: the size of the items is not known yet.
    window: usize,
    largest_answer_bytes: usize,
    consumed: Capacity,
}

impl KeyValues {
    /// Begins to read many entries.
    ///
    /// # Contract
    /// Each position of `keys` is answered exactly once. What DynamoDB leaves unprocessed is asked for again until the
    /// deadline.
    ///
    /// # Cost
    /// One read for each distinct key; a call to DynamoDB for each hundred.
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
        let scope = self.patient().scope;
        BatchGet {
            waiting: distinct
                .chunks(MAX_KEYS_PER_READ)
                .map(|keys| Chunk::new(keys.to_vec(), scope.attempts()))
                .collect(),
            scope,
            read: Arc::new(read),
            positions,
            in_flight: JoinSet::new(),
            held: None,
            window: 1,
            largest_answer_bytes: 0,
            consumed: Capacity::default(),
        }
    }
}

impl BatchGet {
    /// The next answers, or `None` after the last ones. Who asks for them is done with those before.
    pub async fn next(&mut self) -> Option<Vec<Answer>> {
        self.held = None;
        loop {
            while self.in_flight.len() < self.limit()
                && let Some(chunk) = self.waiting.pop_front()
            {
                let fetch = chunk.fetch(self.scope.clone(), Arc::clone(&self.read));
                self.in_flight.spawn(memory::part(fetch));
            }
            let (fetched, held) = match self.in_flight.join_next().await? {
                Ok(fetched) => fetched,
                // Only dropping the batch aborts a task, so this one has panicked; then the call does, too.
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            };
            let answers = match fetched {
                Fetched::Items(items) => self.take(items),
                Fetched::Failed(keys, error) => self.fail(keys, error),
            };
            if !answers.is_empty() {
                self.held = held;
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
        let mut found: HashMap<String, Item> =
            items.into_iter().filter_map(|item| Some((self.scope.key_of(&item)?, item))).collect();
        let mut answers = Vec::with_capacity(keys.len());
        let mut bytes = 0;
        for key in keys {
            let answer = self.found(found.remove(&key));
            bytes += size(&answer);
            self.answer(&key, &answer, &mut answers);
        }
        self.largest_answer_bytes = self.largest_answer_bytes.max(bytes);
        answers
    }

    fn found(&self, item: Option<Item>) -> Found {
        match self.scope.visible(item) {
            Ok(Some(entry)) => Found::Item(Box::new(entry)),
            Ok(None) => Found::Nothing,
            Err(unexpected) => Found::Failed(Arc::new(unexpected.into())),
        }
    }

    fn fail(&mut self, keys: Vec<String>, error: Error) -> Vec<Answer> {
        let failed = Found::Failed(Arc::new(error));
        let mut answers = Vec::with_capacity(keys.len());
        for key in keys {
            self.answer(&key, &failed, &mut answers);
        }
        answers
    }

    /// Answers every position of a key, and takes the key out, so that none is answered twice.
    fn answer(&mut self, key: &str, found: &Found, answers: &mut Vec<Answer>) {
        let positions = self.positions.remove(key).unwrap_or_default();
        answers.extend(positions.into_iter().map(|position| (position, found.clone())));
    }
}

fn size(found: &Found) -> usize {
    match found {
        Found::Item(entry) => entry.size(),
        Found::Nothing | Found::Failed(_) => 0,
    }
}
