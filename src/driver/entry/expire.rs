use super::call::KeyValues;
use crate::driver::error::Error;
use crate::driver::expression::{Change, Condition, Operand, Update};
use crate::driver::store::{Layout, Nonce, Role};
use crate::driver::write::{Action, Settled, SingleWrite, WritePlan, Written};
use crate::model::{ExpireTime, Key, RequestId, Ttl, Version};

/// The outcome of an Expire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expiry {
    /// The entry has the new TTL.
    Set(Written),
    /// There is no such entry.
    NotFound,
}

/// The outcome of a Persist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Persistence {
    /// The entry had a TTL and no longer expires. This is its new version.
    Removed(Version),
    /// The entry had no TTL.
    NoTtl,
    /// There is no such entry.
    NotFound,
}

impl KeyValues {
    /// Gives an entry a TTL, counted from now.
    ///
    /// # Cost
    /// One write.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost and the entry does not show this write.
    /// [`Error::UnexpectedAttributeType`] if the entry has a version attribute that DynaKV did not write.
    pub async fn expire(&self, key: &Key, ttl: Ttl, request_id: RequestId) -> Result<Expiry, Error> {
        let nonce = self.nonce(request_id, key, "Expire", &[&ttl.as_millis().to_le_bytes()]);
        let layout = &self.scope.layout;
        let expire_time = ExpireTime::after(self.scope.now(), ttl);
        let set = Layout::expiry_roles(expire_time).map(|(role, number)| (role, Operand::Value(number)));
        let write = change(key, Update::set(nonce, set), Condition::exists(), nonce);
        let written = |expire_time| Expiry::Set(Written { version: nonce.to_version(), expire_time });
        Ok(match self.scope.write(&write).await?.0 {
            Settled::Applied(_) => written(Some(expire_time)),
            Settled::Found(item) => written(layout.expire_time(&item)),
            Settled::Refused(_) => Expiry::NotFound,
        })
    }

    /// Removes the TTL of an entry. An entry without one is not written.
    ///
    /// # Cost
    /// One write.
    ///
    /// # Errors
    /// Those of [`expire`](Self::expire).
    pub async fn persist(&self, key: &Key, request_id: RequestId) -> Result<Persistence, Error> {
        let nonce = self.nonce(request_id, key, "Persist", &[]);
        let update = Update::set(nonce, []).remove([Role::Ttl, Role::TtlMs]);
        let condition = Condition::exists().and(Condition::IsNumber(Role::Ttl));
        let layout = &self.scope.layout;
        Ok(match self.scope.write(&change(key, update, condition, nonce)).await?.0 {
            Settled::Applied(_) | Settled::Found(_) => Persistence::Removed(nonce.to_version()),
            // The item has no TTL, which is why the write was refused. An item with a TTL has expired since then.
            Settled::Refused(Some(item)) if layout.expire_time(&item).is_none() => Persistence::NoTtl,
            Settled::Refused(_) => Persistence::NotFound,
        })
    }
}

fn change(key: &Key, update: Update, condition: Condition, nonce: Nonce) -> SingleWrite {
    let plan = WritePlan::entry(key.clone(), Action::Update(Change::Entry(update)), Some(condition), Some(nonce));
    SingleWrite::new(plan)
}
