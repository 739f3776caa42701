//! Sends reads of one item, each alone or in a batch with those of other callers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::oneshot;

use super::consistency::Consistency;
use super::request::{ItemsRead, Read};
use crate::driver::coalesce::{
    BatchQueue, MemberRead, Permit, ReadBatch, ReadMember, Seen, Sender, Turn, Wanted, name_of, take_turn,
    unless_all_left,
};
use crate::driver::error::Error;
use crate::driver::runtime::Runtime;
use crate::driver::store::{AnswerItem, Item, Role};
use crate::driver::table::{KeySchema, Scope};
use crate::driver::upstream::{Failure, FailureKind, SharedFailure, Slot};
use crate::model::ItemKey;

/// A read of one item by its key, which fits the table.
#[derive(Debug, Clone)]
pub(crate) struct KeyRead {
    pub(crate) key: Arc<ItemKey>,
    /// The table's primary key; `None` for an entry, whose key is one string.
    pub(crate) schema: Option<Arc<KeySchema>>,
    pub(crate) wanted: Wanted,
    pub(crate) consistency: Consistency,
}

/// Sends the batches of reads of one table and one consistency.
#[derive(Clone)]
struct Reads {
    scope: Scope,
    schema: Option<Arc<KeySchema>>,
    consistency: Consistency,
}

/// What a shared call has found.
struct Answers {
    seen: Vec<(ItemKey, Seen)>,
    /// The keys that DynamoDB has not read.
    unprocessed: Vec<ItemKey>,
}

/// How often a read was in a shared call that failed. A call that is repeated counts in one place.
#[derive(Debug, Default)]
struct SharedFaults(AtomicU32);

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
    /// Reads an item until DynamoDB has answered.
    pub(crate) async fn read_key(&self, read: &KeyRead) -> Result<Seen, Error> {
        let faults = SharedFaults::default();
        self.repeat_shared(read.key.entry_key(), || self.read_once(read, &faults)).await
    }

    /// Reads an item once. `faults` counts those of earlier attempts.
    async fn read_once(&self, read: &KeyRead, faults: &SharedFaults) -> Result<Seen, Failure> {
        if !self.core.coalescing.reads || faults.forbid_sharing() {
            return self.read_alone(read).await;
        }
        let reads = Reads { scope: self.clone(), schema: read.schema.clone(), consistency: read.consistency };
        let name = name_of(&read.key);
        let mut answered = None;
        let member = || {
            let (answer, receiver) = oneshot::channel();
            answered = Some(receiver);
            ReadMember { key: Arc::clone(&read.key), wanted: read.wanted, answer }
        };
        match take_turn(&reads, &name, member).await {
            Turn::Alone(mut permit, _) => {
                let mut slot = self.read_slot().await;
                let seen = permit.make(&[&name], &mut slot, self.fetch_one(read)).await;
                slot.answered();
                let seen = seen?;
                permit.answered(read.wanted.needs_whole_item().then_some(seen.bytes));
                Ok(seen)
            }
            Turn::Batched => match reads.wait(read, answered).await {
                Some(Ok(seen)) => Ok(seen),
                Some(Err(shared)) => {
                    faults.add();
                    Err(shared.of_member())
                }
                // The batch ended without an answer for this key.
                None => self.read_alone(read).await,
            },
        }
    }

    async fn read_alone(&self, read: &KeyRead) -> Result<Seen, Failure> {
        let mut slot = self.read_slot().await;
        slot.sent();
        let seen = self.fetch_one(read).await;
        slot.answered();
        seen
    }

    async fn read_slot(&self) -> Slot {
        self.table.queues.pacers.reads.in_flight.enter(Some(self.deadline)).await
    }

    async fn fetch_one(&self, read: &KeyRead) -> Result<Seen, Failure> {
        let KeyRead { key, schema, wanted, consistency } = read;
        let attributes = match schema {
            Some(schema) => schema.attributes_of(key),
            None => Item::from([(self.layout.name(Role::Key).to_owned(), key.partition().clone())]),
        };
        let (item, _) = self.get_item(attributes, &self.read_for(*wanted, *consistency)).await?;
        Ok(item.map(|item| self.see_stored(item, *wanted)).unwrap_or_default())
    }

    /// Reads no more of an item than what is wanted needs.
    fn read_for(&self, wanted: Wanted, consistency: Consistency) -> Read {
        if wanted.needs_whole_item() { Read::whole(consistency) } else { Read::expiry(&self.layout, consistency) }
    }
}

