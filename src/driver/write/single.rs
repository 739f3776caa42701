//! Writes one item.

use aws_sdk_dynamodb::types::ReturnValue;

use super::doubt::InDoubt;
use super::judge::{Judged, Judgement, judge};
use super::plain::PlainPlan;
use super::plan::WritePlan;
use super::purge::Expired;
use super::send::Answers;
use super::settle::Settled;
use crate::driver::coalesce::SendState;
use crate::driver::error::Error;
use crate::driver::store::Item;
use crate::driver::table::Scope;
use crate::driver::upstream::{Call, Capacity, Failure, Paced, Verdict};
use crate::model::Millis;

/// A write of one item, and what it should return.
#[derive(Debug)]
pub(crate) struct SingleWrite {
    pub(crate) plan: WritePlan,
    answers: Answers,
    /// Whether the caller sees the item that the write replaces.
    shows_old: bool,
}

impl SingleWrite {
    /// A write that returns nothing.
    pub(crate) fn new(plan: WritePlan) -> Self {
        let answers = Answers { return_values: ReturnValue::None, wants_capacity: false };
        Self { plan, answers, shows_old: false }
    }

    pub(crate) fn returning(self, return_values: ReturnValue) -> Self {
        Self { answers: Answers { return_values, ..self.answers }, ..self }
    }

    /// Returns the item that the write replaces, to show it to the caller if `shows_old`.
    pub(crate) fn showing_old(self, shows_old: bool) -> Self {
        if shows_old { Self { shows_old, ..self.returning(ReturnValue::AllOld) } } else { self }
    }

    pub(crate) fn counting_capacity(self, wants_capacity: bool) -> Self {
        Self { answers: Answers { wants_capacity, ..self.answers }, ..self }
    }

    /// The plan of a plain write that returns nothing. It may be coalesced.
    fn plain(&self) -> Option<PlainPlan<'_>> {
        let asks_for_nothing = !self.returns_item() && !self.answers.wants_capacity;
        self.plan.plain().filter(|_| asks_for_nothing)
    }

    fn returns_item(&self) -> bool {
        self.answers.return_values != ReturnValue::None
    }
}

impl Scope {
    /// Sends a write until its outcome is known, or until it cannot become known.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] or [`Error::DeadlineExceeded`] if some attempt may have happened. Any other error means that no
    /// attempt has happened.
    pub(crate) async fn write(&self, write: &SingleWrite) -> Result<(Settled, Capacity), Error> {
        let mut call = WriteCall {
            scope: self,
            write,
            rendered_at: 0,
            state: SendState::default(),
            is_repeat: false,
            consumed: Capacity::default(),
        };
        let settled = self.dispatcher().run(&mut self.attempts(), &mut call).await?;
        Ok((settled, call.consumed))
    }
}

struct WriteCall<'a> {
    scope: &'a Scope,
    write: &'a SingleWrite,
    /// The moment at which the last attempt judged expiry.
    rendered_at: Millis,
    /// Whether the last attempt was sent.
    state: SendState,
    /// Whether this is not the first attempt.
    is_repeat: bool,
    consumed: Capacity,
}

impl Call for WriteCall<'_> {
    type Answer = (Option<Item>, Capacity);
    type Outcome = Settled;

    async fn attempt(&mut self) -> Result<Self::Answer, Failure> {
        let Self { scope, write, .. } = self;
        let SingleWrite { plan, answers, .. } = write;
        self.state = SendState::default();
        let goes_alone = std::mem::replace(&mut self.is_repeat, true);
        if let Some(plain) = write.plain() {
            // It claims the key itself, if it is not sent in a batch.
            scope.write_plain(plain, (&self.state, goes_alone)).await?;
            return Ok((None, Capacity::default()));
        }
        let _guard = scope.claim(std::iter::once(plan.target.key())).await?;
        self.state.sends_alone();
        self.rendered_at = scope.now();
        let rendered = plan.render(&scope.layout, self.rendered_at).map_err(|_| Failure::refused())?;
        scope.send_write(plan, rendered, answers).await
    }

    fn was_sent(&self) -> bool {
        self.state.end()
    }

    fn paced(&self) -> Option<Paced<'_>> {
        let paced = self.scope.paced_writes(self.write.plan.target.key().entry_key(), 1);
        Some(Paced { takes_slots: self.write.plain().is_some(), ..paced })
    }

    async fn judge(&mut self, result: Result<Self::Answer, Failure>) -> Verdict<Settled> {
        let Self { scope, write, rendered_at: now, consumed, .. } = self;
        let SingleWrite { plan, answers, shows_old } = write;
        let result = result.map(|(returned, charged)| {
            *consumed += charged;
            returned
        });
        let in_doubt = InDoubt::of(plan, *shows_old);
        match judge(scope, Judged { plan, in_doubt, returns_item: write.returns_item() }, result, *now) {
            Judgement::Settled(settled) => Verdict::Done(settled),
            Judgement::Refused(outcome) => Verdict::Refused(outcome),
            Judgement::Unknown(failure) => Verdict::InDoubt(failure),
            Judgement::Again(failure) => Verdict::Again(failure),
            Judgement::LookFor(nonce, failure) => match scope.look_for(plan, nonce).await {
                Some(item) => Verdict::Done(Settled::Found(item)),
                None => Verdict::InDoubt(failure),
            },
            Judgement::Purge => {
                let expired = Expired { table: &scope.table, layout: &scope.layout, target: &plan.target, now: *now };
                match scope.core.purge(expired, answers.wants_capacity, scope.deadline).await {
                    Ok(charged) => {
                        *consumed += charged;
                        Verdict::AtOnce
                    }
                    Err(error) => Verdict::Refused(Err(error)),
                }
            }
        }
    }

    fn give_up(&mut self, failure: Failure) -> Result<Settled, Error> {
        Err(self.write.plan.blame(&self.scope.layout, self.scope.table.end(failure)))
    }
}
