//! Decides what follows from an attempt to write one item.
//!
//! An attempt is unambiguous when DynamoDB answered with a throttle, a failed condition or a validation error. It is ambiguous
//! after a 5xx, a reset, a timeout or an unreadable answer. The driver never guesses whether an ambiguous write succeeded or
//! lost a race: either the stored item has our nonce, or the call fails with "outcome unknown".

use super::doubt::InDoubt;
use super::plan::{Action, WritePlan};
use super::settle::Settled;
use crate::driver::error::Error;
use crate::driver::read::{Consistency, Read};
use crate::driver::store::{Item, Nonce};
use crate::driver::table::Scope;
use crate::driver::upstream::{Failure, FailureKind};
use crate::model::Millis;

/// What to do next.
pub(super) enum Judgement {
    /// This is true of all attempts.
    Settled(Settled),
    /// This is true of the last attempt.
    Refused(Result<Settled, Error>),
    /// Delete the expired item on which the condition failed.
    Purge,
    /// Find out with a strong read whether the write with this nonce happened.
    LookFor(Nonce, Failure),
    /// Nothing shows whether the write happened.
    Unknown(Failure),
    Again(Failure),
}

/// A write whose attempts are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged<'a> {
    pub(super) plan: &'a WritePlan,
    pub(super) in_doubt: InDoubt,
    /// Whether DynamoDB is asked for an item.
    pub(super) returns_item: bool,
}

/// Judges an attempt whose expressions were rendered as of `now`.
pub(super) fn judge(
    scope: &Scope,
    judged: Judged<'_>,
    result: Result<Option<Item>, Failure>,
    now: Millis,
) -> Judgement {
    match result {
        Ok(returned) => applied(scope, judged, returned, now),
        Err(Failure { kind: FailureKind::ConditionFailed(old), .. }) => refused(scope, judged.plan, old, now),
        Err(failure) if failure.kind.may_have_happened() => match judged.in_doubt {
            InDoubt::SendAgain => Judgement::Again(failure),
            InDoubt::LookFor(nonce) => Judgement::LookFor(nonce, failure),
            InDoubt::GiveUp => Judgement::Unknown(failure),
        },
        Err(failure) => Judgement::Again(failure),
    }
}

/// Judges an attempt that succeeded.
fn applied(scope: &Scope, judged: Judged<'_>, returned: Option<Item>, now: Millis) -> Judgement {
    let Judged { plan, returns_item, .. } = judged;
    if !returns_item || !matches!(plan.action, Action::Delete) {
        return Judgement::Settled(Settled::Applied(returned));
    }
    // An expired item does not exist.
    let deleted = returned.filter(|item| scope.layout.is_alive(item, now));
    if deleted.is_none() && plan.condition.is_none() {
        // A delete without a condition also succeeds if there is nothing: an earlier attempt may have deleted it.
        return Judgement::Refused(Ok(Settled::Applied(None)));
    }
    Judgement::Settled(Settled::Applied(deleted))
}

/// Judges an attempt whose condition did not hold on `old`.
fn refused(scope: &Scope, plan: &WritePlan, old: Option<Item>, now: Millis) -> Judgement {
    let layout = &scope.layout;
    let old = match old {
        Some(item) if plan.wrote(layout, &item) => return Judgement::Settled(Settled::Found(item)),
        Some(item) if plan.purges_expired && !layout.is_alive(&item, now) => return Judgement::Purge,
        old => old,
    };
    let foreign = old.as_ref().filter(|item| layout.is_alive(item, now) && plan.fits(layout, item));
    Judgement::Refused(match foreign.and_then(|item| layout.foreign_version(item)) {
        Some(unexpected) => Err(unexpected.into()),
        None => Ok(Settled::Refused(old)),
    })
}

impl Scope {
    /// Reads the stored item, and returns it if the write with this nonce was the last to write it.
    pub(super) async fn look_for(&self, plan: &WritePlan, nonce: Nonce) -> Option<Item> {
        let read = Read::whole(Consistency::Strong);
        let item = self.repeat(|| self.get_item(plan.target.key_attributes(&self.layout), &read)).await;
        item.ok()?.0.filter(|item| self.layout.was_written_by(item, nonce))
    }
}
