//! Writes a part of a batch: plain puts and deletes of distinct keys in one BatchWriteItem.

use std::collections::HashSet;
use std::sync::Arc;

use aws_sdk_dynamodb::types::WriteRequest;
use futures_util::FutureExt;

use super::plan::WritePlan;
use super::single::SingleWrite;
use crate::driver::error::Error;
use crate::driver::table::Scope;
use crate::driver::upstream::{Call, Capacity, Failure, FailureKind, Paced, Verdict};
use crate::model::ItemKey;

/// One write of a chunk. Its plan has no condition.
#[derive(Debug)]
pub(crate) struct ChunkMember<T> {
    pub(crate) plan: WritePlan,
    /// Identifies the write for the caller.
    pub(crate) tag: T,
}

/// The outcome of each member.
pub(crate) struct ChunkOutcome<T> {
    pub(crate) members: Vec<(T, Result<(), Arc<Error>>)>,
    pub(crate) consumed: Capacity,
}

impl Scope {
    /// Makes attempts until all members are written, or until it gives up. After an ambiguous attempt its members are sent again,
    /// as each of them would be by itself; see `doubt`.
    pub(crate) async fn write_chunk<T: Send + Sync>(
        &self,
        members: Vec<ChunkMember<T>>,
        wants_capacity: bool,
    ) -> ChunkOutcome<T> {
        let outcome = ChunkOutcome { members: Vec::with_capacity(members.len()), consumed: Capacity::default() };
        let asked_for = members.len();
        let mut call = ChunkCall { scope: self, left: members, asked_for, wants_capacity, was_sent: false, outcome };
        let ended = self.dispatcher().run(&mut self.attempts(), &mut call).await;
        let ChunkCall { left, mut outcome, .. } = call;
        match ended.map_err(Arc::new) {
            Ok(()) => {}
            // DynamoDB refuses the whole call if one of the values does not fit an index.
            Err(error) if matches!(*error, Error::UpdateNotApplicable(_)) => {
                for ChunkMember { plan, tag } in left {
                    let write = SingleWrite::new(plan).counting_capacity(wants_capacity);
                    let written = self.write(&write).boxed().await.map(|(_, consumed)| outcome.consumed += consumed);
                    outcome.members.push((tag, written.map_err(Arc::new)));
                }
            }
            Err(error) => {
                outcome.members.extend(left.into_iter().map(|member| (member.tag, Err(Arc::clone(&error)))));
            }
        }
        outcome
    }
}

struct ChunkCall<'a, T> {
    scope: &'a Scope,
    left: Vec<ChunkMember<T>>,
    /// The members of the last attempt.
    asked_for: usize,
    wants_capacity: bool,
    was_sent: bool,
    outcome: ChunkOutcome<T>,
}

impl<T> ChunkCall<'_, T> {
    fn requests(&self) -> Result<Vec<WriteRequest>, Failure> {
        self.left.iter().map(|member| self.request(&member.plan)).collect()
    }

    fn request(&self, plan: &WritePlan) -> Result<WriteRequest, Failure> {
        plan.plain().ok_or_else(Failure::refused)?.write(&self.scope.layout).into_request()
    }
}

impl<T: Send + Sync> Call for ChunkCall<'_, T> {
    type Answer = (HashSet<ItemKey>, Capacity);
    type Outcome = ();

    async fn attempt(&mut self) -> Result<Self::Answer, Failure> {
        self.was_sent = false;
        let keys: Vec<_> = self.left.iter().map(|member| Arc::clone(member.plan.target.key())).collect();
        let _guards = self.scope.claim(keys.iter()).await?;
        self.was_sent = true;
        self.asked_for = self.left.len();
        self.scope.batch_write_item((self.requests()?, &keys), self.wants_capacity).await
    }

    fn was_sent(&self) -> bool {
        self.was_sent
    }

    fn paced(&self) -> Option<Paced<'_>> {
        Some(self.scope.paced_writes(None, self.asked_for))
    }

    fn left(&self) -> usize {
        self.left.len()
    }

    async fn judge(&mut self, result: Result<Self::Answer, Failure>) -> Verdict<()> {
        let (unprocessed, consumed) = match result {
            Ok(answer) => answer,
            Err(failure) => return Verdict::Again(failure),
        };
        self.outcome.consumed += consumed;
        let before = self.left.len();
        for member in std::mem::take(&mut self.left) {
            if unprocessed.contains(&**member.plan.target.key()) {
                self.left.push(member);
            } else {
                self.outcome.members.push((member.tag, Ok(())));
            }
        }
        let progressed = self.left.len() < before;
        if self.left.is_empty() { Verdict::Done(()) } else { Verdict::Partly { progressed } }
    }

    /// BatchWriteItem is not atomic: its failure may concern only one member.
    fn is_ambiguous(&self, failure: &FailureKind) -> bool {
        failure.may_have_happened_to_some()
    }

    fn give_up(&mut self, failure: Failure) -> Result<(), Error> {
        Err(self.scope.table.end(failure))
    }
}
