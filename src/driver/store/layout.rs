//! The attributes of an item that holds an entry: the layout of the Grove KV driver, whose tables work unchanged.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;

use super::answer::{AnswerItem, AnswerValue};
use super::item::{Item, binary};
use super::nonce::Nonce;
use super::{expiry, number};
use crate::driver::error::Error;
use crate::model::{
    AttributeNames, Entry, ExpireTime, Invalid, Key, Millis, SetExpiry, Value, Version, Violation, type_name,
};

/// What an attribute is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Key,
    Value,
    Ttl,
    TtlMs,
    Version,
}

/// What a write puts into the value attribute.
#[derive(Debug, Clone)]
pub(crate) enum NewValue {
    Bytes(Bytes),
    Counter(i64),
}

impl NewValue {
    pub(crate) fn to_attribute(&self) -> AttributeValue {
        match self {
            Self::Bytes(bytes) => binary(bytes),
            Self::Counter(number) => AttributeValue::N(number.to_string()),
        }
    }
}

/// DynamoDB's limit for an item, names included. Source: "Quotas in Amazon DynamoDB", item size.
pub(crate) const MAX_ITEM_BYTES: usize = 409_600;

/// The size of an entry's numbers: one byte, and one for every two digits ("DynamoDB item sizes and formats"). A version always
/// counts with the maximum of 19 digits, so that whether a value fits does not depend on chance.
pub(crate) const VERSION_BYTES: usize = 1 + 19usize.div_ceil(2);
const TTL_BYTES: usize = 1 + 10usize.div_ceil(2);
const TTL_MS_BYTES: usize = 1 + 3usize.div_ceil(2);

/// Another program stored an attribute whose type does not fit its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unexpected {
    role: &'static str,
    found: &'static str,
}

impl From<Unexpected> for Error {
    fn from(Unexpected { role, found }: Unexpected) -> Self {
        Self::UnexpectedAttributeType { role, found }
    }
}

/// The attribute names of one table. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    names: Arc<AttributeNames>,
}

impl Layout {
    pub(crate) fn new(names: AttributeNames) -> Self {
        Self { names: Arc::new(names) }
    }

    /// The same layout with another partition key: the one that DynamoDB reports.
    pub(crate) fn with_partition_key(&self, key: &str) -> Self {
        if self.names.key == key {
            return self.clone();
        }
        Self { names: Arc::new(AttributeNames { key: key.to_owned(), ..AttributeNames::clone(&self.names) }) }
    }

    /// The attributes of an expiry time, by name.
    pub(crate) fn expiry_attributes(&self, time: ExpireTime) -> [(String, AttributeValue); 2] {
        Self::expiry_roles(time).map(|(role, number)| (self.name(role).to_owned(), number))
    }

    /// The attributes of an expiry time, by role.
    pub(crate) fn expiry_roles(time: ExpireTime) -> [(Role, AttributeValue); 2] {
        let (ttl, ttl_ms) = expiry::to_attributes(time);
        [(Role::Ttl, ttl), (Role::TtlMs, ttl_ms)]
    }

    pub(crate) fn name(&self, role: Role) -> &str {
        match role {
            Role::Key => &self.names.key,
            Role::Value => &self.names.value,
            Role::Ttl => &self.names.ttl,
            Role::TtlMs => &self.names.ttl_ms,
            Role::Version => &self.names.version,
        }
    }

    /// The item's primary key.
    pub(crate) fn key(&self, key: &Key) -> Item {
        HashMap::from([(self.names.key.clone(), AttributeValue::S(key.as_str().to_owned()))])
    }

    /// Adds all attributes of an entry except its key.
    pub(crate) fn add_entry(&self, item: &mut Item, value: &NewValue, expire: Option<ExpireTime>, nonce: Nonce) {
        item.insert(self.names.value.clone(), value.to_attribute());
        item.insert(self.names.version.clone(), nonce.to_attribute());
        item.extend(expire.into_iter().flat_map(|time| self.expiry_attributes(time)));
    }

