use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures_util::FutureExt;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::call::Read;
use super::source::Source;
use crate::driver::aws_error::Failure;
use crate::driver::capacity::Capacity;
use crate::driver::error::Error;
use crate::driver::layout::{Item, Role};
use crate::driver::projection::SharedProjection;
use crate::driver::read::Consistency;
use crate::driver::retry::{Attempts, Pacing};
use crate::model::ItemKey;

/// The most keys that DynamoDB takes in one BatchGetItem.
const MAX_CHUNK: usize = 100;

/// How many chunks of one read are asked for at the same time.
const CHUNKS_IN_FLIGHT: usize = 4;

/// What the table said of some keys.
#[derive(Debug, Default)]
struct Checked {
    alive: HashSet<ItemKey>,
    consumed: Capacity,
}

impl Source<'_> {
    /// Drops what has expired, or is gone, by asking the table: the index does not have the expiry time.
    pub(super) async fn drop_expired(&self, read: Read) -> Result<Read, Error> {
        // An index may show an item twice while it changes, and DynamoDB takes no key twice.
        let keys: HashSet<ItemKey> = read.items.iter().filter_map(|item| self.key.key_of(item)).collect();
        let keys: Vec<ItemKey> = keys.into_iter().collect();
        let chunks: Vec<Vec<ItemKey>> = keys.chunks(MAX_CHUNK).map(<[_]>::to_vec).collect();
        let mut checks = stream::iter(chunks).map(|chunk| self.check(chunk)).buffer_unordered(CHUNKS_IN_FLIGHT);
        let Read { mut items, scanned, last, mut consumed, .. } = read;
        let mut alive = HashSet::with_capacity(keys.len());
        while let Some(checked) = checks.try_next().await? {
            alive.extend(checked.alive);
            consumed += checked.consumed;
        }
        items.retain(|item| self.key.key_of(item).is_some_and(|key| alive.contains(&key)));
        Ok(Read { count: items.len(), items, scanned, last, consumed })
    }

    /// Asks until the table has said something of every key.
    async fn check(&self, mut keys: Vec<ItemKey>) -> Result<Checked, Error> {
        let mut attempts = Attempts::new(&self.inner.runtime, &self.inner.budget, Pacing::new(self.deadline));
        let mut checked = Checked::default();
        loop {
            let failure = match attempts.make(self.batch_get_item(&keys, &mut checked)).await {
                Ok(left) if left.is_empty() => return Ok(checked),
                Ok(left) => {
                    let progressed = left.len() < keys.len();
                    keys = left;
                    attempts.partly_done(progressed)
                }
                Err(failure) => failure,
            };
            if !attempts.another_after(&failure.kind).await {
                return Err(self.table.end(failure));
            }
        }
    }

    /// Asks once; the keys that DynamoDB left unprocessed.
    async fn batch_get_item(&self, keys: &[ItemKey], checked: &mut Checked) -> Result<Vec<ItemKey>, Failure> {
        let expiry = [self.layout.name(Role::Ttl), self.layout.name(Role::TtlMs)];
        let projection = SharedProjection::only(self.key.names().chain(expiry));
        let keys = keys.iter().map(|key| self.key.attributes(key).map_err(|_| Failure::unreadable()));
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys.collect::<Result<_, _>>()?))
            .set_projection_expression(projection.expression().map(str::to_owned))
            .set_expression_attribute_names(Some(projection.names().clone()))
            .consistent_read(self.consistency == Consistency::Strong)
            .build()
            .map_err(Failure::unbuildable)?;
        let answer = self
            .inner
            .client
            .batch_get_item()
            .request_items(self.table.physical_name(), request)
            .set_return_consumed_capacity(Capacity::request(self.wants_capacity))
            .send()
            .boxed()
            .await?;
        let responses = answer.responses.unwrap_or_default();
        let unprocessed: HashMap<_, KeysAndAttributes> = answer.unprocessed_keys.unwrap_or_default();
        // An answer about nothing must not be read as "there is nothing".
        if responses.is_empty() && unprocessed.is_empty() {
            return Err(Failure::unreadable());
        }
        let key_of = |item: &Item| self.key.key_of(item).ok_or_else(Failure::unreadable);
        let left = unprocessed.values().flat_map(KeysAndAttributes::keys).map(key_of).collect::<Result<_, _>>()?;
        let now = self.inner.runtime.clock.now();
        for item in responses.values().flatten().filter(|item| self.layout.is_alive(item, now)) {
            checked.alive.insert(key_of(item)?);
        }
        checked.consumed += Capacity::of(answer.consumed_capacity.as_deref().unwrap_or_default());
        Ok(left)
    }
}
