use aws_sdk_dynamodb::types::ReturnValue;

use super::call::Items;
use super::outcome::{ItemOutcome, Returned};
use crate::driver::error::Error;
use crate::driver::upstream::Capacity;
use crate::driver::write::{Action, InDoubt, Settled, SingleWrite};
use crate::model::{DeleteItem, ItemCall, ReturnOld};

impl Items {
    /// Deletes one item, and says whether there was one.
    ///
    /// An expired item is deleted too, and does not count.
    ///
    /// # Cost
    /// One write, also if the condition does not hold; one more for an expired item that the condition meets.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost and the item is gone, or the condition does not hold on it: who did that
    /// cannot be known.
    pub async fn delete(&self, call: ItemCall<DeleteItem, ReturnOld>) -> Result<(ItemOutcome<bool>, Capacity), Error> {
        let ItemCall { command, return_values, return_current, wants_capacity, request_id } = call;
        let DeleteItem { key, condition } = command;
        // A delete leaves no nonce behind, so its payload does not matter.
        let plan = self.planner(request_id, |_| Ok(()))?.without_content(key, condition, Action::Delete)?;
        // The old item is asked for in any case: it shows whether there was one.
        let write = SingleWrite::new(plan.write, InDoubt::SendAgain)
            .returning(ReturnValue::AllOld)
            .counting_capacity(wants_capacity);
        let (settled, consumed) = self.scope.write(&write).await?;
        let outcome = match settled {
            // An attempt of this call whose answer was lost may have deleted it.
            Settled::Applied { returned: None, doubt: Some(failure) } => return Err(failure.into_unknown()),
            Settled::Applied { returned: old, .. } => {
                let alive = old.filter(|old| self.scope.layout.is_alive(old, self.scope.now()));
                let existed = alive.is_some();
                let shown = alive.filter(|_| return_values == ReturnOld::AllOld);
                ItemOutcome::Applied(existed, Returned::all(shown))
            }
            // A delete has no nonce to find.
            Settled::Found(_) => return Err(Error::internal()),
            Settled::Refused(old) => ItemOutcome::ConditionFailed(old.filter(|_| return_current)),
        };
        Ok((outcome, consumed))
    }
}
