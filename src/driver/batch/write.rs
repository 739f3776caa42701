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

/// The most bytes of one BatchWriteItem. Source: "Quotas in Amazon DynamoDB", API-specific limits.
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
    /// Delete an entry and report whether it existed.
    DeleteReportingExistence(Key),
    /// Delete an entry if it is as expected.
    CompareAndDelete {
        /// The key and the expected state.
        delete: CompareAndDelete,
        /// Whether the outcome reports that the entry existed.
        reports_existence: bool,
    },
}

/// The outcome of one operation.
#[derive(Debug, Clone)]
pub enum BatchOutcome {
    /// The entry is written.
    Written(Written),
    /// The entry is deleted; with whether it existed, if the caller asked.
    Deleted(Option<bool>),
    /// The entry was not as expected.
    ConditionFailed {
        /// The current entry, if the caller asked for it.
        current: Option<Entry>,
        /// The caller asked for the current entry, but it does not fit into the response.
        is_omitted: bool,
    },
    /// A later operation on the same key was carried out instead.
    Superseded,
    /// It failed.
    Failed(Arc<Error>),
}

/// The outcome of a batch.
#[derive(Debug)]
pub struct BatchWritten {
    /// One for each operation, in their order.
    pub outcomes: Vec<BatchOutcome>,
    /// The capacity consumed by BatchWriteItem calls, if it was asked for.
    pub consumed: Capacity,
}

/// The outcomes of one single call or of one chunk.
type Settled = (Vec<(usize, BatchOutcome)>, Capacity);

/// An operation that fits into a BatchWriteItem: its position, and its outcome if it succeeds.
type Plain = ChunkMember<(usize, BatchOutcome)>;

/// How an operation is sent.
#[expect(clippy::large_enum_variant, reason = "it is matched at once and never stored")]
enum Part {
    /// In a chunk with others.
    Plain(Plain),
    /// In a call of its own.
    Alone(BatchOperation),
}

/// Operations that are sent in one BatchWriteItem.
#[derive(Default)]
struct Chunk {
    members: Vec<Plain>,
    bytes: usize,
}

impl KeyValues {
    /// Carries out many independent sets and deletes.
    ///
    /// # Contract
    /// Of several operations on one key only the last one is carried out. Each operation has an outcome.
    ///
    /// # Cost
    /// One write each. Plain operations share calls to DynamoDB. An operation is sent alone if it has a condition, keeps a TTL
    /// or reports existence.
    ///
    /// # Errors
    /// [`Error::Invalid`], before anything is sent. Any other failure is an outcome.
    pub async fn batch_write(
        &self,
        operations: Vec<BatchOperation>,
        wants_capacity: bool,
    ) -> Result<BatchWritten, Error> {
        for (position, operation) in operations.iter().enumerate() {
            self.check_operation(position, operation)?;
        }
        let mut outcomes: Vec<Option<BatchOutcome>> = vec![None; operations.len()];
        let calls_of_batch = self.retrying_until_deadline();
        let calls = calls_of_batch.plan(operations, wants_capacity);
        let mut consumed = Capacity::default();
        let mut current_bytes = 0;
        let mut settled = stream::iter(calls).buffer_unordered(self.scope.core.batch_concurrency);
        while let Some((of_call, capacity)) = settled.next().await {
            consumed += capacity;
            for (position, mut outcome) in of_call {
                outcome.omit_current_past_limit(&mut current_bytes);
                outcomes.get_mut(position).into_iter().for_each(|slot| *slot = Some(outcome.clone()));
            }
        }
        // An operation without a call was superseded by a later one.
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

    /// The calls for the last operation on each key.
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
                Part::Alone(operation) => calls.push(Box::pin(self.single(position, operation))),
                Part::Plain(plain) => {
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

    /// The operation as part of a chunk, or unchanged if it has to be sent alone.
    fn plain(&self, position: usize, operation: BatchOperation) -> Part {
        match operation {
            BatchOperation::Set(set) if set.expiry != SetExpiry::Keep && !set.return_previous => {
                let PlainSet { plan, written } = self.plain_set(&set);
                Part::Plain(ChunkMember { plan, tag: (position, BatchOutcome::Written(written)) })
            }
            BatchOperation::Delete(key) => {
                let plan = WritePlan::entry(key, Action::Delete, None, None);
                Part::Plain(ChunkMember { plan, tag: (position, BatchOutcome::Deleted(None)) })
            }
            alone => Part::Alone(alone),
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

    /// Carries out an operation that has to be sent alone.
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
    /// Leaves out the current entry once the current entries no longer fit into a response: a small request may ask for many
    /// large entries.
    fn omit_current_past_limit(&mut self, current_bytes: &mut usize) {
        const MAX_CURRENT_BYTES: usize = 16 * 1024 * 1024;
        if let Self::ConditionFailed { current, is_omitted } = self
            && let Some(entry) = current
        {
            *current_bytes += entry.size();
            if *current_bytes > MAX_CURRENT_BYTES {
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
    /// The approximate size in a chunk; at least what DynamoDB counts.
    fn bytes(&self) -> usize {
        const OVERHEAD: usize = 256;
        let value = match self {
            Self::Set(set) => set.value.len(),
            Self::CompareAndSet(set) => set.value.len(),
            Self::Delete(_) | Self::DeleteReportingExistence(_) | Self::CompareAndDelete { .. } => 0,
        };
        self.key().as_str().len() + value + OVERHEAD
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
