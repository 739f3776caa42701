//! What a write of one item does after an ambiguous attempt.
//!
//! The attempt may have happened, and it may still happen later. A write that is sent again may therefore happen twice, with
//! writes of other callers in between. It is sent again only if that cannot be, or if it does not matter to the caller:
//!
//! | write | after an ambiguous attempt | because |
//! |---|---|---|
//! | put without a condition | sent again | it overwrites whatever is there, once or twice |
//! | delete without a condition | sent again | it deletes whatever is there, once or twice |
//! | on the condition of a version | sent again | a version never comes back, so the write cannot happen twice |
//! | any other put, and each update | our nonce in the stored item shows that it happened | sent again, it could happen twice: written, consumed by another caller, written again |
//! | any other delete | unknown | sent again, it could delete what another caller has written since, and it leaves no nonce |
//!
//! A put or delete that shows the caller the old item is not sent again either: the second attempt would show another item than
//! the first one has replaced.
//!
//! A part of a transaction has no rule of its own. The transaction has one token for all attempts; see `transaction`.

use super::plan::{Action, WritePlan};
use crate::driver::store::Nonce;

/// What to do after an ambiguous attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InDoubt {
    SendAgain,
    /// Do not send the write again. Find out with a strong read whether the item has this nonce.
    LookFor(Nonce),
    /// Do not send the write again. Nothing shows whether it has happened.
    GiveUp,
}

impl InDoubt {
    /// The rule for a write. `shows_old` means that the caller sees the item that the write replaces.
    pub(super) fn of(plan: &WritePlan, shows_old: bool) -> Self {
        let may_happen_twice = match (&plan.action, &plan.condition) {
            (Action::Put(_) | Action::Delete, None) => shows_old,
            (Action::Put(_) | Action::Update(_) | Action::Delete, Some(condition)) => {
                shows_old || !condition.pins_version()
            }
            // An addition counts twice, for example.
            (Action::Update(_), None) => true,
            // It writes nothing.
            (Action::Check, _) => false,
        };
        match (may_happen_twice, plan.nonce) {
            (false, _) => Self::SendAgain,
            (true, Some(nonce)) => Self::LookFor(nonce),
            (true, None) => Self::GiveUp,
        }
    }
}
