//! Sends plain Sets, each alone or in a batch with those of other callers.

use std::collections::HashSet;

use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::RecvError;

use crate::driver::coalesce::{
    BatchQueue, Permit, SendState, Sender, Turn, WriteBatch, WriteMember, WriteOutcome, take_turn, unless_all_left,
};
use crate::driver::runtime::Runtime;
use crate::driver::store::{Item, Role};
use crate::driver::table::Scope;
use crate::driver::upstream::{Capacity, Failure, FailureKind, SharedFailure, Slot};
use crate::model::Key;

/// Sends the batches of plain Sets of one table.
#[derive(Clone)]
struct Writes(Scope);

impl Scope {
    /// Writes an item once, whatever was there. Shows in `state` whether it was sent.
    pub(super) async fn put_plain(
        &self,
        key: &Key,
        item: impl Fn() -> Item,
        (state, goes_alone): (&SendState, bool),
    ) -> Result<(), Failure> {
        if !self.core.coalescing.writes || goes_alone {
            return self.put_alone(key, item(), state).await;
        }
        let writes = Writes(self.clone());
        let (answer, answered) = oneshot::channel();
        let member = || WriteMember { key: key.clone(), item: item(), state: state.clone(), answer };
        let outcome = match take_turn(&writes, key.as_str(), member).await {
            Turn::Alone(mut permit, member) => {
                let item = member.map_or_else(&item, |member| member.item);
                let mut slot = self.write_slot().await;
                let written = permit.make(&[key.as_str()], &mut slot, self.put_claimed(key, item, state)).await;
                slot.answered();
                written?;
                permit.answered(None);
                return Ok(());
            }
            Turn::Batched => writes.wait(state, answered).await,
        };
        match outcome {
            Ok(WriteOutcome::Written) => Ok(()),
            Ok(WriteOutcome::NotWritten) => {
                state.not_written();
                self.put_alone(key, item(), state).await
            }
            Ok(WriteOutcome::Failed(shared)) => Err(shared.of_member()),
            // The batch ended without an answer.
            Err(_) => Err(Failure::unreadable()),
        }
    }

    async fn put_alone(&self, key: &Key, item: Item, state: &SendState) -> Result<(), Failure> {
        let mut slot = self.write_slot().await;
        slot.sent();
        let written = self.put_claimed(key, item, state).await;
        slot.answered();
        written
    }

    async fn write_slot(&self) -> Slot {
        self.table.queues.pacers.writes.in_flight.enter(Some(self.deadline)).await
    }

    async fn put_claimed(&self, key: &Key, item: Item, state: &SendState) -> Result<(), Failure> {
        let _guard = self.claim(std::iter::once(key)).await?;
        state.sends_alone();
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
    /// Waits for the answer of a batch. The timeout applies only until the batch is sent. While calls wait for slots, it is longer:
    /// a write of its own would not be answered sooner.
    async fn wait(
        &self,
        state: &SendState,
        mut answered: oneshot::Receiver<WriteOutcome>,
    ) -> Result<WriteOutcome, RecvError> {
        let queue = self.queue();
        let timeout = async {
            self.runtime().pause(queue.member_timeout()).await;
            if queue.in_flight().is_crowded() {
                self.runtime().pause(queue.hang_timeout()).await;
            }
        };
        tokio::select! {
            biased;
            outcome = &mut answered => outcome,
            () = timeout => {
                if state.try_take_back() {
                    Permit::flush(self);
                    Ok(WriteOutcome::NotWritten)
                } else {
                    // The batch has been sent. It may still carry the write out, so a second one beside it could overwrite what
                    // another caller has written since then.
                    answered.await
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

    fn runtime(&self) -> &Runtime {
        self.0.dispatcher().runtime()
    }

    async fn send(mut permit: Permit<Self>, batch: WriteBatch) {
        let Self(scope) = permit.sender.clone();
        // Nothing is locked while the batch waits for it.
        let mut slot = scope.table.queues.writes.in_flight().enter(None).await;
        let mut guard = scope.table.queues.key_locks.batch();
        let mut locked = batch.lock(&mut guard);
        let puts = std::mem::take(&mut locked.items).into_iter().map(put_request).collect::<Result<Vec<_>, _>>();
        let Ok(requests) = puts else { return locked.answer(|_| WriteOutcome::NotWritten) };
        if requests.is_empty() {
            return;
        }
        let keys = locked.keys();
        let keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
        let write = scope.batch_write_item(requests, false);
        let call = unless_all_left(write, |context| locked.poll_all_left(context));
        let result = permit.make(&keys, &mut slot, call).await;
        if result.is_some() {
            slot.answered();
        }
        // Unlock before answering: a caller with an answer may write the key again.
        drop(guard);
        match result {
            None => {}
            Some(Ok((unprocessed, _))) => {
                permit.answered(None);
                let throttled = SharedFailure::unprocessed();
                locked.answer(|key| {
                    if unprocessed.contains(key) {
                        WriteOutcome::Failed(throttled.clone())
                    } else {
                        WriteOutcome::Written
                    }
                });
            }
            Some(Err(failure)) => {
                if matches!(failure.kind, FailureKind::AccessDenied) {
                    permit.sender.queue().disable();
                }
                let may_have_happened = failure.kind.may_have_happened_to_some();
                match SharedFailure::of(failure, may_have_happened) {
                    Some(shared) => locked.answer(|_| WriteOutcome::Failed(shared.clone())),
                    None => locked.answer(|_| WriteOutcome::NotWritten),
                }
            }
        }
    }
}

pub(super) fn put_request(item: Item) -> Result<WriteRequest, Failure> {
    let put = PutRequest::builder().set_item(Some(item)).build().map_err(Failure::unbuildable)?;
    Ok(WriteRequest::builder().put_request(put).build())
}
