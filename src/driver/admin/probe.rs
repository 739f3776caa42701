use std::collections::HashMap;

use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::upstream::Effect;

/// The key that a probe reads.
const PROBE_KEY: &str = "dynakv:probe";

impl Driver {
    /// Checks whether DynamoDB answers, with a read of a key that is unlikely to exist.
    ///
    /// # Contract
    /// A throttle, a missing permission or another key schema also counts as an answer.
    ///
    /// # Cost
    /// Half a read unit.
    pub async fn probe(&self, deadline: Deadline) -> Result<(), Error> {
        let core = &self.core;
        let table = &core.table("")?;
        let key = HashMap::from([(table.spec().attributes.key.clone(), AttributeValue::S(PROBE_KEY.to_owned()))]);
        let read = || async {
            let request = GetItemInput::builder().table_name(table.physical_name()).set_key(Some(key.clone()));
            core.dispatcher.send(request).await.map(drop)
        };
        let answer = core.repeat((table, Effect::Invisible), deadline, read).await;
        // The key of the table may be unknown because the backend was unreachable at the start. The probe does not depend on it.
        let _key = core.key_schema(table, deadline).await;
        match answer {
            Ok(()) | Err(Error::Throttled(_) | Error::BackendAccessDenied(_) | Error::TableShape(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