impl Reads {
    /// Waits for the answer of a batch; `None` if it ends without one. If it takes long, a second read of this key is sent beside it,
    /// and the first answer counts.
    async fn wait(&self, read: &KeyRead, answered: Option<oneshot::Receiver<MemberRead>>) -> Option<MemberRead> {
        let mut answered = answered?;
        let queue = self.queue();
        let runtime = self.scope.dispatcher().runtime();
        tokio::select! {
            biased;
            seen = &mut answered => return seen.ok(),
            () = runtime.pause(queue.member_timeout()) => {}
        }
        // While calls wait for slots, one more would not be answered sooner.
        if queue.in_flight().is_crowded() {
            tokio::select! {
                biased;
                seen = &mut answered => return seen.ok(),
                () = runtime.pause(queue.hang_timeout()) => {}
            }
        }
        Permit::flush(self);
        if !queue.may_hedge() {
            tokio::select! {
                biased;
                seen = &mut answered => return seen.ok(),
                // A batch that hangs answers nobody, so this is not bounded by the hedges.
                () = runtime.pause(queue.hang_timeout()) => {}
            }
        }
        tokio::select! {
            biased;
            seen = &mut answered => seen.ok(),
            Ok(seen) = self.scope.read_alone(read) => Some(Ok(seen)),
        }
    }

    fn schema(&self) -> Cow<'_, KeySchema> {
        match &self.schema {
            Some(schema) => Cow::Borrowed(schema),
            None => Cow::Owned(KeySchema::of_entries(self.scope.layout.name(Role::Key))),
        }
    }

    /// Reads the items of these keys, each as far as it is wanted. `of_all` is what is wanted of any of them.
    async fn fetch(&self, wanted: &HashMap<Arc<ItemKey>, Wanted>, of_all: Wanted) -> Result<Answers, Failure> {
        let scope = &self.scope;
        let schema = self.schema();
        let keys = wanted.keys().map(|key| schema.attributes_of(key)).collect();
        let see = |item: AnswerItem<'_>| {
            let key = schema.key_in(&item)?;
            let wanted = *wanted.get(&key)?;
            Some((key, scope.see(item, wanted)))
        };
        let ItemsRead { items, unprocessed, .. } =
            scope.batch_get(keys, &scope.read_for(of_all, self.consistency), see).await?;
        let is_asked_for = |key: &ItemKey| wanted.contains_key(key);
        let unprocessed = unprocessed.iter().map(|key| schema.key_of(key).filter(is_asked_for));
        // A key that was not asked for shows that the answer is not what it seems.
        let answers = || {
            Some(Answers {
                seen: items.into_iter().collect::<Option<_>>()?,
                unprocessed: unprocessed.collect::<Option<_>>()?,
            })
        };
        answers().ok_or_else(Failure::unreadable)
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
        let wanted = batch.wanted();
        if wanted.is_empty() {
            return;
        }
        let names: Vec<_> = wanted.keys().map(|key| name_of(key)).collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let of_all = wanted.values().copied().fold(Wanted::default(), Wanted::or);
        let call = unless_all_left(reads.fetch(&wanted, of_all), |context| batch.poll_all_left(context));
        let result = permit.make(&names, &mut slot, call).await;
        if result.is_some() {
            slot.answered();
        }
        match result {
            Some(Ok(Answers { seen, unprocessed })) => {
                let bytes = seen.iter().map(|(_, seen)| seen.bytes).sum::<usize>() / wanted.len();
                permit.answered(of_all.needs_whole_item().then_some(bytes));
                for (key, seen) in seen {
                    batch.answer(&key, seen);
                }
                batch.fail_these(&unprocessed, &SharedFailure::unprocessed());
                batch.answer_rest();
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
