//! Sends plain Sets, each alone or in a batch with those of other callers.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::RecvError;

use crate::driver::coalesce::{
    BatchQueue, Permit, Sender, Turn, WriteBatch, WriteMember, WriteOutcome, take_turn, unless_all_left,
};
use crate::driver::runtime::Workers;
use crate::driver::store::{Item, Role};
use crate::driver::table::Scope;
use crate::driver::upstream::{Capacity, Failure, FailureKind};
use crate::model::Key;

/// Sends the batches of plain Sets of one table.
#[derive(Clone)]
struct Writes(Scope);

impl Scope {
    /// Writes an item once, whatever was there.
    pub(super) async fn put_plain(&self, key: &Key, item: impl Fn() -> Item) -> Result<(), Failure> {
        if !self.core.coalescing.writes {
            return self.put_alone(key, item()).await;
        }
        let writes = Writes(self.clone());
        let is_taken = Arc::new(AtomicBool::new(false));
        let (answer, answered) = oneshot::channel();
        let member = || WriteMember { key: key.clone(), item: item(), is_taken: Arc::clone(&is_taken), answer };
        let outcome = match take_turn(&writes, member).await {
            Turn::Alone(permit, member) => {
                return writes.put(permit, key, member.map_or_else(&item, |member| member.item)).await;
            }
            Turn::Batched => writes.wait(&is_taken, answered).await,
        };
        match outcome {
            Ok(WriteOutcome::Written) => Ok(()),
            Ok(WriteOutcome::NotWritten) => self.put_alone(key, item()).await,
            Ok(WriteOutcome::InDoubt(upstream)) => Err(Failure::in_doubt(upstream)),
            // The batch ended without an answer.
            Err(_) => Err(Failure::unreadable()),
        }
    }

    async fn put_alone(&self, key: &Key, item: Item) -> Result<(), Failure> {
        let _guard = self.table.queues.key_locks.lock(key).await;
        self.put_item(item).await
    }

    async fn put_item(&self, item: Item) -> Result<(), Failure> {
        let request = PutItemInput::builder().table_name(self.table.physical_name()).set_item(Some(item));
        self.dispatcher().send(request).await.map(drop)
    }

    /// Sends writes of distinct keys once. Returns the keys of those that DynamoDB left unprocessed.
    pub(super) async fn batch_write_item(
        &self,
        requests: Vec<WriteRequest>,
        wants_capacity: bool,
    ) -> Result<(HashSet<String>, Capacity), Failure> {
        let request = BatchWriteItemInput::builder()
            .request_items(self.table.physical_name(), requests)
            .set_return_consumed_capacity(Capacity::request(wants_capacity));
        let answer = self.dispatcher().send(request).await?;
        // The request names only one table, so the key of the map does not matter.
        let unprocessed = answer.unprocessed_items.unwrap_or_default().into_values().flatten();
        let keys = unprocessed.map(|request| self.written_key(request).ok_or_else(Failure::unreadable));
        let keys = keys.collect::<Result<_, _>>()?;
        Ok((keys, Capacity::of(answer.consumed_capacity.as_deref().unwrap_or_default())))
    }

    fn written_key(&self, request: WriteRequest) -> Option<String> {
        let put = request.put_request.map(|put| put.item);
        let mut item = put.or_else(|| request.delete_request.map(|delete| delete.key))?;
        match item.remove(self.layout.name(Role::Key)) {
            Some(AttributeValue::S(key)) => Some(key),
            _ => None,
        }
    }
}

impl Writes {
    async fn put(&self, mut permit: Permit<Self>, key: &Key, item: Item) -> Result<(), Failure> {
        let Self(scope) = self;
        let _guard = scope.table.queues.key_locks.lock(key).await;
        permit.start();
        scope.put_item(item).await?;
        permit.answered(None);
        Ok(())
    }

    /// Waits for the answer of a batch. The timeout applies only until the batch is sent.
    async fn wait(
        &self,
        is_taken: &AtomicBool,
        mut answered: oneshot::Receiver<WriteOutcome>,
    ) -> Result<WriteOutcome, RecvError> {
        tokio::select! {
            biased;
            outcome = &mut answered => outcome,
            () = self.0.dispatcher().runtime().pause(self.queue().member_timeout()) => {
                if is_taken.swap(true, Ordering::AcqRel) {
                    // The batch has been sent, so the write must not be sent again.
                    answered.await
                } else {
                    Permit::flush(self);
                    Ok(WriteOutcome::NotWritten)
                }
            }
        }
    }
}

impl Sender for Writes {
    type Batch = WriteBatch;

    fn queue(&self) -> &BatchQueue<WriteBatch> {
        &self.0.table.queues.writes
    }

    fn workers(&self) -> Workers {
        self.0.dispatcher().runtime().load.workers()
    }

    async fn send(mut permit: Permit<Self>, batch: WriteBatch) {
        let Self(scope) = permit.sender.clone();
        let mut guard = scope.table.queues.key_locks.batch();
        let mut locked = batch.lock(&mut guard);
        let puts = std::mem::take(&mut locked.items).into_iter().map(put_request).collect::<Result<Vec<_>, _>>();
        let Ok(requests) = puts else { return locked.answer(|_| WriteOutcome::NotWritten) };
        if requests.is_empty() {
            return;
        }
        permit.start();
        let write = scope.batch_write_item(requests, false);
        let result = unless_all_left(write, |context| locked.poll_all_left(context)).await;
        // Unlock before answering: a caller with an answer may write the key again.
        drop(guard);
        match result {
            None => {}
            Some(Ok((unprocessed, _))) => {
                permit.answered(None);
                locked.answer(
                    |key| {
                        if unprocessed.contains(key) { WriteOutcome::NotWritten } else { WriteOutcome::Written }
                    },
                );
            }
            Some(Err(Failure { kind, upstream })) if kind.may_have_happened_to_some() => {
                let upstream = Arc::new(upstream);
                locked.answer(|_| WriteOutcome::InDoubt(Arc::clone(&upstream)));
            }
            Some(Err(Failure { kind, .. })) => {
                if matches!(kind, FailureKind::AccessDenied) {
                    permit.sender.queue().disable();
                }
                locked.answer(|_| WriteOutcome::NotWritten);
            }
        }
    }
}

pub(super) fn put_request(item: Item) -> Result<WriteRequest, Failure> {
    let put = PutRequest::builder().set_item(Some(item)).build().map_err(Failure::unbuildable)?;
    Ok(WriteRequest::builder().put_request(put).build())
}
