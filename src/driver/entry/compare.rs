use super::call::KeyValues;
use super::set::new_value;
use crate::driver::error::Error;
use crate::driver::expression::{Change, expected_condition, expected_digest};
use crate::driver::store::NewValue;
use crate::driver::write::{Action, Content, Settled, SingleWrite, WritePlan, Written, expiry_digest};
use crate::model::{CompareAndDelete, CompareAndSet, Entry, Expected, SetExpiry};

/// The outcome of a CompareAndSet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swap {
    /// The entry was as expected and is written.
    Swapped(Written),
    /// The entry was not as expected and is unchanged. This is the current entry, if the caller asked for it.
    NotSwapped(Option<Entry>),
}

/// The outcome of a CompareAndDelete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    /// The entry was as expected and is deleted.
    Deleted,
    /// The entry was not as expected and is unchanged. This is the current entry, if the caller asked for it.
    NotDeleted(Option<Entry>),
}

impl KeyValues {
    /// Writes one entry if it is as expected, in one atomic step.
    ///
    /// # Cost
    /// One write, also if the condition does not hold.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost and the entry does not show whether this call wrote it; never
    /// [`Swap::NotSwapped`] in that case. With [`SetExpiry::Keep`] [`Error::UnexpectedAttributeType`] if the entry has a
    /// version attribute that DynaKV did not write.
    pub async fn compare_and_set(&self, set: &CompareAndSet) -> Result<Swap, Error> {
        self.scope.layout.check_size(&set.key, &set.value, set.expiry)?;
        let payload: &[&[u8]] = &[&expiry_digest(set.expiry), &set.value, &expected_digest(&set.expected)];
        let nonce = self.nonce(set.request_id, &set.key, "CompareAndSet", payload);
        let expire = self.expire_time(set.expiry);
        let action = match (set.expiry, &set.expected) {
            (SetExpiry::Keep, Expected::Present | Expected::Version(_) | Expected::Value(_)) => {
                Action::Update(Change::Entry(new_value(&set.value, nonce)))
            }
            (SetExpiry::Keep, Expected::Absent) | (SetExpiry::Never | SetExpiry::After(_), _) => {
                let value = NewValue::Bytes(set.value.clone());
                Action::Put(Content::Entry { value, expire_time: expire, nonce })
            }
        };
        let condition = Some(expected_condition(&set.expected));
        let plan = WritePlan::entry(set.key.clone(), action, condition, Some(nonce));
        let (settled, _) = self.scope.write(&SingleWrite::new(plan)).await?;
        Ok(match settled {
            Settled::Applied(_) => Swap::Swapped(self.written(nonce, expire, None)),
            Settled::Found(item) => Swap::Swapped(self.written(nonce, expire, Some(&item))),
            Settled::Refused(old) => {
                let shown = old.filter(|_| set.return_current);
                Swap::NotSwapped(shown.and_then(|old| self.scope.readable(old)))
            }
        })
    }

    /// Deletes one entry if it is as expected, in one atomic step.
    ///
    /// # Cost
    /// One write, also if the condition does not hold.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost; with [`Expected::Version`] only if the entry does not have this version
    /// any more.
    pub async fn compare_and_delete(&self, delete: &CompareAndDelete) -> Result<Deletion, Error> {
        let condition = Some(expected_condition(&delete.expected));
        let plan = WritePlan::entry(delete.key.clone(), Action::Delete, condition, None);
        let (settled, _) = self.scope.write(&SingleWrite::new(plan)).await?;
        Ok(match settled {
            Settled::Applied(_) | Settled::Found(_) => Deletion::Deleted,
            Settled::Refused(old) => {
                let shown = old.filter(|_| delete.return_current);
                Deletion::NotDeleted(shown.and_then(|old| self.scope.readable(old)))
            }
        })
    }
}
