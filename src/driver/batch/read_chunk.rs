//! Reads up to a hundred keys of one table in one call, and retries until DynamoDB has read some of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::found::Found;
use super::source::{Asked, ReadItem, Source};
use crate::driver::error::Error;
use crate::driver::read::ItemsRead;
use crate::driver::store::AnswerItem;
use crate::driver::upstream::{Attempts, Call, Capacity, Failure, FailureKind, Paced, Verdict};
use crate::model::ItemKey;

/// The keys of one call, with the attempts made so far.
pub(super) struct Chunk<T> {
    source: Arc<Source<T>>,
    keys: Vec<Asked>,
    attempts: Attempts,
    /// Whether DynamoDB left these keys unprocessed before.
    is_rest: bool,
}

/// The outcome of a chunk.
pub(super) enum Fetched<T> {
    Items(FetchedItems<T>),
    /// None of these keys could be read.
    Failed(Vec<Asked>, Error),
}

pub(super) struct FetchedItems<T> {
    pub(super) read: KeysRead<T>,
    /// The keys that DynamoDB left unprocessed, because capacity is short or the answer would pass 16 MB.
    pub(super) rest: Option<Chunk<T>>,
    pub(super) consumed: Capacity,
}

/// The keys that DynamoDB has read.
pub(super) struct KeysRead<T> {
    /// What was found under each key, with its positions in the request.
    pub(super) answers: Vec<(Vec<usize>, Found<T>)>,
    /// The size of the items.
    pub(super) bytes: usize,
}

impl<T: Send + 'static> Chunk<T> {
    pub(super) fn new(source: Arc<Source<T>>, keys: Vec<Asked>) -> Self {
        let attempts = source.scope.attempts();
        Self { source, keys, attempts, is_rest: false }
    }

    /// Makes attempts until DynamoDB has read some of the keys.
    pub(super) async fn fetch(self) -> Fetched<T> {
        let Self { source, keys, mut attempts, is_rest } = self;
        let asked_for = keys.len();
        let mut call = ChunkCall { source: &source, keys, asked_for, consumed: Capacity::default() };
        let dispatcher = source.scope.dispatcher();
        let fetched = if is_rest {
            dispatcher.resume(&mut attempts, &mut call).await
        } else {
            dispatcher.run(&mut attempts, &mut call).await
        };
        let ChunkCall { keys, consumed, .. } = call;
        match fetched {
            Ok(read) => {
                let is_rest = !keys.is_empty();
                let rest = is_rest.then_some(Self { source, keys, attempts, is_rest });
                Fetched::Items(FetchedItems { read, rest, consumed })
            }
            Err(error) => Fetched::Failed(keys, error),
        }
    }
}

struct ChunkCall<'a, T> {
    source: &'a Source<T>,
    /// The keys that DynamoDB has not read.
    keys: Vec<Asked>,
    /// The keys of the last attempt.
    asked_for: usize,
    consumed: Capacity,
}

impl<T> ChunkCall<'_, T> {
    /// Takes the keys that DynamoDB has read. `None` if one of those that it left unprocessed was not asked for: then the answer
    /// is not what it seems.
    fn take_read(&mut self, mut unprocessed: HashSet<ItemKey>) -> Option<Vec<Asked>> {
        let keys = std::mem::take(&mut self.keys).into_iter();
        let (left, mut read): (Vec<_>, Vec<_>) = keys.partition(|asked| unprocessed.remove(&asked.key));
        self.keys = left;
        if unprocessed.is_empty() {
            return Some(read);
        }
        self.keys.append(&mut read);
        None
    }
}

impl<T: Send + 'static> Call for ChunkCall<'_, T> {
    type Answer = ItemsRead<Option<(ItemKey, ReadItem<T>)>>;
    type Outcome = KeysRead<T>;

    async fn attempt(&mut self) -> Result<Self::Answer, Failure> {
        self.asked_for = self.keys.len();
        let source = self.source;
        let keys = self.keys.iter().map(|asked| source.schema.attributes_of(&asked.key)).collect();
        let read_item = |item: AnswerItem<'_>| source.read_item(item);
        source.scope.batch_get(keys, &source.read, read_item).await
    }

    async fn judge(&mut self, result: Result<Self::Answer, Failure>) -> Verdict<Self::Outcome> {
        let ItemsRead { items, unprocessed, consumed } = match result {
            Ok(read) => read,
            Err(failure) => return Verdict::Again(failure),
        };
        self.consumed += consumed;
        let unprocessed: Option<HashSet<_>> = unprocessed.iter().map(|key| self.source.schema.key_of(key)).collect();
        let items: Option<HashMap<_, _>> = items.into_iter().collect();
        let Some((unprocessed, mut items)) = unprocessed.zip(items) else {
            return Verdict::Again(Failure::unreadable());
        };
        let Some(read) = self.take_read(unprocessed) else { return Verdict::Again(Failure::unreadable()) };
        if read.is_empty() {
            return Verdict::Partly { progressed: false };
        }
        let mut bytes = 0;
        let mut answers = Vec::with_capacity(read.len());
        for Asked { key, positions } in read {
            let found = items.remove(&key).map_or(Found::Nothing, |item| {
                bytes += item.bytes;
                item.found
            });
            answers.push((positions, found));
        }
        Verdict::Done(KeysRead { answers, bytes })
    }

    fn paced(&self) -> Option<Paced<'_>> {
        Some(Paced::new(&self.source.scope.table.queues.pacers.reads, None, self.asked_for))
    }

    fn left(&self) -> usize {
        self.keys.len()
    }

    fn is_ambiguous(&self, _: &FailureKind) -> bool {
        false
    }

    fn give_up(&mut self, failure: Failure) -> Result<Self::Outcome, Error> {
        Err(self.source.end(failure))
    }
}
