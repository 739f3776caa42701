use std::collections::{HashMap, HashSet, VecDeque};
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures_util::FutureExt;
use tokio::task::JoinSet;

use super::KeyValues;
use super::aws_error::Failure;
use super::capacity::Capacity;
use super::error::Error;
use super::layout::{Item, Role};
use super::read::{Consistency, Part};
use super::retry::Pacing;
use crate::memory::{self, Account};
use crate::model::{Entry, Key};

/// The most keys that DynamoDB takes in one BatchGetItem.
pub(super) const MAX_CHUNK: usize = 100;

/// How much the answers in flight may be expected to hold, in bytes as DynamoDB counts them.
///
/// An answer is held about four times over while it is taken apart: as base64 in JSON, decoded, and as the messages of
/// the answer before it on their way to the caller. So this is about 48 MB.
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

/// A read of many keys under way. Dropped, it sends nothing more.
///
/// It reads no further than it is asked to: who takes the answers slowly slows the reading.
pub struct BatchGet {
    reader: Reader,
    /// The positions in the request of each key that has no answer yet.
    positions: HashMap<String, Vec<usize>>,
    waiting: VecDeque<Chunk>,
    /// Tasks of their own, so that answers are taken apart on all cores. Dropped, they are aborted.
    in_flight: JoinSet<Fetched>,
    /// What the answers take that were given out last.
    held: Option<Account>,
    /// How many calls may be in flight: it begins at one and doubles, as nobody knows yet how large the items are.
    window: usize,
    largest_answer_bytes: usize,
    consumed: Capacity,
}

/// Keys to be read in one call.
struct Chunk {
    keys: Vec<String>,
    pacing: Pacing,
    pause: Option<Duration>,
}

/// What a call brought.
struct Fetched {
    chunk: Chunk,
    result: Result<Page, Failure>,
    /// What the answer takes until the caller has it.
    held: Option<Account>,
}

pub(super) struct Page {
    pub(super) items: Vec<Item>,
    pub(super) unprocessed: Vec<String>,
    consumed: Capacity,
}

