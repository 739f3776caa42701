use aws_sdk_dynamodb::types::ReturnValue;

use super::call::KeyValues;
use crate::driver::error::Error;
use crate::driver::write::{Action, InDoubt, Settled, SingleWrite, WritePlan};
use crate::model::Key;

impl KeyValues {
    /// Deletes one entry, whatever it holds, and says whether there was one.
    ///
    /// An expired item is deleted too, and does not count.
    ///
    /// # Cost
    /// One write.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost and the entry is gone: who deleted it cannot be known.
    pub async fn delete(&self, key: &Key) -> Result<bool, Error> {
        let plan = WritePlan::entry(key.clone(), Action::Delete, None, None);
        let delete = SingleWrite::new(plan, InDoubt::SendAgain).returning(ReturnValue::AllOld);
        match self.scope.write(&delete).await?.0 {
            Settled::Applied { returned: None, doubt: Some(failure) } => Err(failure.into_unknown()),
            Settled::Applied { returned: None, doubt: None } => Ok(false),
            Settled::Applied { returned: Some(old), .. } => Ok(self.scope.layout.is_alive(&old, self.scope.now())),
            // Without a condition nothing is refused, and a delete has no nonce to find.
            Settled::Found(_) | Settled::Refused(_) => Err(Error::internal()),
        }
    }
}
