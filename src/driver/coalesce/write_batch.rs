use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Context;

use tokio::sync::oneshot;

use super::key_locks::BatchGuard;
use super::queue::Batch;
use crate::driver::error::Upstream;
use crate::driver::store::{Item, item_bytes};
use crate::driver::upstream::MAX_WRITES_PER_CALL;
use crate::model::Key;

/// Largest batch of writes, in bytes: large values delay small ones.
const MAX_BYTES: usize = 1 << 20;

/// Waiting Sets.
#[derive(Debug, Default)]
pub(crate) struct WriteBatch {
    members: Vec<WriteMember>,
    bytes: usize,
}

#[derive(Debug)]
pub(crate) struct WriteMember {
    pub(crate) key: Key,
    pub(crate) item: Item,
    /// Set by whichever comes first: the batch that sends the write, or the caller whose timeout has passed.
    pub(crate) is_taken: Arc<AtomicBool>,
    pub(crate) answer: oneshot::Sender<WriteOutcome>,
}

/// What a batch did for one of its members.
#[derive(Debug)]
pub(crate) enum WriteOutcome {
    Written,
    /// The batch certainly did not write it.
    NotWritten,
    /// The batch may have written it.
    InDoubt(Arc<Upstream>),
}

/// The members of a batch that is being sent.
pub(crate) struct LockedBatch {
    pub(crate) items: Vec<Item>,
    waiting: Vec<(Key, oneshot::Sender<WriteOutcome>)>,
}

impl Batch for WriteBatch {
    type Member = WriteMember;

    fn push(&mut self, member: WriteMember) {
        self.bytes += item_bytes(&member.item);
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
        let mut locked = LockedBatch { items: Vec::new(), waiting: Vec::with_capacity(self.members.len()) };
        for WriteMember { key, item, is_taken, answer } in self.members {
            if answer.is_closed() || is_taken.swap(true, Ordering::AcqRel) {
                continue;
            }
            if guard.try_add(&key) {
                locked.items.push(item);
                locked.waiting.push((key, answer));
            } else {
                let _left = answer.send(WriteOutcome::NotWritten);
            }
        }
        locked
    }
}

impl LockedBatch {
    /// Whether all members have left. Polls only the first one that is present: it wakes the task when it leaves.
    pub(crate) fn poll_all_left(&mut self, context: &mut Context<'_>) -> bool {
        self.waiting.iter_mut().all(|(_, answer)| answer.poll_closed(context).is_ready())
    }

    /// Answers all members. Members that have left are skipped.
    pub(crate) fn answer(self, outcome: impl Fn(&str) -> WriteOutcome) {
        for (key, answer) in self.waiting {
            let _left = answer.send(outcome(key.as_str()));
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::super::KeyLocks;
    use super::*;

    #[test]
    fn members_that_left_or_timed_out_are_not_written() {
        let locks = KeyLocks::default();
        let mut batch = WriteBatch::default();
        let mut answers = Vec::new();
        for (name, is_taken) in [("stays", false), ("timed-out", true), ("leaves", false), ("stays", false)] {
            let key = Key::try_from(name.to_owned()).unwrap();
            let (answer, answered) = oneshot::channel();
            let item = Item::from([("pk".to_owned(), AttributeValue::S(name.to_owned()))]);
            batch.push(WriteMember { key, item, is_taken: Arc::new(AtomicBool::new(is_taken)), answer });
            answers.extend((name != "leaves").then_some(answered));
        }
        let mut guard = locks.batch();
        let locked = batch.lock(&mut guard);
        assert_eq!(locked.waiting.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["stays"]);
        assert_eq!(locked.items.len(), 1);
        // A second write of a key is not sent with the first one.
        let mut answers = answers.into_iter();
        assert!(answers.next().unwrap().try_recv().is_err());
        assert!(answers.next().unwrap().try_recv().is_err());
        assert!(matches!(answers.next().unwrap().try_recv(), Ok(WriteOutcome::NotWritten)));
    }
}
