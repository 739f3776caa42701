use aws_sdk_dynamodb::types::ReturnValue;

use super::call::Items;
use super::outcome::{ItemAnswers, ItemOutcome, Returned};
use crate::driver::error::Error;
use crate::driver::upstream::Capacity;
use crate::driver::write::{Action, Settled, SingleWrite, WritePlan};
use crate::model::{DeleteItem, ItemCall, RemoveItem, RequestId, ReturnOld, Violation};

impl Items {
    /// Deletes one item. Returns whether it existed.
    ///
    /// An expired item is deleted too, but does not count as existing.
    ///
    /// # Cost
    /// One write, also if the condition does not hold; one more if the condition fails on an expired item.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost, and the call has a condition or [`ReturnOld::AllOld`], or the item is
    /// gone: this call or another one may have deleted it.
    pub async fn delete(&self, call: ItemCall<DeleteItem, ReturnOld>) -> Result<(ItemOutcome<bool>, Capacity), Error> {
        let ItemCall { command, return_values, return_current, wants_capacity, request_id } = call;
        let write = self.plan_delete(command, request_id)?;
        let answers = ItemAnswers { shows_old: return_values == ReturnOld::AllOld, return_current, wants_capacity };
        self.send_delete(write, answers).await
    }

    /// Checks and plans a delete.
    pub(crate) fn plan_delete(&self, delete: DeleteItem, request_id: RequestId) -> Result<WritePlan, Violation> {
        let DeleteItem { key, condition } = delete;
        // A delete stores no nonce, so its payload does not matter.
        let plan = self.planner(request_id, |_| Ok(()))?.without_content(key, condition, Action::Delete)?;
        Ok(plan.write)
    }

    /// Sends a delete that reports whether the item existed.
    pub(crate) async fn send_delete(
        &self,
        plan: WritePlan,
        answers: ItemAnswers,
    ) -> Result<(ItemOutcome<bool>, Capacity), Error> {
        let ItemAnswers { shows_old, return_current, wants_capacity } = answers;
        // Always ask for the old item: it shows whether the item existed.
        let write = SingleWrite::new(plan)
            .returning(ReturnValue::AllOld)
            .showing_old(shows_old)
            .counting_capacity(wants_capacity);
        let (settled, consumed) = self.scope.write(&write).await?;
        let outcome = match settled {
            Settled::Applied(deleted) => {
                ItemOutcome::Applied(deleted.is_some(), Returned::all(deleted.filter(|_| shows_old)))
            }
            // A delete has no nonce to find.
            Settled::Found(_) => return Err(Error::internal()),
            Settled::Refused(old) => ItemOutcome::ConditionFailed(old.filter(|_| return_current)),
        };
        Ok((outcome, consumed))
    }

    /// Deletes one item without a condition, whether or not it exists.
    ///
    /// # Contract
    /// Without `wants_capacity` it may share a call to DynamoDB with other writes. After a lost answer it is sent again: it may
    /// happen twice, and delete what another caller has written in between.
    ///
    /// # Cost
    /// One write.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] only if the answers to all attempts were lost.
    pub async fn remove(&self, remove: RemoveItem) -> Result<Capacity, Error> {
        let RemoveItem { key, wants_capacity, request_id } = remove;
        let plan = self.plan_delete(DeleteItem { key, condition: None }, request_id)?;
        let write = SingleWrite::new(plan).counting_capacity(wants_capacity);
        Ok(self.scope.write(&write).await?.1)
    }
}
