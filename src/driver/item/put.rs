use super::call::Items;
use super::outcome::{ItemAnswers, ItemOutcome, Returned};
use super::plan::ItemPlan;
use crate::driver::error::Error;
use crate::driver::store::{Item, Nonce};
use crate::driver::table::Scope;
use crate::driver::upstream::Capacity;
use crate::driver::write::{Settled, SingleWrite, WritePlan, Written};
use crate::model::{ItemCall, PutItem, RequestId, ReturnOld};

/// A planned put.
pub(crate) struct PlannedPut {
    /// Without a condition of the caller it has no condition at all.
    pub(crate) write: WritePlan,
    /// The result of the write, if it happens.
    pub(crate) written: Written,
    nonce: Nonce,
}

impl Items {
    /// Writes one item and replaces the stored one.
    ///
    /// # Cost
    /// One write, also if the condition does not hold; one more if the condition fails on an expired item.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a value that does not fit the key of an index; [`Error::OutcomeUnknown`] if an answer was lost, the
    /// call has a condition or `return_values`, and the item does not show whether this call wrote it.
    pub async fn put(&self, call: ItemCall<PutItem, ReturnOld>) -> Result<(ItemOutcome<Written>, Capacity), Error> {
        let ItemCall { command, return_values, return_current, wants_capacity, request_id } = call;
        let planned = self.plan_put(command, request_id).await?;
        let answers = ItemAnswers { shows_old: return_values == ReturnOld::AllOld, return_current, wants_capacity };
        self.send_put(planned, answers).await
    }

    /// Checks and plans a put.
    pub(crate) async fn plan_put(&self, put: PutItem, request_id: RequestId) -> Result<PlannedPut, Error> {
        let Scope { layout, table, core, deadline, .. } = &self.scope;
        core.check_item(table, &put.item, *deadline).await?;
        let is_conditional = put.condition.is_some();
        let planner = self.planner(request_id, |identity| {
            identity.put_item(layout, &put);
            Ok(())
        })?;
        let ItemPlan { write, written } = planner.put(put)?;
        let (Some(written), Some(nonce)) = (written, write.nonce) else { return Err(Error::internal()) };
        // A put without a caller's condition needs no condition of ours.
        let write = if is_conditional { write } else { WritePlan { condition: None, ..write } };
        Ok(PlannedPut { write, written, nonce })
    }

    pub(crate) async fn send_put(
        &self,
        planned: PlannedPut,
        answers: ItemAnswers,
    ) -> Result<(ItemOutcome<Written>, Capacity), Error> {
        let (PlannedPut { write, written, nonce }, layout) = (planned, &self.scope.layout);
        let ItemAnswers { shows_old, return_current, wants_capacity } = answers;
        let write = SingleWrite::new(write).showing_old(shows_old).counting_capacity(wants_capacity);
        let (settled, consumed) = self.scope.write(&write).await?;
        let lost = if shows_old { Returned::Lost } else { Returned::Nothing };
        let outcome = match settled {
            // An earlier call with the same request_id wrote this. What that call replaced is no longer known.
            Settled::Applied(Some(old)) if layout.was_written_by(&old, nonce) => ItemOutcome::Applied(written, lost),
            Settled::Applied(old) => {
                let alive = old.filter(|old| layout.is_alive(old, self.scope.now()));
                ItemOutcome::Applied(written, Returned::all(alive))
            }
            Settled::Found(item) => ItemOutcome::Applied(self.as_stored(written, &item), lost),
            Settled::Refused(old) => ItemOutcome::ConditionFailed(old.filter(|_| return_current)),
        };
        Ok((outcome, consumed))
    }

    /// Takes the expiry time from the stored item: an earlier attempt may have started the TTL.
    fn as_stored(&self, written: Written, item: &Item) -> Written {
        match written.expire_time {
            Some(_) => Written { expire_time: self.scope.layout.expire_time(item), ..written },
            None => written,
        }
    }
}
