use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Context;

use tokio::sync::oneshot;

use super::key_locks::BatchGuard;
use super::plain_write::PlainWrite;
use super::queue::Batch;
use crate::driver::upstream::{MAX_WRITES_PER_CALL, SharedFailure};
use crate::model::ItemKey;

/// Largest batch of writes, in bytes: large values delay small ones.
const MAX_BYTES: usize = 1 << 20;

/// Waiting writes.
#[derive(Debug, Default)]
pub(crate) struct WriteBatch {
    members: Vec<WriteMember>,
    bytes: usize,
}

#[derive(Debug)]
pub(crate) struct WriteMember {
    pub(crate) key: Arc<ItemKey>,
    pub(crate) write: PlainWrite,
    pub(crate) state: SendState,
    pub(crate) answer: oneshot::Sender<WriteOutcome>,
}

/// Whether a write has been sent. Either the batch or the caller takes a write that waits, whichever comes first.
#[derive(Debug, Clone, Default)]
pub(crate) struct SendState(Arc<AtomicU8>);

impl SendState {
    const WAITS: u8 = 0;
    const TAKEN_BACK: u8 = 1;
    const SENT: u8 = 2;

    fn take(&self, next: u8) -> bool {
        self.0.compare_exchange(Self::WAITS, next, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The batch sends the write now, unless the caller has taken it back.
    fn try_send(&self) -> bool {
        self.take(Self::SENT)
    }

    /// The caller takes the write back, unless the batch has sent it.
    pub(crate) fn try_take_back(&self) -> bool {
        self.take(Self::TAKEN_BACK)
    }

    /// The caller sends the write itself now.
    pub(crate) fn sends_alone(&self) {
        self.0.store(Self::SENT, Ordering::Release);
    }

    /// The batch certainly did not write it.
    pub(crate) fn not_written(&self) {
        self.0.store(Self::TAKEN_BACK, Ordering::Release);
    }

    /// Whether the write was sent. If not, the batch cannot send it any more.
    pub(crate) fn end(&self) -> bool {
        !self.try_take_back() && self.0.load(Ordering::Acquire) == Self::SENT
    }
}

/// What a batch did for one of its members.
#[derive(Debug)]
pub(crate) enum WriteOutcome {
    Written,
    /// The batch certainly did not write it. The failure may concern another member.
    NotWritten,
    /// The call failed for all members. Some of them may be written.
    Failed(SharedFailure),
}

/// The members of a batch that is being sent.
pub(crate) struct LockedBatch {
    pub(crate) writes: Vec<PlainWrite>,
    waiting: Vec<(Arc<ItemKey>, oneshot::Sender<WriteOutcome>)>,
}

impl Batch for WriteBatch {
    type Member = WriteMember;

    fn push(&mut self, member: WriteMember) {
        self.bytes += member.write.bytes();
        self.members.push(member);
    }

    fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    fn is_full(&self, _: usize) -> bool {
        self.members.len() >= MAX_WRITES_PER_CALL || self.bytes >= MAX_BYTES
    }
}

impl WriteBatch {
    /// Takes the members that have not left and whose keys no other write holds. The other members are sent alone.
    pub(crate) fn lock(self, guard: &mut BatchGuard<'_>) -> LockedBatch {
        let mut locked = LockedBatch { writes: Vec::new(), waiting: Vec::with_capacity(self.members.len()) };
        for WriteMember { key, write, state, answer } in self.members {
            if answer.is_closed() || !state.try_send() {
                continue;
            }
            if guard.try_add(&key) {
                locked.writes.push(write);
                locked.waiting.push((key, answer));
            } else {
                state.not_written();
                let _left = answer.send(WriteOutcome::NotWritten);
            }
        }
        locked
    }
}

impl LockedBatch {
    pub(crate) fn keys(&self) -> Vec<Arc<ItemKey>> {
        self.waiting.iter().map(|(key, _)| Arc::clone(key)).collect()
    }

    /// Whether all members have left. Polls only the first one that is present: it wakes the task when it leaves.
    pub(crate) fn poll_all_left(&mut self, context: &mut Context<'_>) -> bool {
        self.waiting.iter_mut().all(|(_, answer)| answer.poll_closed(context).is_ready())
    }

    /// Answers all members. Members that have left are skipped.
    pub(crate) fn answer(self, outcome: impl Fn(&ItemKey) -> WriteOutcome) {
        for (key, answer) in self.waiting {
            let _left = answer.send(outcome(&key));
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::super::KeyLocks;
    use super::*;
    use crate::driver::store::Item;
    use crate::model::Key;

    #[test]
    fn members_that_left_or_timed_out_are_not_written() {
        let locks = KeyLocks::default();
        let mut batch = WriteBatch::default();
        let mut answers = Vec::new();
        for (name, is_taken_back) in [("stays", false), ("timed-out", true), ("leaves", false), ("stays", false)] {
            let key = Arc::new(Key::try_from(name.to_owned()).unwrap().into());
            let (answer, answered) = oneshot::channel();
            let write = PlainWrite::Put(Item::from([("pk".to_owned(), AttributeValue::S(name.to_owned()))]));
            let state = SendState::default();
            assert!(!is_taken_back || state.try_take_back());
            batch.push(WriteMember { key, write, state, answer });
            answers.extend((name != "leaves").then_some(answered));
        }
        let mut guard = locks.batch();
        let locked = batch.lock(&mut guard);
        assert_eq!(locked.waiting.iter().filter_map(|(key, _)| key.entry_key()).collect::<Vec<_>>(), ["stays"]);
        assert_eq!(locked.writes.len(), 1);
        // A second write of a key is not sent with the first one.
        let mut answers = answers.into_iter();
        assert!(answers.next().unwrap().try_recv().is_err());
        assert!(answers.next().unwrap().try_recv().is_err());
        assert!(matches!(answers.next().unwrap().try_recv(), Ok(WriteOutcome::NotWritten)));
    }
}
