//! Sends Gets, each alone or in a batch with those of other callers.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use tokio::sync::oneshot;

use super::consistency::Consistency;
use super::request::Read;
use crate::driver::coalesce::{BatchQueue, EntryRead, Permit, ReadBatch, Sender, Turn, take_turn, unless_all_left};
use crate::driver::runtime::Workers;
use crate::driver::store::{Item, Role};
use crate::driver::table::Scope;
use crate::driver::upstream::{Failure, FailureKind};
use crate::model::{Entry, Key};

/// Sends the batches of Gets of one table and one consistency.
#[derive(Clone)]
struct Reads {
    scope: Scope,
    consistency: Consistency,
}

impl Scope {
    /// Reads an entry once.
    pub(crate) async fn read_entry(&self, key: &Key, consistency: Consistency) -> Result<EntryRead, Failure> {
        if !self.core.coalescing.reads {
            return self.read_alone(key, consistency).await;
        }
        let reads = Reads { scope: self.clone(), consistency };
        let (sender, answer) = oneshot::channel();
        match take_turn(&reads, || (key.clone(), sender)).await {
            Turn::Alone(permit, _) => reads.read_entry(permit, key).await,
            Turn::Batched => match reads.wait(answer).await {
                Some(seen) => Ok(seen),
                // The batch failed, left this key out, or takes too long.
                None => self.read_alone(key, consistency).await,
            },
        }
    }

    async fn read_alone(&self, key: &Key, consistency: Consistency) -> Result<EntryRead, Failure> {
        let (item, _) = self.get_item(self.layout.key(key), &Read::whole(consistency)).await?;
        Ok(self.visible(item))
    }
}

impl Reads {
    async fn read_entry(&self, mut permit: Permit<Self>, key: &Key) -> Result<EntryRead, Failure> {
        permit.start();
        let seen = self.scope.read_alone(key, self.consistency).await?;
        permit.answered(Some(size(&seen)));
        Ok(seen)
    }

    /// Waits for the answer of a batch, up to the timeout.
    async fn wait(&self, answer: oneshot::Receiver<EntryRead>) -> Option<EntryRead> {
        tokio::select! {
            biased;
            seen = answer => seen.ok(),
            () = self.scope.dispatcher().runtime().pause(self.queue().member_timeout()) => {
                Permit::flush(self);
                None
            }
        }
    }

    /// The result for each key that DynamoDB has read.
    async fn fetch(&self, keys: Vec<String>) -> Result<Vec<(String, EntryRead)>, Failure> {
        let scope = &self.scope;
        let key_name = scope.layout.name(Role::Key);
        let key = |key: &String| Item::from([(key_name.to_owned(), AttributeValue::S(key.clone()))]);
        let read = scope.batch_get_item(keys.iter().map(key).collect(), &Read::whole(self.consistency)).await?;
        let unprocessed: HashSet<String> = read.unprocessed.iter().filter_map(|key| scope.key_of(key)).collect();
        let mut items: HashMap<String, Item> =
            read.items.into_iter().filter_map(|item| Some((scope.key_of(&item)?, item))).collect();
        let looked_for = keys.into_iter().filter(|key| !unprocessed.contains(key));
        Ok(looked_for.map(|key| (items.remove(&key), key)).map(|(item, key)| (key, scope.visible(item))).collect())
    }
}

impl Sender for Reads {
    type Batch = ReadBatch;

    fn queue(&self) -> &BatchQueue<ReadBatch> {
        match self.consistency {
            Consistency::Eventual => &self.scope.table.queues.eventual_reads,
            Consistency::Strong => &self.scope.table.queues.strong_reads,
        }
    }

    fn workers(&self) -> Workers {
        self.scope.dispatcher().runtime().load.workers()
    }

    async fn send(mut permit: Permit<Self>, mut batch: ReadBatch) {
        batch.retain_present();
        let keys = batch.keys();
        if keys.is_empty() {
            return;
        }
        permit.start();
        let reads = permit.sender.clone();
        match unless_all_left(reads.fetch(keys), |context| batch.poll_all_left(context)).await {
            Some(Ok(seen)) => {
                let bytes = seen.iter().map(|(_, seen)| size(seen)).sum::<usize>() / seen.len().max(1);
                permit.answered(Some(bytes));
                for (key, seen) in seen {
                    batch.answer(&key, seen);
                }
            }
            Some(Err(Failure { kind: FailureKind::AccessDenied, .. })) => reads.queue().disable(),
            // All members have left. The call has taken at least this long, which is worth recording.
            None => permit.answered(None),
            Some(Err(_)) => {}
        }
        // The batch is dropped here. Members without an answer read alone.
    }
}

fn size(seen: &EntryRead) -> usize {
    seen.as_ref().map_or(0, |entry| entry.as_ref().map_or(0, Entry::size))
}
