use std::sync::Arc;

use super::call::KeyValues;
use crate::driver::coalesce::{Seen, Wanted};
use crate::driver::error::Error;
use crate::driver::read::{Consistency, KeyRead};
use crate::model::{Entry, ExpireTime, Key, Millis};

/// The remaining time of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remaining {
    /// When it expires, and the milliseconds from the read until then (at least 1).
    Until(ExpireTime, Millis),
    /// It has no TTL.
    Forever,
    /// There is no such entry.
    NotFound,
}

impl KeyValues {
    /// Reads one entry.
    ///
    /// # Cost
    /// One read.
    pub async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Entry>, Error> {
        Ok(self.read(key, Wanted::ENTRY, consistency).await?.entry?)
    }

    /// Reads when an entry expires.
    ///
    /// # Cost
    /// One read of the whole item.
    pub async fn get_ttl(&self, key: &Key, consistency: Consistency) -> Result<Remaining, Error> {
        let seen = self.read(key, Wanted::EXPIRE_TIME, consistency).await?;
        let now = self.scope.now();
        Ok(match seen.expire_time {
            Some(time) if !time.has_passed(now) => Remaining::Until(time, time.as_millis().saturating_sub(now)),
            None if seen.exists => Remaining::Forever,
            Some(_) | None => Remaining::NotFound,
        })
    }

    pub(crate) async fn read(&self, key: &Key, wanted: Wanted, consistency: Consistency) -> Result<Seen, Error> {
        let read = KeyRead { key: Arc::new(key.clone().into()), schema: None, wanted, consistency };
        self.scope.read_key(&read).await
    }
}
