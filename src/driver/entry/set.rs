use bytes::Bytes;

use super::call::KeyValues;
use crate::driver::error::Error;
use crate::driver::expression::{Change, Condition, Operand, Update};
use crate::driver::store::{Item, NewValue, Nonce, Role, binary};
use crate::driver::write::{Action, Content, Settled, SingleWrite, WritePlan, Written, expiry_digest};
use crate::model::{Entry, ExpireTime, Set, SetExpiry};

/// The entry that a Set replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Previous {
    /// The caller did not ask.
    NotAsked,
    /// This entry, or none.
    Known(Option<Entry>),
    /// The write happened, but the answer with the entry was lost, or the entry has an attribute of an unsupported type.
    Lost,
}

/// Our own item, if it is known, and what it replaced.
type Replaced = (Option<Item>, Previous);

/// A Set without a condition.
pub(crate) struct PlainSet {
    pub(crate) plan: WritePlan,
    pub(crate) written: Written,
}

impl KeyValues {
    /// Writes one entry without a condition.
    ///
    /// # Contract
    /// Replaces the whole item. With [`SetExpiry::Keep`] only value and version change.
    ///
    /// # Cost
    /// One write; two with [`SetExpiry::Keep`] if the entry is absent.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost, `Keep` or `return_previous` was set, and the entry does not show this
    /// write. With `Keep` [`Error::UnexpectedAttributeType`] if the entry has a version attribute that DynaKV did not write.
    pub async fn set(&self, set: &Set) -> Result<(Written, Previous), Error> {
        self.scope.layout.check_size(&set.key, &set.value, set.expiry)?;
        let nonce = self.set_nonce(set);
        let expire = self.expire_time(set.expiry);
        let (item, previous) = if set.expiry == SetExpiry::Keep {
            self.set_keeping_ttl(set, nonce).await?
        } else {
            let put = SingleWrite::new(put(set, expire, nonce, None)).showing_old(set.return_previous);
            let (settled, _) = self.scope.write(&put).await?;
            // A write without a condition is never refused.
            self.replaced(settled, nonce).ok_or_else(Error::internal)?
        };
        let previous = if set.return_previous { previous } else { Previous::NotAsked };
        Ok((self.written(nonce, expire, item.as_ref()), previous))
    }

    /// The write of a Set without a TTL to keep.
    pub(crate) fn plain_set(&self, set: &Set) -> PlainSet {
        let (nonce, expire_time) = (self.set_nonce(set), self.expire_time(set.expiry));
        PlainSet {
            plan: put(set, expire_time, nonce, None),
            written: Written { version: nonce.to_version(), expire_time },
        }
    }

    fn set_nonce(&self, set: &Set) -> Nonce {
        self.nonce(set.request_id, &set.key, "Set", &[&expiry_digest(set.expiry), &set.value])
    }

    /// Alternates between an update for an existing entry and a put for an absent one: DynamoDB has no single write for both.
    async fn set_keeping_ttl(&self, set: &Set, nonce: Nonce) -> Result<Replaced, Error> {
        let write = |plan| SingleWrite::new(plan).showing_old(set.return_previous);
        let change = Action::Update(Change::Entry(new_value(&set.value, nonce)));
        let update = write(WritePlan::entry(set.key.clone(), change, Some(Condition::exists()), Some(nonce)));
        let create = write(put(set, None, nonce, Some(Condition::absent())));
        loop {
            for attempt in [&update, &create] {
                let (settled, _) = self.scope.write(attempt).await?;
                if let Some(replaced) = self.replaced(settled, nonce) {
                    return Ok(replaced);
                }
            }
        }
    }

    /// Our own item, if it is known, and what it replaced; `None` if the write was refused.
    fn replaced(&self, settled: Settled, nonce: Nonce) -> Option<Replaced> {
        match settled {
            Settled::Refused(_) => None,
            Settled::Found(item) => Some((Some(item), Previous::Lost)),
            // An earlier call with the same request_id wrote this. What that call replaced is no longer known.
            Settled::Applied(Some(old)) if self.scope.layout.was_written_by(&old, nonce) => {
                Some((None, Previous::Lost))
            }
            // The write has happened, even if the entry that it replaced is unreadable.
            Settled::Applied(old) => Some((None, self.scope.visible(old).map_or(Previous::Lost, Previous::Known))),
        }
    }
}

/// A put of the whole entry.
fn put(set: &Set, expire_time: Option<ExpireTime>, nonce: Nonce, condition: Option<Condition>) -> WritePlan {
    let content = Content::Entry { value: NewValue::Bytes(set.value.clone()), expire_time, nonce };
    WritePlan::entry(set.key.clone(), Action::Put(content), condition, Some(nonce))
}

/// A change of only the value, which keeps the TTL.
pub(super) fn new_value(value: &Bytes, nonce: Nonce) -> Update {
    Update::set(nonce, [(Role::Value, Operand::Value(binary(value)))])
}
