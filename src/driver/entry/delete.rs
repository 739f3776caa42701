use aws_sdk_dynamodb::types::ReturnValue;

use super::call::KeyValues;
use crate::driver::error::Error;
use crate::driver::write::{Action, Settled, SingleWrite, WritePlan};
use crate::model::Key;

impl KeyValues {
    /// Deletes one entry without a condition. Returns whether it existed.
    ///
    /// An expired item is deleted too, but does not count as existing.
    ///
    /// # Cost
    /// One write.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost and the entry is gone: this call or another one may have deleted it.
    pub async fn delete(&self, key: &Key) -> Result<bool, Error> {
        let plan = WritePlan::entry(key.clone(), Action::Delete, None, None);
        let delete = SingleWrite::new(plan).returning(ReturnValue::AllOld);
        match self.scope.write(&delete).await?.0 {
            Settled::Applied(deleted) => Ok(deleted.is_some()),
            // A write without a condition is never refused, and a delete has no nonce to find.
            Settled::Found(_) | Settled::Refused(_) => Err(Error::internal()),
        }
    }

    /// Deletes one entry without a condition, whether or not it exists.
    ///
    /// # Contract
    /// May share a call to DynamoDB with other writes. After a lost answer it is sent again, as [`set`](Self::set): it may happen
    /// twice, and delete what another caller has written in between.
    ///
    /// # Cost
    /// One write.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] only if the answers to all attempts were lost.
    pub async fn remove(&self, key: &Key) -> Result<(), Error> {
        let plan = WritePlan::entry(key.clone(), Action::Delete, None, None);
        self.scope.write(&SingleWrite::new(plan)).await.map(drop)
    }
}
