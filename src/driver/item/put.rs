use aws_sdk_dynamodb::types::ReturnValue;

use super::send::Write;
use super::{ItemOutcome, ItemPlan, Items, Returned};
use crate::driver::attempt::{InDoubt, Sent};
use crate::driver::capacity::Capacity;
use crate::driver::error::{Error, Upstream};
use crate::driver::layout::Item;
use crate::driver::set::Written;
use crate::model::{ItemCall, PutItem, ReturnOld};

impl Items {
    /// Writes one item in place of what was there.
    ///
    /// # Cost
    /// One write, also if the condition does not hold; one more for an expired item that the condition meets.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost, the condition or `return_values` forbids to send the write again,
    /// and the item does not show whether this call wrote it.
    pub async fn put(&self, call: ItemCall<PutItem, ReturnOld>) -> Result<(ItemOutcome<Written>, Capacity), Error> {
        let ItemCall { command, return_values, return_current, wants_capacity, request_id } = call;
        let is_conditional = command.condition.is_some();
        let returns_old = return_values == ReturnOld::AllOld;
        let plan = self.planner(request_id, |payload| payload.put_item(&self.layout, &command)).put(command)?;
        let Some((written, nonce)) = plan.written.clone().zip(plan.nonce) else {
            return Err(Error::Internal(Upstream::default()));
        };
        // Once or twice makes no difference to what is stored, unless the first time made the condition false.
        let in_doubt = if is_conditional || returns_old { InDoubt::LookFor(nonce) } else { InDoubt::SendAgain };
        // A put that looks at nothing needs no condition of ours.
        let plan = if is_conditional { plan } else { ItemPlan { condition: None, ..plan } };
        let return_values = if returns_old { ReturnValue::AllOld } else { ReturnValue::None };
        let (sent, consumed) = self.send(&Write { plan, in_doubt, return_values, wants_capacity }).await?;
        let lost = if returns_old { Returned::Lost } else { Returned::Nothing };
        let outcome = match sent {
            // An earlier call with the same request_id wrote it: what that one replaced is not known any more.
            Sent::Applied { item: Some(old), .. } if self.layout.was_written_by(&old, nonce) => {
                ItemOutcome::Applied(written, lost)
            }
            Sent::Applied { item: old, .. } => {
                let alive = old.filter(|old| self.layout.is_alive(old, self.now()));
                ItemOutcome::Applied(written, Returned::all(alive))
            }
            Sent::Found(item) => ItemOutcome::Applied(self.as_stored(written, &item), lost),
            Sent::Refused { doubt: Some(failure), .. } => return Err(failure.into_unknown()),
            Sent::Refused { old, doubt: None } => ItemOutcome::ConditionFailed(old.filter(|_| return_current)),
        };
        Ok((outcome, consumed))
    }

    /// Where the stored item was seen, it knows best when it expires: an earlier attempt may have begun its TTL.
    fn as_stored(&self, written: Written, item: &Item) -> Written {
        match written.expire_time {
            Some(_) => Written { expire_time: self.layout.expire_time(item), ..written },
            None => written,
        }
    }
}
