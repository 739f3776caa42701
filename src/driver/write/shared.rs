//! Sends plain writes, each alone or in a batch with those of other callers.

use std::collections::HashSet;
use std::sync::Arc;

use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemInput;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::types::WriteRequest;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::RecvError;

use super::plain::PlainPlan;
use crate::driver::coalesce::{
    BatchQueue, Permit, PlainWrite, SendState, Sender, Turn, WriteBatch, WriteMember, WriteOutcome, name_of, take_turn,
    unless_all_left,
};
use crate::driver::runtime::Runtime;
use crate::driver::table::{KeySchema, Scope};
use crate::driver::upstream::{Capacity, Failure, FailureKind, SharedFailure, Slot};
use crate::model::ItemKey;

/// Sends the batches of plain writes of one table.
#[derive(Clone)]
struct Writes(Scope);

impl Scope {
    /// Carries out a plain write once. Shows in `state` whether it was sent.
    pub(super) async fn write_plain(
        &self,
        plan: PlainPlan<'_>,
        (state, goes_alone): (&SendState, bool),
    ) -> Result<(), Failure> {
        let (key, write) = (plan.key(), || plan.write(&self.layout));
        if !self.core.coalescing.writes || goes_alone {
            return self.write_alone(key, write(), state).await;
        }
        let writes = Writes(self.clone());
        let (answer, answered) = oneshot::channel();
        let member = || WriteMember { key: Arc::clone(key), write: write(), state: state.clone(), answer };
        let name = name_of(key);
        let outcome = match take_turn(&writes, &name, member).await {
            Turn::Alone(mut permit, member) => {
                let write = member.map_or_else(write, |member| member.write);
                let mut slot = self.write_slot().await;
                let written = permit.make(&[&name], &mut slot, self.write_claimed(key, write, state)).await;
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
                self.write_alone(key, write(), state).await
            }
            Ok(WriteOutcome::Failed(shared)) => Err(shared.of_member()),
            // The batch ended without an answer.
            Err(_) => Err(Failure::unreadable()),
        }
    }

    async fn write_alone(&self, key: &Arc<ItemKey>, write: PlainWrite, state: &SendState) -> Result<(), Failure> {
        let mut slot = self.write_slot().await;
        slot.sent();
        let written = self.write_claimed(key, write, state).await;
        slot.answered();
        written
    }

    async fn write_slot(&self) -> Slot {
        self.table.queues.pacers.writes.in_flight.enter(Some(self.deadline)).await
    }

    async fn write_claimed(&self, key: &Arc<ItemKey>, write: PlainWrite, state: &SendState) -> Result<(), Failure> {
        let _guard = self.claim(std::iter::once(key)).await?;
        state.sends_alone();
        let table = self.table.physical_name();
        match write {
            PlainWrite::Put(item) => {
                let request = PutItemInput::builder().table_name(table).set_item(Some(item));
                self.dispatcher().send(request).await.map(drop)
            }
            PlainWrite::Delete(key) => {
                let request = DeleteItemInput::builder().table_name(table).set_key(Some(key));
                self.dispatcher().send(request).await.map(drop)
            }
        }
    }

    /// Sends writes of distinct keys once. Returns the keys of those that DynamoDB left unprocessed.
    pub(super) async fn batch_write_item(
        &self,
        (requests, keys): (Vec<WriteRequest>, &[Arc<ItemKey>]),
        wants_capacity: bool,
    ) -> Result<(HashSet<ItemKey>, Capacity), Failure> {
        let request = BatchWriteItemInput::builder()
            .request_items(self.table.physical_name(), requests)
            .set_return_consumed_capacity(Capacity::request(wants_capacity));
        let answer = self.dispatcher().send(request).await?;
        // The request names only one table, so the key of the map does not matter.
        let unprocessed: Vec<_> = answer.unprocessed_items.unwrap_or_default().into_values().flatten().collect();
        let unprocessed = self.keys_of(unprocessed, keys).ok_or_else(Failure::unreadable)?;
        Ok((unprocessed, Capacity::of(answer.consumed_capacity.as_deref().unwrap_or_default())))
    }

    /// The keys of writes that DynamoDB left unprocessed; `None` if one of them is not of these keys.
    fn keys_of(&self, unprocessed: Vec<WriteRequest>, keys: &[Arc<ItemKey>]) -> Option<HashSet<ItemKey>> {
        if unprocessed.is_empty() {
            return Some(HashSet::new());
        }
        let schema = self.table.key_schema();
        let of_ours = |key: &ItemKey| keys.iter().any(|ours| **ours == *key);
        unprocessed.into_iter().map(|request| written_key(&schema, request).filter(of_ours)).collect()
    }
}

/// The primary key of the item that a request writes.
fn written_key(schema: &KeySchema, request: WriteRequest) -> Option<ItemKey> {
    let put = request.put_request.map(|put| put.item);
    let attributes = put.or_else(|| request.delete_request.map(|delete| delete.key))?;
    schema.key_of(&attributes)
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
        let writes = std::mem::take(&mut locked.writes).into_iter();
        let requests = writes.map(PlainWrite::into_request).collect::<Result<Vec<_>, _>>();
        let Ok(requests) = requests else { return locked.answer(|_| WriteOutcome::NotWritten) };
        if requests.is_empty() {
            return;
        }
        let keys = locked.keys();
        let names: Vec<_> = keys.iter().map(|key| name_of(key)).collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let write = scope.batch_write_item((requests, &keys), false);
        let call = unless_all_left(write, |context| locked.poll_all_left(context));
        let result = permit.make(&names, &mut slot, call).await;
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
