use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::task::Context;

use tokio::sync::oneshot;

use super::queue::Batch;
use crate::driver::store::{Item, Unexpected};
use crate::driver::upstream::{MAX_KEYS_PER_READ, SharedFailure};
use crate::model::{Entry, ExpireTime, ItemKey};

/// The result of a read: an entry, none, or one with an attribute of an unsupported type.
pub(crate) type EntryRead = Result<Option<Entry>, Unexpected>;

/// The answer to a member of a batch.
pub(crate) type MemberRead = Result<Seen, SharedFailure>;

/// Largest expected answer to a batch of reads, in bytes: large values delay small ones.
const MAX_BYTES: usize = 1 << 20;

/// What the callers want to know of an item. Nothing else of it is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) entry: bool,
    pub(crate) expire_time: bool,
    pub(crate) item: bool,
}

/// What a read has found under a key, as far as it was wanted. The default is that there is no such item.
#[derive(Clone)]
pub(crate) struct Seen {
    /// The entry, unless it has expired.
    pub(crate) entry: EntryRead,
    /// Whether there is an item, expired or not.
    pub(crate) exists: bool,
    /// When the item expires, if it has a TTL; of an expired item too.
    pub(crate) expire_time: Option<ExpireTime>,
    /// The whole item, expired or not.
    pub(crate) item: Option<Item>,
    /// The size of what was read.
    pub(crate) bytes: usize,
}

/// A read that waits for its batch.
#[derive(Debug)]
pub(crate) struct ReadMember {
    pub(crate) key: Arc<ItemKey>,
    pub(crate) wanted: Wanted,
    pub(crate) answer: oneshot::Sender<MemberRead>,
}

/// Waiting reads, by key. Several reads of one key share it.
///
/// A read joins only a batch that has not been sent. So a strongly consistent read still sees every write that was acknowledged
/// before it arrived.
#[derive(Debug, Default)]
pub(crate) struct ReadBatch(HashMap<Arc<ItemKey>, Members>);

/// The reads of one key.
#[derive(Debug, Default)]
struct Members {
    wanted: Wanted,
    answers: Vec<oneshot::Sender<MemberRead>>,
}

impl Wanted {
    pub(crate) const ENTRY: Self = Self { entry: true, expire_time: false, item: false };
    pub(crate) const EXPIRE_TIME: Self = Self { entry: false, expire_time: true, item: false };
    pub(crate) const ITEM: Self = Self { entry: false, expire_time: false, item: true };

    /// Whether the whole item is read for it. If not, the answer shows nothing of the size of the item.
    pub(crate) fn needs_whole_item(self) -> bool {
        self.entry || self.item
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            entry: self.entry || other.entry,
            expire_time: self.expire_time || other.expire_time,
            item: self.item || other.item,
        }
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self { entry: Ok(None), exists: false, expire_time: None, item: None, bytes: 0 }
    }
}

/// Values never reach a log.
impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Batch for ReadBatch {
    type Member = ReadMember;

    fn push(&mut self, ReadMember { key, wanted, answer }: ReadMember) {
        let members = self.0.entry(key).or_default();
        members.wanted = members.wanted.or(wanted);
        members.answers.push(answer);
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn is_full(&self, usual_bytes: usize) -> bool {
        self.0.len() >= MAX_KEYS_PER_READ || self.0.len() * usual_bytes >= MAX_BYTES
    }
}

impl ReadBatch {
    /// Drops the members that have left.
    pub(crate) fn retain_present(&mut self) {
        self.0.retain(|_, members| {
            members.answers.retain(|answer| !answer.is_closed());
            !members.answers.is_empty()
        });
    }

    /// The keys, and what is wanted of each.
    pub(crate) fn wanted(&self) -> HashMap<Arc<ItemKey>, Wanted> {
        self.0.iter().map(|(key, members)| (Arc::clone(key), members.wanted)).collect()
    }

    /// Whether all members have left. Polls only the first one that is present: it wakes the task when it leaves.
    pub(crate) fn poll_all_left(&mut self, context: &mut Context<'_>) -> bool {
        self.0
            .values_mut()
            .flat_map(|members| &mut members.answers)
            .all(|answer| answer.poll_closed(context).is_ready())
    }

    /// Answers the members that asked for a key. Members that have left are skipped.
    pub(crate) fn answer(&mut self, key: &ItemKey, seen: Seen) {
        let mut answers = self.0.remove(key).unwrap_or_default().answers;
        let last = answers.pop();
        for answer in answers {
            let _left = answer.send(Ok(seen.clone()));
        }
        if let Some(answer) = last {
            let _left = answer.send(Ok(seen));
        }
    }

    /// Tells all members without an answer that there is no such item.
    pub(crate) fn answer_rest(&mut self) {
        self.each(|| Ok(Seen::default()));
    }

    /// Tells all members without an answer that their call failed.
    pub(crate) fn fail(&mut self, failure: &SharedFailure) {
        self.each(|| Err(failure.clone()));
    }

    fn each(&mut self, read: impl Fn() -> MemberRead) {
        for answer in self.0.drain().flat_map(|(_, members)| members.answers) {
            let _left = answer.send(read());
        }
    }

    /// Tells the members that asked for one of these keys that their call failed.
    pub(crate) fn fail_these(&mut self, keys: &[ItemKey], failure: &SharedFailure) {
        for answer in keys.iter().filter_map(|key| self.0.remove(key)).flat_map(|members| members.answers) {
            let _left = answer.send(Err(failure.clone()));
        }
    }
}
