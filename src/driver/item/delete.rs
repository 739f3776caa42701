use aws_sdk_dynamodb::types::ReturnValue;

use super::send::Write;
use super::{ItemOutcome, Items, Returned};
use crate::driver::attempt::{InDoubt, Sent};
use crate::driver::capacity::Capacity;
use crate::driver::error::{Error, Upstream};
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
    /// [`Error::OutcomeUnknown`] if an answer was lost and the item is gone, or is not as the condition has it: who did
    /// that cannot be known.
    pub async fn delete(&self, call: ItemCall<DeleteItem, ReturnOld>) -> Result<(ItemOutcome<bool>, Capacity), Error> {
        let ItemCall { command, return_values, return_current, wants_capacity, request_id } = call;
        let DeleteItem { key, condition } = command;
        // A delete leaves no nonce behind, so nothing tells it from another.
        let plan = self.planner(request_id, |_| {}).look_at(key, condition)?;
        let in_doubt = InDoubt::SendAgain;
        // Asked for in any case: it shows whether there was an item.
        let write = Write { plan, in_doubt, return_values: ReturnValue::AllOld, wants_capacity };
        let (sent, consumed) = self.send(&write).await?;
        let outcome = match sent {
            // It may be this very call that deleted it, in an attempt whose answer was lost.
            Sent::Applied { item: None, doubt: Some(failure) } | Sent::Refused { doubt: Some(failure), .. } => {
                return Err(failure.into_unknown());
            }
            Sent::Applied { item: old, .. } => {
                let alive = old.filter(|old| self.layout.is_alive(old, self.now()));
                let existed = alive.is_some();
                let shown = alive.filter(|_| return_values == ReturnOld::AllOld);
                ItemOutcome::Applied(existed, Returned::all(shown))
            }
            // There is no nonce to be found.
            Sent::Found(_) => return Err(Error::Internal(Upstream::default())),
            Sent::Refused { old, doubt: None } => ItemOutcome::ConditionFailed(old.filter(|_| return_current)),
        };
        Ok((outcome, consumed))
    }
}
