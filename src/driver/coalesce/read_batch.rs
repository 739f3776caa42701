use std::collections::HashMap;
use std::task::Context;

use tokio::sync::oneshot;

use super::queue::Batch;
use crate::driver::store::Unexpected;
use crate::driver::upstream::{MAX_KEYS_PER_READ, SharedFailure};
use crate::model::{Entry, Key};

/// The result of a read: an entry, none, or one with an attribute of an unsupported type.
pub(crate) type EntryRead = Result<Option<Entry>, Unexpected>;

/// The answer to a member of a batch.
pub(crate) type MemberRead = Result<EntryRead, SharedFailure>;

/// Largest expected answer to a batch of reads, in bytes: large values delay small ones.
const MAX_BYTES: usize = 1 << 20;

/// Waiting Gets, by key. Several Gets of one key share a read.
///
/// A Get joins only a batch that has not been sent. So a strongly consistent Get still sees every write that was acknowledged
/// before it arrived.
#[derive(Debug, Default)]
pub(crate) struct ReadBatch(HashMap<String, Vec<oneshot::Sender<MemberRead>>>);

impl Batch for ReadBatch {
    type Member = (Key, oneshot::Sender<MemberRead>);

    fn push(&mut self, (key, answer): Self::Member) {
        self.0.entry(key.into_string()).or_default().push(answer);
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
        self.0.retain(|_, answers| {
            answers.retain(|answer| !answer.is_closed());
            !answers.is_empty()
        });
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// Whether all members have left. Polls only the first one that is present: it wakes the task when it leaves.
    pub(crate) fn poll_all_left(&mut self, context: &mut Context<'_>) -> bool {
        self.0.values_mut().flatten().all(|answer| answer.poll_closed(context).is_ready())
    }

    /// Answers the members that asked for a key. Members that have left are skipped.
    pub(crate) fn answer(&mut self, key: &str, seen: EntryRead) {
        let mut members = self.0.remove(key).unwrap_or_default();
        let last = members.pop();
        for member in members {
            let _left = member.send(Ok(seen.clone()));
        }
        if let Some(member) = last {
            let _left = member.send(Ok(seen));
        }
    }

    /// Tells all members without an answer that their call failed.
    pub(crate) fn fail(&mut self, failure: &SharedFailure) {
        for member in self.0.drain().flat_map(|(_, members)| members) {
            let _left = member.send(Err(failure.clone()));
        }
    }
}
