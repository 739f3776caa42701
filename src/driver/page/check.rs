//! Reads the expiry time of items from the table, if the index does not project it.

use std::collections::HashSet;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::call::PartRead;
use super::source::Source;
use crate::driver::error::Error;
use crate::driver::expression::SharedProjection;
use crate::driver::read::{ItemsRead, Read};
use crate::driver::store::{Item, Role};
use crate::driver::upstream::{Call, Capacity, Failure, FailureKind, MAX_KEYS_PER_READ, Verdict};
use crate::model::ItemKey;

/// The most calls in flight for one page of an index.
const CHUNKS_IN_FLIGHT: usize = 4;

impl Source<'_> {
    /// Drops items that have expired or are gone.
    pub(super) async fn drop_expired(&self, part: PartRead<Item>) -> Result<PartRead<Item>, Error> {
        // An index may show an item twice while it changes, and DynamoDB refuses duplicate keys.
        let keys: HashSet<ItemKey> = part.items.iter().filter_map(|item| self.key.key_of(item)).collect();
        let keys: Vec<ItemKey> = keys.into_iter().collect();
        let chunks: Vec<Vec<ItemKey>> = keys.chunks(MAX_KEYS_PER_READ).map(<[_]>::to_vec).collect();
        let mut checks = stream::iter(chunks).map(|chunk| self.check(chunk)).buffer_unordered(CHUNKS_IN_FLIGHT);
        let PartRead { mut items, scanned, last, mut consumed, .. } = part;
        let mut alive = HashSet::with_capacity(keys.len());
        while let Some((some_alive, some_consumed)) = checks.try_next().await? {
            alive.extend(some_alive);
            consumed += some_consumed;
        }
        items.retain(|item| self.key.key_of(item).is_some_and(|key| alive.contains(&key)));
        Ok(PartRead { count: items.len(), items, scanned, last, consumed })
    }

    /// The keys whose items are alive.
    async fn check(&self, keys: Vec<ItemKey>) -> Result<(HashSet<ItemKey>, Capacity), Error> {
        let expiry = [Role::Ttl, Role::TtlMs].map(|role| self.scope.layout.name(role));
        let read = Read {
            projection: SharedProjection::only(self.key.names().chain(expiry)),
            consistency: self.consistency,
            wants_capacity: self.wants_capacity,
        };
        let mut call = CheckCall { source: self, read, keys, alive: HashSet::new(), consumed: Capacity::default() };
        self.scope.dispatcher().run(&mut self.scope.attempts(), &mut call).await?;
        Ok((call.alive, call.consumed))
    }
}

struct CheckCall<'a, 's> {
    source: &'a Source<'s>,
    read: Read,
    /// The keys that have not been read yet.
    keys: Vec<ItemKey>,
    alive: HashSet<ItemKey>,
    consumed: Capacity,
}

impl CheckCall<'_, '_> {
    fn key_of(&self, item: &Item) -> Result<ItemKey, Failure> {
        self.source.key.key_of(item).ok_or_else(Failure::unreadable)
    }

    /// Adds an answer. Returns whether DynamoDB read any key.
    fn take(&mut self, read: ItemsRead) -> Result<bool, Failure> {
        let ItemsRead { items, unprocessed, consumed } = read;
        let left: Vec<ItemKey> = unprocessed.iter().map(|key| self.key_of(key)).collect::<Result<_, _>>()?;
        let scope = &self.source.scope;
        let now = scope.now();
        for item in items.iter().filter(|item| scope.layout.is_alive(item, now)) {
            let key = self.key_of(item)?;
            self.alive.insert(key);
        }
        self.consumed += consumed;
        let progressed = left.len() < self.keys.len();
        self.keys = left;
        Ok(progressed)
    }
}

impl Call for CheckCall<'_, '_> {
    type Answer = ItemsRead;
    type Outcome = ();

    async fn attempt(&mut self) -> Result<ItemsRead, Failure> {
        let schema = &self.source.key;
        let keys = self.keys.iter().map(|key| schema.attributes(key).map_err(|_| Failure::unreadable()));
        self.source.scope.batch_get_item(keys.collect::<Result<_, _>>()?, &self.read).await
    }

    async fn judge(&mut self, result: Result<ItemsRead, Failure>) -> Verdict<()> {
        match result.and_then(|read| self.take(read)) {
            Ok(_) if self.keys.is_empty() => Verdict::Done(()),
            Ok(progressed) => Verdict::Partly { progressed },
            Err(failure) => Verdict::Again(failure),
        }
    }

    fn is_ambiguous(&self, _: &FailureKind) -> bool {
        false
    }

    fn give_up(&mut self, failure: Failure) -> Result<(), Error> {
        Err(self.source.scope.table.end(failure))
    }
}
