use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use bytes::Bytes;

use super::KeyValues;
use super::attempt::{Action, InDoubt, Sent, Write};
use super::condition::{Condition, Operand, Update};
use super::error::{Error, Upstream};
use super::layout::{Item, NewValue, Role, binary};
use super::nonce::Nonce;
use super::number;
use super::read::Seen;
use crate::model::{CompareAndSet, Entry, Expected, ExpireTime, Set, SetExpiry, Version};

/// A write that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The version of the entry as written.
    pub version: Version,
    /// When it expires, if the write gave it a TTL.
    pub expire_time: Option<ExpireTime>,
}

/// What a Set replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Previous {
    /// The caller did not ask.
    NotAsked,
    /// This entry, or none.
    Known(Option<Entry>),
    /// The write happened, but the answer that held the entry was lost, or holds what DynaKV does not read.
    Lost,
}

/// What became of a CompareAndSet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swap {
    /// The entry was as expected and is written.
    Swapped(Written),
    /// It was not and is unchanged; if the caller asked, the entry as it is.
    NotSwapped(Option<Entry>),
}

impl KeyValues {
    /// Writes one entry, whatever was there.
    ///
    /// # Contract
    /// Replaces the whole item; with [`SetExpiry::Keep`] only value and version change.
    ///
    /// # Cost
    /// One write; with [`SetExpiry::Keep`] on an absent entry two.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost and `Keep` or `return_previous` forbids to send the write again.
    pub async fn set(&self, set: &Set) -> Result<(Written, Previous), Error> {
        self.table.layout().check_size(&set.key, &set.value, set.expiry)?;
        let (nonce, Written { expire_time: expire, .. }) = self.set_plan(set);
        let answer = if set.return_previous { ReturnValue::AllOld } else { ReturnValue::None };
        let put = Write {
            key: &set.key,
            action: Action::Put { value: NewValue::Bytes(&set.value), expire, nonce, answer: answer.clone() },
            condition: None,
            in_doubt: if set.return_previous { InDoubt::LookFor(nonce) } else { InDoubt::SendAgain },
        };
        let (item, previous) = if set.expiry == SetExpiry::Keep {
            self.set_keeping_ttl(set, nonce, answer, put).await?
        } else {
            let sent = self.send(&put).await?;
            // Without a condition nothing can be refused.
            self.replaced(sent, nonce).ok_or_else(|| Error::Internal(Upstream::default()))?
        };
        let previous = if set.return_previous { previous } else { Previous::NotAsked };
        Ok((self.written(nonce, expire, item.as_ref()), previous))
    }

    /// What a Set will have written.
    pub(super) fn set_plan(&self, set: &Set) -> (Nonce, Written) {
        let nonce = self.nonce(set.request_id, &set.key, "Set", &[&expiry_bytes(set.expiry), &set.value]);
        (nonce, Written { version: nonce.to_version(), expire_time: self.expire_time(set.expiry) })
    }

    /// Alternates an update of what exists with a creation of what does not: DynamoDB has no single write for both.
    async fn set_keeping_ttl(
        &self,
        set: &Set,
        nonce: Nonce,
        answer: ReturnValue,
        put: Write<'_>,
    ) -> Result<Replaced, Error> {
        let in_doubt = InDoubt::LookFor(nonce);
        let update = Write {
            key: &set.key,
            action: Action::Update { update: change_value(&set.value, nonce), answer },
            condition: Some(Condition::exists()),
            in_doubt,
        };
        let create = Write { condition: Some(Condition::absent()), in_doubt, ..put };
        loop {
            if let Some(replaced) = self.replaced(self.send(&update).await?, nonce) {
                return Ok(replaced);
            }
            if let Some(replaced) = self.replaced(self.send(&create).await?, nonce) {
                return Ok(replaced);
            }
        }
    }

    /// Our own item, where it was seen, and what it replaced; `None` if the write was refused.
    fn replaced(&self, sent: Sent, nonce: Nonce) -> Option<Replaced> {
        let layout = self.table.layout();
        match sent {
            Sent::Found(item) => Some((Some(item), Previous::Lost)),
            Sent::Refused { old: Some(item), .. } if layout.was_written_by(&item, nonce) => {
                Some((Some(item), Previous::Lost))
            }
            Sent::Refused { .. } => None,
            // An earlier call with the same request_id wrote it: what that one replaced is not known any more.
            Sent::Applied { item: Some(old), .. } if layout.was_written_by(&old, nonce) => Some((None, Previous::Lost)),
            // The write has happened; that what it replaced cannot be read is no reason to say otherwise.
            Sent::Applied { item: old, .. } => Some((None, self.visible(old).map_or(Previous::Lost, Previous::Known))),
        }
    }

