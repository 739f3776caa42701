use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream;

use crate::driver::entry::{Deletion, KeyValues, PlainSet, Swap};
use crate::driver::error::Error;
use crate::driver::upstream::{Capacity, MAX_WRITES_PER_CALL};
use crate::driver::write::{Action, ChunkMember, WritePlan, Written};
use crate::model::{CompareAndDelete, CompareAndSet, Entry, Key, Set, SetExpiry};

/// Bytes of one BatchWriteItem at most. Source: "Quotas in Amazon DynamoDB", API-specific limits.
const MAX_CHUNK_BYTES: usize = 16 * 1024 * 1024;

/// One operation of a batch.
#[derive(Debug, Clone)]
pub enum BatchOperation {
    /// Write an entry.
    Set(Set),
    /// Write an entry if it is as expected.
    CompareAndSet(CompareAndSet),
    /// Delete an entry.
    Delete(Key),
    /// Delete an entry and say whether there was one.
    DeleteReportingExistence(Key),
    /// Delete an entry if it is as expected.
    CompareAndDelete {
        /// Which, and when.
        delete: CompareAndDelete,
        /// Whether the outcome says that there was an entry.
        reports_existence: bool,
    },
}

/// What became of one operation.
#[derive(Debug, Clone)]
pub enum BatchOutcome {
    /// The entry is written.
    Written(Written),
    /// The entry is deleted; whether there was one, where the caller asked.
    Deleted(Option<bool>),
    /// The entry was not as expected.
    ConditionFailed {
        /// If the caller asked: the entry as it is.
        current: Option<Entry>,
        /// It was asked for and left out, since no response could hold it.
        is_omitted: bool,
    },
    /// A later operation on the same key was carried out instead.
    Superseded,
    /// It failed.
    Failed(Arc<Error>),
}

/// What became of a batch.
#[derive(Debug)]
pub struct BatchWritten {
    /// For each operation, in their order.
    pub outcomes: Vec<BatchOutcome>,
    /// The capacity consumed by the operations that DynamoDB took together, if it was asked for.
    pub consumed: Capacity,
}

/// What one call, or one chunk of several operations, led to.
type Settled = (Vec<(usize, BatchOutcome)>, Capacity);

/// An operation that DynamoDB takes in a BatchWriteItem: its position, and its outcome if it happens.
type Plain = ChunkMember<(usize, BatchOutcome)>;

/// Operations that go out in one BatchWriteItem.
#[derive(Default)]
struct Chunk {
    members: Vec<Plain>,
    bytes: usize,
}

impl KeyValues {
    /// Carries out many independent sets and deletes.
    ///
    /// # Contract
    /// Of several operations on one key only the last is carried out. Each operation has an outcome; none is dropped.
    ///
    /// # Cost
    /// One write each. Plain operations share calls to DynamoDB; those with a condition, with a TTL to keep or with a
    /// question for existence have calls of their own.
    ///
    /// # Errors
    /// [`Error::Invalid`], before anything is sent. Whatever else goes wrong is an outcome.
    pub async fn batch_write(
        &self,
        operations: Vec<BatchOperation>,
        wants_capacity: bool,
    ) -> Result<BatchWritten, Error> {
        for (position, operation) in operations.iter().enumerate() {
            self.check_operation(position, operation)?;
        }
        let mut outcomes: Vec<Option<BatchOutcome>> = vec![None; operations.len()];
        let patient = self.patient();
        let calls = patient.plan(operations, wants_capacity);
        let mut consumed = Capacity::default();
        let mut current_bytes = 0;
        let mut settled = stream::iter(calls).buffer_unordered(self.scope.core.batch_concurrency);
        while let Some((of_call, capacity)) = settled.next().await {
            consumed += capacity;
            for (position, mut outcome) in of_call {
                outcome.keep_within(&mut current_bytes);
                outcomes.get_mut(position).into_iter().for_each(|slot| *slot = Some(outcome.clone()));
            }
        }
        // What no call was made for is what a later operation has replaced.
        let outcomes = outcomes.into_iter().map(|outcome| outcome.unwrap_or(BatchOutcome::Superseded)).collect();
        Ok(BatchWritten { outcomes, consumed })
    }

    fn check_operation(&self, position: usize, operation: &BatchOperation) -> Result<(), Error> {
        let (key, value, expiry) = match operation {
            BatchOperation::Set(set) => (&set.key, &set.value, set.expiry),
            BatchOperation::CompareAndSet(set) => (&set.key, &set.value, set.expiry),
            BatchOperation::Delete(_)
            | BatchOperation::DeleteReportingExistence(_)
            | BatchOperation::CompareAndDelete { .. } => return Ok(()),
        };
        let checked = self.scope.layout.check_size(key, value, expiry);
        Ok(checked.map_err(|violation| violation.within(format!("operations[{position}].set")))?)
    }

