use aws_sdk_dynamodb::types::ReturnValue;

use super::KeyValues;
use super::attempt::{Action, InDoubt, Sent, Write};
use super::condition::{Condition, Operand, Update};
use super::error::Error;
use super::expiry;
use super::layout::Role;
use super::nonce::Nonce;
use super::set::Written;
use crate::model::{ExpireTime, Key, RequestId, Ttl, Version};

/// What became of an Expire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expiry {
    /// The entry has the new TTL.
    Set(Written),
    /// There is no such entry.
    NotFound,
}

/// What became of a Persist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Persistence {
    /// The entry had a TTL and no longer expires; its version now.
    Removed(Version),
    /// It had none.
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
    pub async fn expire(&self, key: &Key, ttl: Ttl, request_id: RequestId) -> Result<Expiry, Error> {
        let nonce = self.nonce(request_id, key, "Expire", &[&ttl.as_millis().to_le_bytes()]);
        let expire_time = ExpireTime::after(self.now(), ttl);
        let (seconds, millis) = expiry::to_attributes(expire_time);
        let set = vec![
            (Role::Ttl, Operand::Value(seconds)),
            (Role::TtlMs, Operand::Value(millis)),
            (Role::Version, Operand::Value(nonce.to_attribute())),
        ];
        let update = Update { set, remove: Vec::new() };
        let written = |expire_time| Expiry::Set(Written { version: nonce.to_version(), expire_time });
        Ok(match self.send(&change(key, update, Condition::exists(), nonce)).await? {
            Sent::Applied { .. } => written(Some(expire_time)),
            Sent::Found(item) => written(self.table.layout().expire_time(&item)),
            Sent::Refused { old: Some(item), .. } if self.table.layout().was_written_by(&item, nonce) => {
                written(self.table.layout().expire_time(&item))
            }
            Sent::Refused { .. } => Expiry::NotFound,
        })
    }

    /// Takes the TTL off an entry. An entry without one is not written.
    ///
    /// # Cost
    /// One write.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost and the entry does not show this write.
    pub async fn persist(&self, key: &Key, request_id: RequestId) -> Result<Persistence, Error> {
        let nonce = self.nonce(request_id, key, "Persist", &[]);
        let set = vec![(Role::Version, Operand::Value(nonce.to_attribute()))];
        let update = Update { set, remove: vec![Role::Ttl, Role::TtlMs] };
        let condition = Condition::All(vec![Condition::Stored, Condition::Alive, Condition::IsNumber(Role::Ttl)]);
        let layout = self.table.layout();
        Ok(match self.send(&change(key, update, condition, nonce)).await? {
            Sent::Applied { .. } | Sent::Found(_) => Persistence::Removed(nonce.to_version()),
            Sent::Refused { old: Some(item), .. } if layout.was_written_by(&item, nonce) => {
                Persistence::Removed(nonce.to_version())
            }
            // Alive although refused: it has no TTL. One that expired since it was refused had one, and is gone now.
            Sent::Refused { old: Some(item), .. } if layout.expire_time(&item).is_none() => Persistence::NoTtl,
            Sent::Refused { .. } => Persistence::NotFound,
        })
    }
}

fn change(key: &Key, update: Update, condition: Condition, nonce: Nonce) -> Write<'_> {
    Write {
        key,
        action: Action::Update { update, answer: ReturnValue::None },
        condition: Some(condition),
        in_doubt: InDoubt::LookFor(nonce),
    }
}