/// Reads keys of one table, a hundred at a time.
#[derive(Clone)]
pub(super) struct Reader {
    call: KeyValues,
    consistency: Consistency,
    part: Part,
    wants_capacity: bool,
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
        self.batch_read(keys, consistency, Part::Whole, wants_capacity)
    }

    pub(super) fn batch_read(
        &self,
        keys: Vec<Key>,
        consistency: Consistency,
        part: Part,
        wants_capacity: bool,
    ) -> BatchGet {
        let mut positions: HashMap<String, Vec<usize>> = HashMap::with_capacity(keys.len());
        for (position, key) in keys.into_iter().enumerate() {
            positions.entry(key.into_string()).or_default().push(position);
        }
        let pacing = Pacing::patient(self.deadline);
        let distinct: Vec<String> = positions.keys().cloned().collect();
        let chunk = |keys: &[String]| Chunk { keys: keys.to_vec(), pacing, pause: None };
        BatchGet {
            waiting: distinct.chunks(MAX_CHUNK).map(chunk).collect(),
            reader: Reader::new(self.clone(), consistency, part, wants_capacity),
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
    /// The next answers, or `None` after the last ones. Whoever asks for them is done with those before.
    pub async fn next(&mut self) -> Option<Vec<Answer>> {
        self.held = None;
        loop {
            while self.in_flight.len() < self.limit()
                && let Some(chunk) = self.waiting.pop_front()
            {
                let fetch = memory::part(self.reader.clone().fetch(chunk));
                self.in_flight.spawn(async {
                    let (fetched, held) = fetch.await;
                    Fetched { held, ..fetched }
                });
            }
            let Fetched { chunk, result, held } = match self.in_flight.join_next().await? {
                Ok(fetched) => fetched,
                // Nobody aborts a task but by dropping the batch, so it has panicked; so does the call, then.
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            };
            let answers = match result {
                Ok(page) => self.take(chunk, page),
                Err(failure) => self.retry_or_fail(chunk, failure),
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
        self.window.min(by_memory).clamp(1, self.reader.call.driver.batch_concurrency)
    }

    fn take(&mut self, mut chunk: Chunk, page: Page) -> Vec<Answer> {
        let Page { items, unprocessed, consumed } = page;
        self.consumed += consumed;
        self.window = self.window.saturating_mul(2);
        let key_name = self.reader.call.table.layout().name(Role::Key).to_owned();
        let left: HashSet<String> = unprocessed.into_iter().collect();
        let mut found: HashMap<String, Item> =
            items.into_iter().filter_map(|item| Some((text(item.get(&key_name)?)?.to_owned(), item))).collect();
        let mut answers = Vec::with_capacity(chunk.keys.len());
        let mut bytes = 0;
        // What DynamoDB left unprocessed it has not looked for.
        let (left, done): (Vec<_>, Vec<_>) = mem::take(&mut chunk.keys).into_iter().partition(|key| left.contains(key));
        for key in done {
            let answer = self.found(found.remove(&key));
            bytes += size(&answer);
            self.answer(&key, &answer, &mut answers);
        }
        self.largest_answer_bytes = self.largest_answer_bytes.max(bytes);
        if !left.is_empty() {
            if !answers.is_empty() {
                chunk.pacing.progressed();
            }
            chunk.keys = left;
            // DynamoDB leaves keys out when it is short of capacity, or the answer would pass 16 MB.
            let failure = chunk.pacing.counted(Failure::throttled());
            answers.extend(self.retry_or_fail(chunk, failure));
        }
        answers
    }

    fn found(&self, item: Option<Item>) -> Found {
        match self.reader.call.visible(item) {
            Ok(Some(entry)) => Found::Item(Box::new(entry)),
            Ok(None) => Found::Nothing,
            Err(unexpected) => Found::Failed(Arc::new(unexpected.into())),
        }
    }

    fn retry_or_fail(&mut self, mut chunk: Chunk, failure: Failure) -> Vec<Answer> {
        let driver = &self.reader.call.driver;
        chunk.pause = chunk.pacing.pause_after(&failure.kind, &driver.runtime, &driver.budget);
        if chunk.pause.is_some() {
            self.waiting.push_back(chunk);
            return Vec::new();
        }
        let failed = Found::Failed(Arc::new(self.reader.call.table.end(failure)));
        let mut answers = Vec::with_capacity(chunk.keys.len());
        for key in chunk.keys {
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

impl Reader {
    pub(super) fn new(call: KeyValues, consistency: Consistency, part: Part, wants_capacity: bool) -> Self {
        Self { call, consistency, part, wants_capacity }
    }

    async fn fetch(self, mut chunk: Chunk) -> Fetched {
        let driver = &self.call.driver;
        if let Some(pause) = chunk.pause.take() {
            driver.runtime.pause(pause).await;
        }
        let result = chunk.pacing.make(&driver.budget, self.batch_get_item(&chunk.keys)).await;
        Fetched { chunk, result, held: None }
    }

    pub(super) async fn batch_get_item(&self, keys: &[String]) -> Result<Page, Failure> {
        let table = self.call.table.physical_name();
        let key_name = self.call.table.layout().name(Role::Key);
        let keys = keys.iter().map(|key| HashMap::from([(key_name.to_owned(), AttributeValue::S(key.clone()))]));
        let (projection, names) = match self.part {
            Part::Whole => (None, None),
            Part::Expiry => {
                let (projection, names) = self.call.projection();
                (Some(projection), Some(names))
            }
        };
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys.collect()))
            .consistent_read(self.consistency == Consistency::Strong)
            .set_projection_expression(projection)
            .set_expression_attribute_names(names)
            .build()
            .map_err(Failure::unbuildable)?;
        let answer = self
            .call
            .driver
            .client
            .batch_get_item()
            .request_items(table, request)
            .set_return_consumed_capacity(Capacity::request(self.wants_capacity))
            .send()
            .boxed()
            .await?;
        let responses = answer.responses.unwrap_or_default();
        let unprocessed = answer.unprocessed_keys.unwrap_or_default();
        // An answer about nothing must not be read as "there is nothing".
        if responses.is_empty() && unprocessed.is_empty() {
            return Err(Failure::unreadable());
        }
        // Only one table was asked, whatever DynamoDB calls it here.
        let left = unprocessed.into_values().flat_map(|unprocessed| unprocessed.keys);
        let left = left.map(|mut key| key.remove(key_name).and_then(into_text).ok_or_else(Failure::unreadable));
        Ok(Page {
            items: responses.into_values().flatten().collect(),
            unprocessed: left.collect::<Result<_, _>>()?,
            consumed: Capacity::of(answer.consumed_capacity.as_deref().unwrap_or_default()),
        })
    }
}

fn size(found: &Found) -> usize {
    match found {
        Found::Item(entry) => entry.size(),
        Found::Nothing | Found::Failed(_) => 0,
    }
}

pub(super) fn text(value: &AttributeValue) -> Option<&str> {
    value.as_s().ok().map(String::as_str)
}

fn into_text(value: AttributeValue) -> Option<String> {
    match value {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}
