//! What an attempt at a write of one item means.
//!
//! An attempt is unambiguous when DynamoDB answered with a throttle, a failed condition or a validation error. It is ambiguous
//! after a 5xx, a reset, a timeout or an unreadable answer. An ambiguous write is never reported as a success or as a lost race on
//! a guess: either the stored item has our nonce, or the caller is told that the outcome is unknown.

use super::plan::{InDoubt, WritePlan};
use super::settle::Settled;
use crate::driver::error::Error;
use crate::driver::read::{Consistency, Read};
use crate::driver::store::{Item, Nonce};
use crate::driver::table::Scope;
use crate::driver::upstream::{Failure, FailureKind};
use crate::model::Millis;

/// What to do next.
pub(super) enum Judgement {
    Settled(Settled),
    Failed(Error),
    /// An expired item is in the way, and has to be deleted.
    Purge,
    /// A strong read has to tell whether the write with this nonce happened.
    LookFor(Nonce, Failure),
    Again(Failure),
}

/// Judges an attempt whose expressions were rendered as of `now`.
pub(super) fn judge(
    scope: &Scope,
    plan: &WritePlan,
    in_doubt: InDoubt,
    result: Result<Option<Item>, Failure>,
    (doubt, now): (&mut Option<Failure>, Millis),
) -> Judgement {
    match result {
        Ok(returned) => Judgement::Settled(Settled::Applied { returned, doubt: doubt.take() }),
        Err(Failure { kind: FailureKind::ConditionFailed(old), .. }) => refused(scope, plan, old, (doubt, now)),
        Err(failure) => match in_doubt {
            InDoubt::LookFor(nonce) if failure.kind.may_have_happened() => Judgement::LookFor(nonce, failure),
            InDoubt::LookFor(_) | InDoubt::SendAgain => Judgement::Again(failure),
        },
    }
}

/// The condition did not hold on `old`.
fn refused(
    scope: &Scope,
    plan: &WritePlan,
    old: Option<Item>,
    (doubt, now): (&mut Option<Failure>, Millis),
) -> Judgement {
    let layout = &scope.layout;
    let old = match old {
        Some(item) if plan.wrote(layout, &item) => return Judgement::Settled(Settled::Found(item)),
        Some(item) if plan.purges_expired && !layout.is_alive(&item, now) => return Judgement::Purge,
        old => old,
    };
    if let Some(failure) = doubt.take() {
        return Judgement::Failed(failure.into_unknown());
    }
    let foreign = old.as_ref().filter(|item| layout.is_alive(item, now) && plan.fits(layout, item));
    match foreign.and_then(|item| layout.foreign_version(item)) {
        Some(unexpected) => Judgement::Failed(unexpected.into()),
        None => Judgement::Settled(Settled::Refused(old)),
    }
}

impl Scope {
    /// The stored item, if the write with this nonce made it.
    pub(super) async fn look_for(&self, plan: &WritePlan, nonce: Nonce, failure: Failure) -> Result<Item, Error> {
        let read = Read::whole(Consistency::Strong);
        let item = self.repeat(|| self.get_item(plan.target.key_attributes(&self.layout), &read)).await;
        match item {
            Ok((Some(item), _)) if self.layout.was_written_by(&item, nonce) => Ok(item),
            Ok(_) | Err(_) => Err(failure.into_unknown()),
        }
    }
}
