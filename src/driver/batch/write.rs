//! Carries out the operations of a batch: plain ones in chunks, the others in calls of their own.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream;

use super::outcome::{BatchOutcome, BatchWritten, Current, omit_current_past_limit};
use crate::driver::error::Error;
use crate::driver::table::Scope;
use crate::driver::upstream::{Capacity, MAX_WRITES_PER_CALL};
use crate::driver::write::{ChunkMember, WritePlan};

/// The most bytes of one BatchWriteItem. Source: "Quotas in Amazon DynamoDB", API-specific limits.
const MAX_CHUNK_BYTES: usize = 16 * 1024 * 1024;

/// The outcomes of one single call or of one chunk.
type Settled<C> = (Vec<(usize, BatchOutcome<C>)>, Capacity);

/// A call that carries out one or more operations.
type OperationCall<'a, C> = BoxFuture<'a, Settled<C>>;

/// The calls of a batch.
pub(super) struct Calls<'a, C> {
    calls: Vec<OperationCall<'a, C>>,
    wants_capacity: bool,
}

/// The plain writes of one table, which share calls.
pub(super) struct PlainWrites<'a, C> {
    scope: &'a Scope,
    full: Vec<Chunk<C>>,
    chunk: Chunk<C>,
}

/// Operations that are sent in one BatchWriteItem: each has its position, and its outcome if it succeeds.
struct Chunk<C> {
    members: Vec<ChunkMember<(usize, BatchOutcome<C>)>>,
    bytes: usize,
}

/// For each operation, by its key, whether it is the last one on that key. Only that one is carried out.
pub(super) fn last_of_each<K: Hash + Eq>(keys: impl DoubleEndedIterator<Item = K>) -> Vec<bool> {
    let mut later = HashSet::new();
    let mut is_last: Vec<bool> = keys.rev().map(|key| later.insert(key)).collect();
    is_last.reverse();
    is_last
}

impl<'a, C: Current + 'a> Calls<'a, C> {
    pub(super) fn new(wants_capacity: bool) -> Self {
        Self { calls: Vec::new(), wants_capacity }
    }

    /// Adds an operation with a call of its own.
    pub(super) fn add_alone(
        &mut self,
        position: usize,
        call: impl Future<Output = Result<(BatchOutcome<C>, Capacity), Error>> + Send + 'a,
    ) {
        self.calls.push(Box::pin(async move {
            let (outcome, consumed) =
                call.await.unwrap_or_else(|error| (BatchOutcome::Failed(Arc::new(error)), Capacity::default()));
            (vec![(position, outcome)], consumed)
        }));
    }

    /// Adds the plain operations on one table.
    pub(super) fn add_plain(&mut self, plain: PlainWrites<'a, C>) {
        let PlainWrites { scope, full, chunk } = plain;
        let last = Some(chunk).filter(|chunk| !chunk.members.is_empty());
        let wants_capacity = self.wants_capacity;
        for chunk in full.into_iter().chain(last) {
            self.calls.push(Box::pin(chunk.write(scope, wants_capacity)));
        }
    }

    /// Makes the calls, several at the same time. An operation without a call was superseded by a later one.
    pub(super) async fn run(self, operations: usize, concurrency: usize) -> BatchWritten<C> {
        let mut outcomes: Vec<BatchOutcome<C>> = Vec::new();
        outcomes.resize_with(operations, || BatchOutcome::Superseded);
        let mut consumed = Capacity::default();
        let mut current_bytes = 0;
        let mut settled = stream::iter(self.calls).buffer_unordered(concurrency);
        while let Some((of_call, capacity)) = settled.next().await {
            consumed += capacity;
            for (position, mut outcome) in of_call {
                omit_current_past_limit(&mut outcome, &mut current_bytes);
                if let Some(slot) = outcomes.get_mut(position) {
                    *slot = outcome;
                }
            }
        }
        BatchWritten { outcomes, consumed }
    }
}

impl<'a, C> PlainWrites<'a, C> {
    pub(super) fn new(scope: &'a Scope) -> Self {
        Self { scope, full: Vec::new(), chunk: Chunk::default() }
    }

    /// Adds an operation of about this size. `applied` is its outcome if it succeeds.
    pub(super) fn add(&mut self, position: usize, (plan, bytes): (WritePlan, usize), applied: BatchOutcome<C>) {
        if self.chunk.is_full(bytes) {
            self.full.push(std::mem::take(&mut self.chunk));
        }
        self.chunk.bytes += bytes;
        self.chunk.members.push(ChunkMember { plan, tag: (position, applied) });
    }
}

impl<C> Default for Chunk<C> {
    fn default() -> Self {
        Self { members: Vec::new(), bytes: 0 }
    }
}

impl<C> Chunk<C> {
    fn is_full(&self, further_bytes: usize) -> bool {
        self.members.len() == MAX_WRITES_PER_CALL || self.bytes + further_bytes > MAX_CHUNK_BYTES
    }
}

impl<C: Current> Chunk<C> {
    async fn write(self, scope: &Scope, wants_capacity: bool) -> Settled<C> {
        let written = scope.write_chunk(self.members, wants_capacity).await;
        let outcome = |((position, applied), result): (_, Result<(), _>)| match result {
            Ok(()) => (position, applied),
            Err(error) => (position, BatchOutcome::Failed(error)),
        };
        (written.members.into_iter().map(outcome).collect(), written.consumed)
    }
}
