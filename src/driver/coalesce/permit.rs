use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::queue::{Batch, BatchQueue, Joined, Measured, QueueDecision};
use crate::driver::runtime::Runtime;
use crate::driver::upstream::Slot;

/// Sends the batches of one queue.
pub(crate) trait Sender: Clone + Send + Sync + 'static {
    type Batch: Batch + 'static;

    fn queue(&self) -> &BatchQueue<Self::Batch>;
    fn runtime(&self) -> &Runtime;
    /// Sends a batch and answers its members. A member without an answer is sent alone.
    fn send(permit: Permit<Self>, batch: Self::Batch) -> impl Future<Output = ()> + Send;
}

/// Permission for a call in flight. When the call ends or is dropped, the permit passes to the waiting batch.
pub(crate) struct Permit<S: Sender> {
    pub(crate) sender: S,
    started: Instant,
    measured: Option<Measured>,
    /// Whether the permit was given up because the call hangs.
    hangs: bool,
}

/// How a call goes out.
pub(crate) enum Turn<S: Sender> {
    /// Alone; with the member, if one was made already.
    Alone(Permit<S>, Option<<S::Batch as Batch>::Member>),
    /// As a member of a batch.
    Batched,
}

/// Takes a permit or joins a batch.
pub(crate) async fn take_turn<S: Sender>(
    sender: &S,
    key: &str,
    member: impl FnOnce() -> <S::Batch as Batch>::Member,
) -> Turn<S> {
    let queue = sender.queue();
    match queue.enter(key) {
        QueueDecision::Send => return Turn::Alone(Permit::new(sender), None),
        QueueDecision::Collect => {
            let permit = Permit::new(sender);
            let mut batch = queue.collect().await;
            if batch.is_empty() {
                return Turn::Alone(permit, None);
            }
            batch.push(member());
            permit.spawn(batch);
        }
        QueueDecision::Wait => match queue.join(member()) {
            Joined::Alone(member) => return Turn::Alone(Permit::new(sender), Some(member)),
            Joined::Waits => {}
            Joined::Full(batch) => Permit::new(sender).spawn(batch),
        },
    }
    Turn::Batched
}

impl<S: Sender> Permit<S> {
    fn new(sender: &S) -> Self {
        Self { sender: sender.clone(), started: Instant::now(), measured: None, hangs: false }
    }

    /// Makes the call, with these keys; its slot is the caller's to end. If it hangs, it gives up the permit and waits without it.
    /// While calls wait for slots, all of them take long, and none counts as hanging.
    pub(crate) async fn make<T>(&mut self, keys: &[&str], slot: &mut Slot, call: impl Future<Output = T>) -> T {
        self.started = Instant::now();
        let timeout = self.sender.queue().hang_timeout();
        let sender = self.sender.clone();
        let mut call = pin!(call);
        slot.sent();
        let early = tokio::select! {
            biased;
            result = &mut call => Some(result),
            () = sender.runtime().pause(timeout) => None,
        };
        if early.is_none() && !sender.queue().in_flight().is_crowded() {
            self.hangs = true;
            if let Some(batch) = sender.queue().hang(keys) {
                Self::new(&sender).spawn(batch);
            }
        }
        match early {
            Some(result) => result,
            None => call.await,
        }
    }

    /// The call was answered; with the bytes for each member, if the answer had data.
    pub(crate) fn answered(&mut self, bytes: Option<usize>) {
        self.measured = Some(Measured { time: self.started.elapsed(), bytes });
    }

    /// Sends a batch in a separate task, so that a cancelled member does not cancel it for the others.
    fn spawn(self, batch: S::Batch) {
        // Without a runtime the batch is dropped, and its members see that their channels are closed.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(S::send(self, batch));
        }
    }

    /// Sends the waiting batch, because a member has timed out.
    pub(crate) fn flush(sender: &S) {
        if let Some(batch) = sender.queue().flush() {
            Self::new(sender).spawn(batch);
        }
    }
}

impl<S: Sender> Drop for Permit<S> {
    fn drop(&mut self) {
        if self.hangs {
            return self.sender.queue().leave_late(self.measured);
        }
        let workers = self.sender.runtime().load.workers();
        if let Some(batch) = self.sender.queue().leave(self.measured, workers) {
            Self::new(&self.sender).spawn(batch);
        }
    }
}

/// Runs a call until it ends, or until all members have left.
pub(crate) async fn unless_all_left<T>(
    call: impl Future<Output = T> + Send,
    mut all_left: impl FnMut(&mut Context<'_>) -> bool + Send,
) -> Option<T> {
    let mut call = pin!(call);
    poll_fn(|context| match call.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending if all_left(context) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
