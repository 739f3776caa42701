use aws_sdk_dynamodb::types::ReturnValue;

use super::send::Write;
use super::{ItemOutcome, Items, Returned};
use crate::driver::attempt::{InDoubt, Sent};
use crate::driver::capacity::Capacity;
use crate::driver::error::{Error, Upstream};
use crate::model::{ItemCall, ReturnValues, UpdateItem, Version};

impl Items {
    /// Changes parts of one item, or creates it.
    ///
    /// # Cost
    /// One write, also if the condition does not hold; one more for an expired item that is in the way.
    ///
    /// # Errors
    /// [`Error::UpdateNotApplicable`], [`Error::ItemTooLarge`]; [`Error::OutcomeUnknown`] if an answer was lost and the
    /// item does not show whether this call wrote it.
    pub async fn update(
        &self,
        call: ItemCall<UpdateItem, ReturnValues>,
    ) -> Result<(ItemOutcome<Version>, Capacity), Error> {
        let ItemCall { command, return_values, return_current, wants_capacity, request_id } = call;
        let plan = self.planner(request_id, |payload| payload.update_item(&self.layout, &command)).update(command)?;
        let Some(nonce) = plan.nonce else { return Err(Error::Internal(Upstream::default())) };
        // To add once or twice is not the same.
        let in_doubt = InDoubt::LookFor(nonce);
        let write = Write { plan, in_doubt, return_values: as_sent(return_values), wants_capacity };
        let (sent, consumed) = self.send(&write).await?;
        let outcome = match sent {
            // That the item which it changed had not expired is a part of the condition.
            Sent::Applied { item, .. } => ItemOutcome::Applied(nonce.to_version(), Returned::all(item)),
            Sent::Found(item) => {
                let returned = match return_values {
                    ReturnValues::Nothing => Returned::Nothing,
                    // A repeat may come so late that what it finds has expired.
                    ReturnValues::AllNew if self.layout.is_alive(&item, self.now()) => Returned::Attributes(item),
                    ReturnValues::AllNew
                    | ReturnValues::AllOld
                    | ReturnValues::UpdatedOld
                    | ReturnValues::UpdatedNew => Returned::Lost,
                };
                ItemOutcome::Applied(nonce.to_version(), returned)
            }
            Sent::Refused { doubt: Some(failure), .. } => return Err(failure.into_unknown()),
            Sent::Refused { old, doubt: None } => ItemOutcome::ConditionFailed(old.filter(|_| return_current)),
        };
        Ok((outcome, consumed))
    }
}

fn as_sent(return_values: ReturnValues) -> ReturnValue {
    match return_values {
        ReturnValues::Nothing => ReturnValue::None,
        ReturnValues::AllOld => ReturnValue::AllOld,
        ReturnValues::UpdatedOld => ReturnValue::UpdatedOld,
        ReturnValues::AllNew => ReturnValue::AllNew,
        ReturnValues::UpdatedNew => ReturnValue::UpdatedNew,
    }
}
