//! Sends Gets, each alone or in a batch with those of other callers.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::RecvError;

use super::consistency::Consistency;
use super::request::Read;
use crate::driver::coalesce::{
    BatchQueue, EntryRead, MemberRead, Permit, ReadBatch, Sender, Turn, take_turn, unless_all_left,
};
use crate::driver::runtime::Runtime;
use crate::driver::store::{Item, Role};
use crate::driver::table::Scope;
use crate::driver::upstream::{Failure, FailureKind, SharedFailure, Slot};
use crate::model::{Entry, Key};

/// Sends the batches of Gets of one table and one consistency.
#[derive(Clone)]
struct Reads {
    scope: Scope,
    consistency: Consistency,
}

/// How often a read was in a shared call that failed. A call that is repeated counts in one place.
#[derive(Debug, Default)]
pub(crate) struct SharedFaults(AtomicU32);

impl SharedFaults {
    /// One shared call may fail. After the next the read goes alone: the batch action may be what fails.
    const MAX: u32 = 2;

    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn forbid_sharing(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= Self::MAX
    }
}

impl Scope {
    /// Reads an entry once. `faults` counts those of earlier attempts.
    pub(crate) async fn read_entry(
        &self,
        key: &Key,
        consistency: Consistency,
        faults: &SharedFaults,
    ) -> Result<EntryRead, Failure> {
        if !self.core.coalescing.reads || faults.forbid_sharing() {
            return self.read_alone(key, consistency).await;
        }
        let reads = Reads { scope: self.clone(), consistency };
        let (sender, answer) = oneshot::channel();
        match take_turn(&reads, key.as_str(), || (key.clone(), sender)).await {
            Turn::Alone(mut permit, _) => {
                let mut slot = self.read_slot().await;
                let seen = permit.make(&[key.as_str()], &mut slot, self.read_once(key, consistency)).await;
                slot.answered();
                let seen = seen?;
                permit.answered(Some(size(&seen)));
                Ok(seen)
            }
            Turn::Batched => match reads.wait(key, answer).await {
                Ok(Ok(seen)) => Ok(seen),
                Ok(Err(shared)) => {
                    faults.add();
                    Err(shared.of_member())
                }
                // The batch ended without an answer for this key.
                Err(_) => self.read_alone(key, consistency).await,
            },
        }
    }

    async fn read_alone(&self, key: &Key, consistency: Consistency) -> Result<EntryRead, Failure> {
        let mut slot = self.read_slot().await;
        slot.sent();
        let seen = self.read_once(key, consistency).await;
        slot.answered();
        seen
    }

    async fn read_slot(&self) -> Slot {
        self.table.queues.pacers.reads.in_flight.enter(Some(self.deadline)).await
    }

    async fn read_once(&self, key: &Key, consistency: Consistency) -> Result<EntryRead, Failure> {
        let (item, _) = self.get_item(self.layout.key(key), &Read::whole(consistency)).await?;
        Ok(self.visible(item))
    }
}

impl Reads {
    /// Waits for the answer of a batch. If it takes long, a second read of this key is sent beside it, and the first answer counts.
    async fn wait(&self, key: &Key, mut answer: oneshot::Receiver<MemberRead>) -> Result<MemberRead, RecvError> {
        let queue = self.queue();
        let runtime = self.scope.dispatcher().runtime();
        tokio::select! {
            biased;
            seen = &mut answer => return seen,
            () = runtime.pause(queue.member_timeout()) => {}
        }
        // While calls wait for slots, one more would not be answered sooner.
        if queue.in_flight().is_crowded() {
            tokio::select! {
                biased;
                seen = &mut answer => return seen,
                () = runtime.pause(queue.hang_timeout()) => {}
            }
        }
        Permit::flush(self);
        if !queue.may_hedge() {
            tokio::select! {
                biased;
                seen = &mut answer => return seen,
                // A batch that hangs answers nobody, so this is not bounded by the hedges.
                () = runtime.pause(queue.hang_timeout()) => {}
            }
        }
        tokio::select! {
            biased;
            seen = &mut answer => seen,
            Ok(seen) = self.scope.read_alone(key, self.consistency) => Ok(Ok(seen)),
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

    fn runtime(&self) -> &Runtime {
        self.scope.dispatcher().runtime()
    }

    async fn send(mut permit: Permit<Self>, mut batch: ReadBatch) {
        let reads = permit.sender.clone();
        let mut slot = reads.queue().in_flight().enter(None).await;
        batch.retain_present();
        let keys = batch.keys();
        if keys.is_empty() {
            return;
        }
        let fetch = reads.fetch(keys.clone());
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let call = unless_all_left(fetch, |context| batch.poll_all_left(context));
        let result = permit.make(&names, &mut slot, call).await;
        if result.is_some() {
            slot.answered();
        }
        match result {
            Some(Ok(seen)) => {
                let bytes = seen.iter().map(|(_, seen)| size(seen)).sum::<usize>() / seen.len().max(1);
                permit.answered(Some(bytes));
                for (key, seen) in seen {
                    batch.answer(&key, seen);
                }
                batch.fail(&SharedFailure::unprocessed());
            }
            Some(Err(failure)) => {
                if matches!(failure.kind, FailureKind::AccessDenied) {
                    reads.queue().disable();
                }
                // Without a failure to share, members have no answer and read alone.
                if let Some(shared) = SharedFailure::of(failure, false) {
                    batch.fail(&shared);
                }
            }
            None => {}
        }
    }
}

fn size(seen: &EntryRead) -> usize {
    seen.as_ref().map_or(0, |entry| entry.as_ref().map_or(0, Entry::size))
}