    /// The calls that carry the operations out: the last one on each key.
    fn plan(&self, operations: Vec<BatchOperation>, wants_capacity: bool) -> Vec<BoxFuture<'_, Settled>> {
        let last: HashMap<Key, usize> =
            operations.iter().enumerate().map(|(position, operation)| (operation.key().clone(), position)).collect();
        let mut calls: Vec<BoxFuture<'_, Settled>> = Vec::new();
        let mut chunk = Chunk::default();
        for (position, operation) in operations.into_iter().enumerate() {
            if last.get(operation.key()) != Some(&position) {
                continue;
            }
            let bytes = operation.bytes();
            match self.plain(position, operation) {
                Err(operation) => calls.push(Box::pin(self.single(position, operation))),
                Ok(plain) => {
                    if chunk.is_full(bytes) {
                        calls.push(Box::pin(self.chunk(std::mem::take(&mut chunk), wants_capacity)));
                    }
                    chunk.bytes += bytes;
                    chunk.members.push(plain);
                }
            }
        }
        if !chunk.members.is_empty() {
            calls.push(Box::pin(self.chunk(chunk, wants_capacity)));
        }
        calls
    }

    /// The operation as part of a chunk, or itself if it needs a call of its own.
    fn plain(&self, position: usize, operation: BatchOperation) -> Result<Plain, BatchOperation> {
        match operation {
            BatchOperation::Set(set) if set.expiry != SetExpiry::Keep && !set.return_previous => {
                let PlainSet { plan, written } = self.plain_set(&set);
                Ok(ChunkMember { plan, tag: (position, BatchOutcome::Written(written)) })
            }
            BatchOperation::Delete(key) => {
                let plan = WritePlan::entry(key, Action::Delete, None, None);
                Ok(ChunkMember { plan, tag: (position, BatchOutcome::Deleted(None)) })
            }
            alone => Err(alone),
        }
    }

    async fn chunk(&self, chunk: Chunk, wants_capacity: bool) -> Settled {
        let written = self.scope.write_chunk(chunk.members, wants_capacity).await;
        let outcome = |((position, applied), result): (_, Result<(), _>)| match result {
            Ok(()) => (position, applied),
            Err(error) => (position, BatchOutcome::Failed(error)),
        };
        (written.members.into_iter().map(outcome).collect(), written.consumed)
    }

    /// Carries out an operation that needs a call of its own.
    async fn single(&self, position: usize, operation: BatchOperation) -> Settled {
        let outcome = match operation {
            BatchOperation::Set(set) => self.set(&set).await.map(|(written, _)| BatchOutcome::Written(written)),
            BatchOperation::CompareAndSet(set) => self.compare_and_set(&set).await.map(|swap| match swap {
                Swap::Swapped(written) => BatchOutcome::Written(written),
                Swap::NotSwapped(current) => BatchOutcome::ConditionFailed { current, is_omitted: false },
            }),
            BatchOperation::Delete(key) => self.delete(&key).await.map(|_| BatchOutcome::Deleted(None)),
            BatchOperation::DeleteReportingExistence(key) => {
                self.delete(&key).await.map(|existed| BatchOutcome::Deleted(Some(existed)))
            }
            BatchOperation::CompareAndDelete { delete, reports_existence } => {
                self.compare_and_delete(&delete).await.map(|deletion| match deletion {
                    Deletion::Deleted => BatchOutcome::Deleted(reports_existence.then_some(true)),
                    Deletion::NotDeleted(current) => BatchOutcome::ConditionFailed { current, is_omitted: false },
                })
            }
        };
        let outcome = outcome.unwrap_or_else(|error| BatchOutcome::Failed(Arc::new(error)));
        (vec![(position, outcome)], Capacity::default())
    }
}

impl BatchOutcome {
    /// Leaves out the current entry once all of them hold more than any response: a small request may ask for many
    /// large ones.
    fn keep_within(&mut self, current_bytes: &mut usize) {
        const MOST: usize = 16 * 1024 * 1024;
        if let Self::ConditionFailed { current, is_omitted } = self
            && let Some(entry) = current
        {
            *current_bytes += entry.size();
            if *current_bytes > MOST {
                (*current, *is_omitted) = (None, true);
            }
        }
    }
}

impl Chunk {
    fn is_full(&self, further_bytes: usize) -> bool {
        self.members.len() == MAX_WRITES_PER_CALL || self.bytes + further_bytes > MAX_CHUNK_BYTES
    }
}

impl BatchOperation {
    /// About what it takes of a chunk. DynamoDB counts less than this.
    fn bytes(&self) -> usize {
        const BESIDE: usize = 256;
        let value = match self {
            Self::Set(set) => set.value.len(),
            Self::CompareAndSet(set) => set.value.len(),
            Self::Delete(_) | Self::DeleteReportingExistence(_) | Self::CompareAndDelete { .. } => 0,
        };
        self.key().as_str().len() + value + BESIDE
    }

    fn key(&self) -> &Key {
        match self {
            Self::Set(set) => &set.key,
            Self::CompareAndSet(set) => &set.key,
            Self::Delete(key) | Self::DeleteReportingExistence(key) => key,
            Self::CompareAndDelete { delete, .. } => &delete.key,
        }
    }
}
