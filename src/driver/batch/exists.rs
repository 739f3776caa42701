use std::sync::Arc;

use super::found::Found;
use crate::driver::coalesce::Wanted;
use crate::driver::entry::KeyValues;
use crate::driver::error::Error;
use crate::driver::read::{Consistency, Read};
use crate::model::Key;

impl KeyValues {
    /// Returns for each key whether the entry exists, in the order of the keys.
    ///
    /// # Cost
    /// One read for each distinct key.
    ///
    /// # Errors
    /// Fails as a whole if one key cannot be read.
    pub async fn exists(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<bool>, Arc<Error>> {
        // One key can share a call with the reads of other callers.
        if let [key] = keys.as_slice() {
            let seen = self.retrying_until_deadline().read(key, Wanted::EXPIRE_TIME, consistency).await?;
            let now = self.scope.now();
            return Ok(vec![seen.exists && seen.expire_time.is_none_or(|time| !time.has_passed(now))]);
        }
        let mut exists = vec![false; keys.len()];
        let mut batch = self.batch_read(keys, Read::expiry(&self.scope.layout, consistency));
        while let Some(answers) = batch.next().await {
            for (index, found) in answers {
                match found {
                    Found::Item(_) => exists.get_mut(index).into_iter().for_each(|exists| *exists = true),
                    Found::Nothing => {}
                    Found::Failed(error) => return Err(error),
                }
            }
        }
        Ok(exists)
    }
}
