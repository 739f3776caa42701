use super::call::KeyValues;
use crate::driver::error::Error;
use crate::driver::read::{Consistency, Read, SharedFaults};
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
        let faults = SharedFaults::default();
        Ok(self.scope.repeat_shared(key, || self.scope.read_entry(key, consistency, &faults)).await??)
    }

    /// Reads when an entry expires.
    ///
    /// # Cost
    /// One read of the whole item.
    pub async fn get_ttl(&self, key: &Key, consistency: Consistency) -> Result<Remaining, Error> {
        let (scope, layout) = (&self.scope, &self.scope.layout);
        let read = Read::expiry(layout, consistency);
        let (item, _) = scope.repeat_of(Some(key), || scope.get_item(layout.key(key), &read)).await?;
        let now = scope.now();
        Ok(match item {
            Some(item) if layout.is_alive(&item, now) => match layout.expire_time(&item) {
                Some(time) => Remaining::Until(time, time.as_millis().saturating_sub(now)),
                None => Remaining::Forever,
            },
            Some(_) | None => Remaining::NotFound,
        })
    }
}
