//! Decides what follows from an attempt to write one item.
//!
//! An attempt is unambiguous when DynamoDB answered with a throttle, a failed condition or a validation error. It is ambiguous
//! after a 5xx, a reset, a timeout or an unreadable answer. The driver never guesses whether an ambiguous write succeeded or
//! lost a race: either the stored item has our nonce, or the call fails with "outcome unknown".

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
    /// Delete the expired item on which the condition failed.
    Purge,
    /// Find out with a strong read whether the write with this nonce happened.
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

/// Judges an attempt whose condition did not hold on `old`.
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
    /// Reads the stored item, and returns it if the write with this nonce was the last to write it.
    pub(super) async fn look_for(&self, plan: &WritePlan, nonce: Nonce, failure: Failure) -> Result<Item, Error> {
        let read = Read::whole(Consistency::Strong);
        let item = self.repeat(|| self.get_item(plan.target.key_attributes(&self.layout), &read)).await;
        match item {
            Ok((Some(item), _)) if self.layout.was_written_by(&item, nonce) => Ok(item),
            Ok(_) | Err(_) => Err(failure.into_unknown()),
        }
    }
}
