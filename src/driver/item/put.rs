use super::call::Items;
use super::outcome::{ItemOutcome, Returned};
use crate::driver::error::Error;
use crate::driver::store::Item;
use crate::driver::table::Scope;
use crate::driver::upstream::Capacity;
use crate::driver::write::{Settled, SingleWrite, WritePlan, Written};
use crate::model::{ItemCall, PutItem, ReturnOld};

impl Items {
    /// Writes one item and replaces the stored one.
    ///
    /// # Cost
    /// One write, also if the condition does not hold; one more if the condition fails on an expired item.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a value that does not fit the key of an index; [`Error::OutcomeUnknown`] if an answer was lost, the call has a condition or `return_values`, and the item does not show
    /// whether this call wrote it.
    pub async fn put(&self, call: ItemCall<PutItem, ReturnOld>) -> Result<(ItemOutcome<Written>, Capacity), Error> {
        let ItemCall { command, return_values, return_current, wants_capacity, request_id } = call;
        let Scope { layout, table, core, deadline, .. } = &self.scope;
        core.check_item(table, &command.item, *deadline).await?;
        let is_conditional = command.condition.is_some();
        let returns_old = return_values == ReturnOld::AllOld;
        let planner = self.planner(request_id, |identity| {
            identity.put_item(layout, &command);
            Ok(())
        })?;
        let plan = planner.put(command)?;
        let (Some(written), Some(nonce)) = (plan.written, plan.write.nonce) else { return Err(Error::internal()) };
        // A put without a caller's condition needs no condition of ours.
        let condition = plan.write.condition.filter(|_| is_conditional);
        let write = SingleWrite::new(WritePlan { condition, ..plan.write })
            .showing_old(returns_old)
            .counting_capacity(wants_capacity);
        let (settled, consumed) = self.scope.write(&write).await?;
        let lost = if returns_old { Returned::Lost } else { Returned::Nothing };
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
