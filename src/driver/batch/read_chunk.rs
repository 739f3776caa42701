//! Reads up to a hundred keys in one call, and retries until DynamoDB has read some of them.

use std::collections::HashSet;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::driver::coalesce::EntryRead;
use crate::driver::error::Error;
use crate::driver::read::{ItemsRead, Read};
use crate::driver::store::{AnswerItem, AnswerValue, Item, Role};
use crate::driver::table::Scope;
use crate::driver::upstream::{Attempts, Call, Capacity, Failure, FailureKind, Paced, Verdict};

/// The keys of one call, with the attempts made so far.
pub(super) struct Chunk {
    keys: Vec<String>,
    attempts: Attempts,
    /// Whether DynamoDB left these keys unprocessed before.
    is_rest: bool,
}

/// The outcome of a chunk.
pub(super) enum Fetched {
    Items(FetchedItems),
    /// None of these keys could be read.
    Failed(Vec<String>, Error),
}

pub(super) struct FetchedItems {
    /// The keys that DynamoDB has read.
    pub(super) keys: Vec<String>,
    pub(super) items: Vec<ReadEntry>,
    /// The keys that it left unprocessed, because capacity is short or the answer would pass 16 MB.
    pub(super) rest: Option<Chunk>,
    pub(super) consumed: Capacity,
}

/// The key of an item, if it has one, and its entry.
pub(super) type ReadEntry = Option<(String, EntryRead)>;

impl Chunk {
    pub(super) fn new(keys: Vec<String>, attempts: Attempts) -> Self {
        Self { keys, attempts, is_rest: false }
    }

    /// Makes attempts until DynamoDB has read some of the keys.
    pub(super) async fn fetch(self, scope: Scope, read: Arc<Read>) -> Fetched {
        let Self { keys, mut attempts, is_rest } = self;
        let asked_for = keys.len();
        let mut call = ChunkCall { scope: &scope, read: &read, keys, asked_for, consumed: Capacity::default() };
        let dispatcher = scope.dispatcher();
        let fetched = if is_rest {
            dispatcher.resume(&mut attempts, &mut call).await
        } else {
            dispatcher.run(&mut attempts, &mut call).await
        };
        match fetched {
            Ok((looked_for, items)) => {
                let is_rest = !call.keys.is_empty();
                let rest = is_rest.then_some(Self { keys: call.keys, attempts, is_rest });
                Fetched::Items(FetchedItems { keys: looked_for, items, rest, consumed: call.consumed })
            }
            Err(error) => Fetched::Failed(call.keys, error),
        }
    }
}

struct ChunkCall<'a> {
    scope: &'a Scope,
    read: &'a Read,
    /// The keys that DynamoDB has not read.
    keys: Vec<String>,
    /// The keys of the last attempt.
    asked_for: usize,
    consumed: Capacity,
}

impl Call for ChunkCall<'_> {
    type Answer = ItemsRead<ReadEntry>;
    /// The keys that DynamoDB has read, and the items that exist.
    type Outcome = (Vec<String>, Vec<ReadEntry>);

    async fn attempt(&mut self) -> Result<Self::Answer, Failure> {
        self.asked_for = self.keys.len();
        let name = self.scope.layout.name(Role::Key);
        let key = |key: &String| Item::from([(name.to_owned(), AttributeValue::S(key.clone()))]);
        let read_entry = |item: AnswerItem<'_>| read_entry(self.scope, item);
        self.scope.batch_get(self.keys.iter().map(key).collect(), self.read, read_entry).await
    }

    async fn judge(&mut self, result: Result<Self::Answer, Failure>) -> Verdict<Self::Outcome> {
        let ItemsRead { items, unprocessed, consumed } = match result {
            Ok(read) => read,
            Err(failure) => return Verdict::Again(failure),
        };
        self.consumed += consumed;
        let unprocessed: Option<HashSet<String>> = unprocessed.iter().map(|key| self.scope.key_of(key)).collect();
        let Some(unprocessed) = unprocessed else { return Verdict::Again(Failure::unreadable()) };
        let keys = std::mem::take(&mut self.keys).into_iter();
        let (left, looked_for): (Vec<_>, Vec<_>) = keys.partition(|key| unprocessed.contains(key));
        self.keys = left;
        if looked_for.is_empty() {
            return Verdict::Partly { progressed: false };
        }
        Verdict::Done((looked_for, items))
    }

    fn paced(&self) -> Option<Paced<'_>> {
        Some(Paced::new(&self.scope.table.queues.pacers.reads, None, self.asked_for))
    }

    fn left(&self) -> usize {
        self.keys.len()
    }

    fn is_ambiguous(&self, _: &FailureKind) -> bool {
        false
    }

    fn give_up(&mut self, failure: Failure) -> Result<Self::Outcome, Error> {
        Err(self.scope.table.end(failure))
    }
}

/// The entry in an item, unless it has expired.
fn read_entry(scope: &Scope, item: AnswerItem<'_>) -> ReadEntry {
    let Some(AnswerValue::S(key)) = item.get(scope.layout.name(Role::Key)) else { return None };
    let key = key.clone().into_owned();
    Some((key, scope.visible_in(item)))
}
