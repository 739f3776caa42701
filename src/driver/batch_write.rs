use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};
use futures_util::FutureExt;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream;

use super::KeyValues;
use super::aws_error::Failure;
use super::capacity::Capacity;
use super::coalesce::SingleClaim;
use super::delete::Deletion;
use super::error::Error;
use super::layout::{NewValue, Role};
use super::nonce::Nonce;
use super::set::{Swap, Written};
use crate::model::{CompareAndDelete, CompareAndSet, Entry, Key, Set, SetExpiry};

/// The most writes that DynamoDB takes in one BatchWriteItem, and the most bytes.
pub(super) const MAX_CHUNK: usize = 25;
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

/// An operation that DynamoDB takes in a BatchWriteItem.
#[derive(Clone)]
struct Plain {
    position: usize,
    write: PlainWrite,
}

#[derive(Clone)]
enum PlainWrite {
    Set(Set, Nonce, Written),
    Delete(Key),
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
        let patient = Self { is_patient: true, ..self.clone() };
        let calls = patient.plan(operations, wants_capacity);
        let mut consumed = Capacity::default();
        let mut current_bytes = 0;
        let mut settled = stream::iter(calls).buffer_unordered(self.driver.batch_concurrency);
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
        let checked = self.table.layout().check_size(key, value, expiry);
        Ok(checked.map_err(|violation| violation.within(format!("operations[{position}].set")))?)
    }

    /// The calls that carry the operations out: the last one on each key.
    fn plan(&self, operations: Vec<BatchOperation>, wants_capacity: bool) -> Vec<BoxFuture<'_, Settled>> {
        let last: HashMap<Key, usize> =
            operations.iter().enumerate().map(|(position, operation)| (operation.key().clone(), position)).collect();
        let mut calls: Vec<BoxFuture<'_, Settled>> = Vec::new();
        let mut chunk = Vec::new();
        let mut chunk_bytes = 0;
        for (position, operation) in operations.into_iter().enumerate() {
            if last.get(operation.key()) != Some(&position) {
                continue;
            }
            let write = match operation {
                BatchOperation::Set(set) if set.expiry != SetExpiry::Keep && !set.return_previous => {
                    let (nonce, written) = self.set_plan(&set);
                    PlainWrite::Set(set, nonce, written)
                }
                BatchOperation::Delete(key) => PlainWrite::Delete(key),
                alone => {
                    calls.push(Box::pin(self.single(position, alone)));
                    continue;
                }
            };
            let plain = Plain { position, write };
            let bytes = plain.bytes();
            if chunk.len() == MAX_CHUNK || chunk_bytes + bytes > MAX_CHUNK_BYTES {
                calls.push(Box::pin(self.write_chunk(std::mem::take(&mut chunk), wants_capacity)));
                chunk_bytes = 0;
            }
            chunk_bytes += bytes;
            chunk.push(plain);
        }
        if !chunk.is_empty() {
            calls.push(Box::pin(self.write_chunk(chunk, wants_capacity)));
        }
        calls
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

    /// Writes a chunk until nothing of it is left, or nothing more is to be hoped for.
    ///
    /// A plain write may be sent again after an ambiguous attempt; see `attempt.rs`.
    async fn write_chunk(&self, chunk: Vec<Plain>, wants_capacity: bool) -> Settled {
        let keys: Vec<Key> = chunk.iter().map(|plain| plain.key().clone()).collect();
        let _claims = self.claim(&keys).await;
        let mut attempts = self.attempts();
        let mut left: HashMap<String, Plain> =
            chunk.into_iter().map(|plain| (plain.key().as_str().to_owned(), plain)).collect();
        let mut outcomes = Vec::with_capacity(left.len());
        let mut consumed = Capacity::default();
        let mut in_doubt = false;
        loop {
            let failure = match attempts.make(self.batch_write_item(&left, wants_capacity)).await {
                Ok((unprocessed, capacity)) => {
                    consumed += capacity;
                    let before = left.len();
                    left.retain(|key, plain| {
                        let is_left = unprocessed.contains(key);
                        if !is_left {
                            outcomes.push((plain.position, plain.applied()));
                        }
                        is_left
                    });
                    if left.is_empty() {
                        return (outcomes, consumed);
                    }
                    attempts.partly_done(left.len() < before)
                }
                Err(failure) => failure,
            };
            in_doubt |= failure.kind.may_have_happened_to_some();
            if !attempts.another_after(&failure.kind).await {
                let error = if in_doubt { failure.into_unknown() } else { self.table.end(failure) };
                let failed = BatchOutcome::Failed(Arc::new(error));
                outcomes.extend(left.into_values().map(|plain| (plain.position, failed.clone())));
                return (outcomes, consumed);
            }
        }
    }

    /// Claims keys for writes that share no call with those of others. Without a claim once the deadline has passed: then
    /// nothing is sent any more.
    pub(super) async fn claim<'a>(&'a self, keys: &'a [Key]) -> Vec<SingleClaim<'a>> {
        let mut claims = Vec::with_capacity(keys.len());
        for key in keys {
            claims.extend(self.table.lanes.claims.single_until(key, self.deadline).await);
        }
        claims
    }

    async fn batch_write_item(
        &self,
        writes: &HashMap<String, Plain>,
        wants_capacity: bool,
    ) -> Result<(HashSet<String>, Capacity), Failure> {
        let requests = writes.values().map(|plain| self.write_request(&plain.write)).collect::<Result<_, _>>()?;
        self.send_writes(requests, wants_capacity).await
    }

    /// Sends writes of distinct keys, and answers with the keys of those that DynamoDB left unprocessed.
    pub(super) async fn send_writes(
        &self,
        requests: Vec<WriteRequest>,
        wants_capacity: bool,
    ) -> Result<(HashSet<String>, Capacity), Failure> {
        let table = self.table.physical_name();
        let answer = self
            .driver
            .client
            .batch_write_item()
            .request_items(table, requests)
            .set_return_consumed_capacity(Capacity::request(wants_capacity))
            .send()
            .boxed()
            .await?;
        // Only one table was written to, whatever DynamoDB calls it here.
        let unprocessed = answer.unprocessed_items.unwrap_or_default().into_values().flatten();
        let keys = unprocessed.map(|request| self.key_of(request).ok_or_else(Failure::unreadable));
        let keys = keys.collect::<Result<_, _>>()?;
        Ok((keys, Capacity::of(answer.consumed_capacity.as_deref().unwrap_or_default())))
    }

    fn write_request(&self, write: &PlainWrite) -> Result<WriteRequest, Failure> {
        let layout = self.table.layout();
        let request = WriteRequest::builder();
        Ok(match write {
            PlainWrite::Set(set, nonce, written) => {
                let item = layout.item(&set.key, NewValue::Bytes(&set.value), written.expire_time, *nonce);
                let put = PutRequest::builder().set_item(Some(item)).build().map_err(Failure::unbuildable)?;
                request.put_request(put).build()
            }
            PlainWrite::Delete(key) => {
                let delete = DeleteRequest::builder().set_key(Some(layout.key(key))).build();
                request.delete_request(delete.map_err(Failure::unbuildable)?).build()
            }
        })
    }

    fn key_of(&self, request: WriteRequest) -> Option<String> {
        let put = request.put_request.map(|put| put.item);
        let mut item = put.or_else(|| request.delete_request.map(|delete| delete.key))?;
        match item.remove(self.table.layout().name(Role::Key)) {
            Some(AttributeValue::S(key)) => Some(key),
            _ => None,
        }
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

impl BatchOperation {
    fn key(&self) -> &Key {
        match self {
            Self::Set(set) => &set.key,
            Self::CompareAndSet(set) => &set.key,
            Self::Delete(key) | Self::DeleteReportingExistence(key) => key,
            Self::CompareAndDelete { delete, .. } => &delete.key,
        }
    }
}

impl Plain {
    fn key(&self) -> &Key {
        match &self.write {
            PlainWrite::Set(set, ..) => &set.key,
            PlainWrite::Delete(key) => key,
        }
    }

    /// About what it takes of a call. DynamoDB counts less than we do.
    fn bytes(&self) -> usize {
        const BESIDE: usize = 256;
        let value = match &self.write {
            PlainWrite::Set(set, ..) => set.value.len(),
            PlainWrite::Delete(_) => 0,
        };
        self.key().as_str().len() + value + BESIDE
    }

    fn applied(&self) -> BatchOutcome {
        match &self.write {
            PlainWrite::Set(_, _, written) => BatchOutcome::Written(written.clone()),
            PlainWrite::Delete(_) => BatchOutcome::Deleted(None),
        }
    }
}
