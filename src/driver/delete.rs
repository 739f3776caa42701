use super::KeyValues;
use super::attempt::{Action, InDoubt, Sent, Write};
use super::error::{Error, Upstream};
use super::set::condition;
use crate::model::{CompareAndDelete, Entry, Key};

/// What became of a CompareAndDelete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    /// The entry was as expected and is deleted.
    Deleted,
    /// It was not and is unchanged; if the caller asked, the entry as it is.
    NotDeleted(Option<Entry>),
}

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
        let delete = Write { key, action: Action::Delete, condition: None, in_doubt: InDoubt::SendAgain };
        match self.send(&delete).await? {
            Sent::Applied { item: None, doubt: Some(failure) } => Err(failure.into_unknown()),
            Sent::Applied { item: None, doubt: None } => Ok(false),
            Sent::Applied { item: Some(old), .. } => Ok(self.table.layout().is_alive(&old, self.now())),
            // Nothing is refused without a condition, and there is no nonce to look for.
            Sent::Found(_) | Sent::Refused { .. } => Err(Error::Internal(Upstream::default())),
        }
    }

    /// Deletes one entry if it is as expected, in one atomic step.
    ///
    /// # Cost
    /// One write, also if the condition does not hold.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost and the entry is not there any more as expected.
    pub async fn compare_and_delete(&self, delete: &CompareAndDelete) -> Result<Deletion, Error> {
        let write = Write {
            key: &delete.key,
            action: Action::Delete,
            condition: Some(condition(&delete.expected)),
            in_doubt: InDoubt::SendAgain,
        };
        match self.send(&write).await? {
            Sent::Applied { .. } | Sent::Found(_) => Ok(Deletion::Deleted),
            Sent::Refused { doubt: Some(failure), .. } => Err(failure.into_unknown()),
            Sent::Refused { old, doubt: None } => {
                Ok(Deletion::NotDeleted(old.filter(|_| delete.return_current).and_then(|old| self.readable(old))))
            }
        }
    }
}