    /// Refuses a value that would make the item too large.
    ///
    /// Counts what the write itself stores. Only DynamoDB can tell whether an update fits the stored item. The error names the
    /// field `value`.
    pub(crate) fn check_size(&self, key: &Key, value: &Bytes, expiry: SetExpiry) -> Result<(), Violation> {
        let AttributeNames { key: key_name, value: value_name, ttl, ttl_ms, version } = &*self.names;
        let ttl_bytes = match expiry {
            SetExpiry::After(_) => ttl.len() + TTL_BYTES + ttl_ms.len() + TTL_MS_BYTES,
            SetExpiry::Never | SetExpiry::Keep => 0,
        };
        let beside = key_name.len() + key.as_str().len() + value_name.len() + version.len() + VERSION_BYTES + ttl_bytes;
        let limit = MAX_ITEM_BYTES.saturating_sub(beside);
        if value.len() > limit {
            let problem = format!("has {} bytes, at most {limit} fit into an item under this key", value.len());
            return Err(Violation {
                field: "value".to_owned(),
                invalid: Invalid::limit(problem, format!("{limit} bytes")),
            });
        }
        Ok(())
    }

    /// When the item expires, if it has a TTL.
    pub(crate) fn expire_time(&self, item: &Item) -> Option<ExpireTime> {
        expiry::from_attributes(item.get(&self.names.ttl), item.get(&self.names.ttl_ms))
    }

    /// When an item of an answer expires, if it has a TTL.
    pub(crate) fn expire_time_in(&self, item: &AnswerItem<'_>) -> Option<ExpireTime> {
        expiry::from_numbers(item.number(&self.names.ttl), item.number(&self.names.ttl_ms))
    }

    /// Whether the item has not expired.
    pub(crate) fn is_alive(&self, item: &Item, now: Millis) -> bool {
        self.expire_time(item).is_none_or(|time| !time.has_passed(now))
    }

    /// Whether the write with this nonce was the last to write the item.
    pub(crate) fn was_written_by(&self, item: &Item, nonce: Nonce) -> bool {
        matches!(item.get(&self.names.version), Some(AttributeValue::N(number)) if nonce.is(number))
    }

    /// The version attribute, if DynaKV cannot have written it. Partial updates leave such an item unchanged.
    pub(crate) fn foreign_version(&self, item: &Item) -> Option<Unexpected> {
        match item.get(&self.names.version)? {
            AttributeValue::N(number) if Nonce::is_nonce(number) => None,
            AttributeValue::N(_) => Some(Unexpected { role: "version", found: "N, out of range" }),
            other => Some(unexpected("version", Some(other))),
        }
    }

    /// Whether Increment was the last to write the item.
    pub(crate) fn was_written_by_increment(&self, item: &Item) -> bool {
        matches!(item.get(&self.names.version), Some(AttributeValue::N(number)) if Nonce::is_counter(number))
    }

    /// The number in the value attribute, if it is a whole number of 64 bits.
    pub(crate) fn counter(&self, item: &Item) -> Option<i64> {
        match item.get(&self.names.value) {
            Some(AttributeValue::N(number)) => number::whole(number),
            _ => None,
        }
    }

    /// The entry that an item holds.
    pub(crate) fn entry(&self, mut item: Item) -> Result<Entry, Unexpected> {
        let expire_time = self.expire_time(&item);
        entry(expire_time, |role| item.remove(self.name(role)))
    }

    /// The entry that an item of an answer holds.
    pub(crate) fn entry_in(&self, mut item: AnswerItem<'_>) -> Result<Entry, Unexpected> {
        let expire_time = self.expire_time_in(&item);
        entry(expire_time, |role| item.take(self.name(role)).map(AnswerValue::into_owned))
    }
}

/// The entry with these attributes.
fn entry(
    expire_time: Option<ExpireTime>,
    mut take: impl FnMut(Role) -> Option<AttributeValue>,
) -> Result<Entry, Unexpected> {
    let key = match take(Role::Key) {
        Some(AttributeValue::S(key)) => Key::try_from(key).map_err(|_| unexpected("key", None))?,
        other => return Err(unexpected("key", other.as_ref())),
    };
    let value = match take(Role::Value) {
        None => None,
        Some(AttributeValue::B(blob)) => Some(Value::Bytes(Bytes::from(blob.into_inner()))),
        Some(AttributeValue::N(number)) => Some(Value::Number(number)),
        Some(other) => return Err(unexpected("value", Some(&other))),
    };
    let version = match take(Role::Version) {
        None => None,
        Some(AttributeValue::N(number)) => Some(Version::stored(number)),
        Some(other) => return Err(unexpected("version", Some(&other))),
    };
    Ok(Entry { key, value, version, expire_time })
}

fn unexpected(role: &'static str, found: Option<&AttributeValue>) -> Unexpected {
    Unexpected { role, found: found.map_or("none", type_name) }
}
