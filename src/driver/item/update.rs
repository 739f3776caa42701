use aws_sdk_dynamodb::types::ReturnValue;

use super::call::Items;
use super::outcome::{ItemOutcome, Returned};
use crate::driver::error::Error;
use crate::driver::table::Scope;
use crate::driver::upstream::Capacity;
use crate::driver::write::{Settled, SingleWrite};
use crate::model::{ItemCall, ReturnValues, UpdateItem, Version};

impl Items {
    /// Changes parts of one item, or creates it.
    ///
    /// # Cost
    /// One write, also if the condition does not hold; one more if it fails on an expired item.
    ///
    /// # Errors
    /// [`Error::UpdateNotApplicable`], [`Error::ItemTooLarge`]; [`Error::UnexpectedAttributeType`] if the item has a version
    /// attribute that DynaKV did not write; [`Error::OutcomeUnknown`] if an answer was lost and the item does not show whether
    /// this call wrote it.
    pub async fn update(
        &self,
        call: ItemCall<UpdateItem, ReturnValues>,
    ) -> Result<(ItemOutcome<Version>, Capacity), Error> {
        let ItemCall { command, return_values, return_current, wants_capacity, request_id } = call;
        let Scope { layout, table, core, deadline, .. } = &self.scope;
        core.check_update(table, &command.update, *deadline).await?;
        let plan = self.planner(request_id, |identity| identity.update_item(layout, &command))?.update(command)?;
        let Some(nonce) = plan.write.nonce else { return Err(Error::internal()) };
        let write = SingleWrite::new(plan.write).returning(as_sent(return_values)).counting_capacity(wants_capacity);
        let (settled, consumed) = self.scope.write(&write).await?;
        let outcome = match settled {
            // The condition made sure that the item had not expired.
            Settled::Applied(returned) => ItemOutcome::Applied(nonce.to_version(), Returned::all(returned)),
            Settled::Found(item) => {
                let returned = match return_values {
                    ReturnValues::Nothing => Returned::Nothing,
                    // A late repeat may find that the item has expired.
                    ReturnValues::AllNew if layout.is_alive(&item, self.scope.now()) => Returned::Attributes(item),
                    ReturnValues::AllNew
                    | ReturnValues::AllOld
                    | ReturnValues::UpdatedOld
                    | ReturnValues::UpdatedNew => Returned::Lost,
                };
                ItemOutcome::Applied(nonce.to_version(), returned)
            }
            Settled::Refused(old) => ItemOutcome::ConditionFailed(old.filter(|_| return_current)),
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