    /// Writes one entry if it is as expected, in one atomic step.
    ///
    /// # Cost
    /// One write, also if the condition does not hold.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if an answer was lost and the entry does not show whether this call wrote it; never
    /// [`Swap::NotSwapped`] in that case.
    pub async fn compare_and_set(&self, set: &CompareAndSet) -> Result<Swap, Error> {
        self.table.layout().check_size(&set.key, &set.value, set.expiry)?;
        let expected = expected_bytes(&set.expected);
        let payload: &[&[u8]] = &[&expiry_bytes(set.expiry), &set.value, &expected];
        let nonce = self.nonce(set.request_id, &set.key, "CompareAndSet", payload);
        let expire = self.expire_time(set.expiry);
        let action = match (set.expiry, &set.expected) {
            (SetExpiry::Keep, Expected::Present | Expected::Version(_) | Expected::Value(_)) => {
                Action::Update { update: change_value(&set.value, nonce), answer: ReturnValue::None }
            }
            (SetExpiry::Keep, Expected::Absent) | (SetExpiry::Never | SetExpiry::After(_), _) => {
                Action::Put { value: NewValue::Bytes(&set.value), expire, nonce, answer: ReturnValue::None }
            }
        };
        let in_doubt = match set.expected {
            // If the first attempt happened, the second is refused, and the old item carries our nonce.
            Expected::Absent | Expected::Version(_) => InDoubt::SendAgain,
            // Here a second attempt could write over somebody else's change.
            Expected::Present | Expected::Value(_) => InDoubt::LookFor(nonce),
        };
        let write = Write { key: &set.key, action, condition: Some(condition(&set.expected)), in_doubt };
        match self.send(&write).await? {
            Sent::Applied { .. } => Ok(Swap::Swapped(self.written(nonce, expire, None))),
            Sent::Found(item) => Ok(Swap::Swapped(self.written(nonce, expire, Some(&item)))),
            Sent::Refused { old: Some(item), .. } if self.table.layout().was_written_by(&item, nonce) => {
                Ok(Swap::Swapped(self.written(nonce, expire, Some(&item))))
            }
            Sent::Refused { doubt: Some(failure), .. } => Err(failure.into_unknown()),
            Sent::Refused { old, doubt: None } => {
                Ok(Swap::NotSwapped(old.filter(|_| set.return_current).and_then(|old| self.readable(old))))
            }
        }
    }

    /// The answer for our own write. Where the stored item was seen, it knows the expiry time best: an earlier attempt
    /// may have begun it.
    fn written(&self, nonce: Nonce, expire: Option<ExpireTime>, item: Option<&Item>) -> Written {
        let stored = || item.and_then(|item| self.table.layout().expire_time(item));
        Written { version: nonce.to_version(), expire_time: expire.map(|computed| stored().unwrap_or(computed)) }
    }

    /// The item as an entry, unless it has expired.
    pub(super) fn visible(&self, item: Option<Item>) -> Seen {
        let (layout, now) = (self.table.layout(), self.now());
        item.filter(|item| layout.is_alive(item, now)).map(|item| layout.entry(item)).transpose()
    }

    /// The item as an entry, unless it has expired or holds what DynaKV does not read. What was in the way of a write is
    /// shown if it can be; the outcome does not depend on it.
    pub(super) fn readable(&self, item: Item) -> Option<Entry> {
        self.visible(Some(item)).ok().flatten()
    }

    fn expire_time(&self, expiry: SetExpiry) -> Option<ExpireTime> {
        match expiry {
            SetExpiry::After(ttl) => Some(ExpireTime::after(self.now(), ttl)),
            SetExpiry::Never | SetExpiry::Keep => None,
        }
    }
}

/// Our own item, if it was seen, and what it replaced.
type Replaced = (Option<Item>, Previous);

fn change_value(value: &Bytes, nonce: Nonce) -> Update {
    Update {
        set: vec![(Role::Value, Operand::Value(binary(value))), (Role::Version, Operand::Value(nonce.to_attribute()))],
        remove: Vec::new(),
    }
}

/// What the caller expects, as a condition.
pub(super) fn condition(expected: &Expected) -> Condition {
    match expected {
        Expected::Absent => Condition::absent(),
        Expected::Present => Condition::exists(),
        Expected::Version(version) => {
            let number = AttributeValue::N(version.as_str().to_owned());
            Condition::Equals(Role::Version, number).and(Condition::Alive)
        }
        Expected::Value(value) => value_is(value).and(Condition::Alive),
    }
}

/// A counter equals the text that Get shows for it.
fn value_is(value: &Bytes) -> Condition {
    let bytes = Condition::Equals(Role::Value, binary(value));
    match std::str::from_utf8(value) {
        Ok(text) if number::is_canonical(text) => {
            let number = Condition::Equals(Role::Value, AttributeValue::N(text.to_owned()));
            Condition::Any(vec![bytes, number])
        }
        _ => bytes,
    }
}

/// What tells one expiry of a write from another, for its nonce. The moment is not part of it: it differs between
/// attempts.
pub(super) fn expiry_bytes(expiry: SetExpiry) -> [u8; 8] {
    // No TTL is shorter than 1 ms.
    let millis = match expiry {
        SetExpiry::Never => 0,
        SetExpiry::After(ttl) => ttl.as_millis(),
        SetExpiry::Keep => -1,
    };
    millis.to_le_bytes()
}

pub(super) fn expected_bytes(expected: &Expected) -> Vec<u8> {
    let (kind, content): (u8, &[u8]) = match expected {
        Expected::Absent => (0, &[]),
        Expected::Present => (1, &[]),
        Expected::Version(version) => (2, version.as_str().as_bytes()),
        Expected::Value(value) => (3, value),
    };
    [&[kind], content].concat()
}
