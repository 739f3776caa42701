//! How an entry lies in a DynamoDB item: the layout of the Grove KV driver, whose tables work in place.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;

use super::error::Error;
use super::expiry;
use super::nonce::Nonce;
use super::number;
use crate::model::{AttributeNames, Entry, ExpireTime, Invalid, Key, Millis, SetExpiry, Value, Version, Violation};

/// A DynamoDB item.
pub type Item = HashMap<String, AttributeValue>;

/// The part that an attribute plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Key,
    Value,
    Ttl,
    TtlMs,
    Version,
}

/// What a write puts into the value attribute.
#[derive(Debug, Clone, Copy)]
pub(super) enum NewValue<'a> {
    Bytes(&'a Bytes),
    Counter(i64),
}

impl NewValue<'_> {
    pub(super) fn to_attribute(self) -> AttributeValue {
        match self {
            Self::Bytes(bytes) => binary(bytes),
            Self::Counter(number) => AttributeValue::N(number.to_string()),
        }
    }
}

pub(super) fn binary(bytes: &Bytes) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes.to_vec()))
}

/// DynamoDB's limit for an item, names included. Source: "Quotas in Amazon DynamoDB", item size.
pub(super) const MAX_ITEM_BYTES: usize = 409_600;

/// What the numbers of an entry take: one byte, and one for every two digits; see "DynamoDB item sizes and formats".
/// The digits of a version vary, so the most are counted: whether a value fits must not depend on chance.
pub(super) const VERSION_BYTES: usize = 1 + 19usize.div_ceil(2);
const TTL_BYTES: usize = 1 + 10usize.div_ceil(2);
const TTL_MS_BYTES: usize = 1 + 3usize.div_ceil(2);

/// The attribute names of one table, and what they mean.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    names: AttributeNames,
}

impl Layout {
    pub(super) fn new(names: AttributeNames) -> Self {
        Self { names }
    }

    /// The layout of a table whose partition key has this name.
    pub(super) fn keyed_by(&self, key: &str) -> Self {
        Self { names: AttributeNames { key: key.to_owned(), ..self.names.clone() } }
    }

    /// The attributes of an expiry time.
    pub(super) fn expiry_attributes(&self, time: ExpireTime) -> [(String, AttributeValue); 2] {
        let (ttl, ttl_ms) = expiry::to_attributes(time);
        [(self.names.ttl.clone(), ttl), (self.names.ttl_ms.clone(), ttl_ms)]
    }

    pub(super) fn name(&self, role: Role) -> &str {
        match role {
            Role::Key => &self.names.key,
            Role::Value => &self.names.value,
            Role::Ttl => &self.names.ttl,
            Role::TtlMs => &self.names.ttl_ms,
            Role::Version => &self.names.version,
        }
    }

    /// The item's primary key.
    pub(super) fn key(&self, key: &Key) -> Item {
        HashMap::from([(self.names.key.clone(), AttributeValue::S(key.as_str().to_owned()))])
    }

    /// The whole item of an entry.
    pub(super) fn item(&self, key: &Key, value: NewValue<'_>, expire: Option<ExpireTime>, nonce: Nonce) -> Item {
        let mut item = self.key(key);
        item.insert(self.names.value.clone(), value.to_attribute());
        item.insert(self.names.version.clone(), nonce.to_attribute());
        item.extend(expire.into_iter().flat_map(|time| self.expiry_attributes(time)));
        item
    }

    /// Refuses a value that would make the item too large.
    ///
    /// Counts what the write itself stores. What an update meets in the stored item is DynamoDB's verdict.
    /// The error names the field `value`.
    pub(super) fn check_size(&self, key: &Key, value: &Bytes, expiry: SetExpiry) -> Result<(), Violation> {
        let AttributeNames { key: key_name, value: value_name, ttl, ttl_ms, version } = &self.names;
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

    /// When the item ceases to exist as an entry, if ever.
    pub(super) fn expire_time(&self, item: &Item) -> Option<ExpireTime> {
        expiry::from_attributes(item.get(&self.names.ttl), item.get(&self.names.ttl_ms))
    }

    /// Whether the item exists as an entry: it has no expiry time, or one that has not passed.
    pub(super) fn is_alive(&self, item: &Item, now: Millis) -> bool {
        self.expire_time(item).is_none_or(|time| !time.has_passed(now))
    }

    /// Whether the write with this nonce made the item.
    pub(super) fn was_written_by(&self, item: &Item, nonce: Nonce) -> bool {
        matches!(item.get(&self.names.version), Some(AttributeValue::N(number)) if nonce.is(number))
    }

    /// Whether Increment was the last to write the item.
    pub(super) fn was_counted(&self, item: &Item) -> bool {
        matches!(item.get(&self.names.version), Some(AttributeValue::N(number)) if Nonce::is_counter(number))
    }

    /// The number in the value attribute, if it is a whole number of 64 bits.
    pub(super) fn counter(&self, item: &Item) -> Option<i64> {
        match item.get(&self.names.value) {
            Some(AttributeValue::N(number)) => number::whole(number),
            _ => None,
        }
    }

    /// The entry that an item holds.
    pub(super) fn entry(&self, mut item: Item) -> Result<Entry, Error> {
        let expire_time = self.expire_time(&item);
        let key = match item.remove(&self.names.key) {
            Some(AttributeValue::S(key)) => Key::try_from(key).map_err(|_| unexpected("key", None))?,
            other => return Err(unexpected("key", other.as_ref())),
        };
        let value = match item.remove(&self.names.value) {
            None => None,
            Some(AttributeValue::B(blob)) => Some(Value::Bytes(Bytes::from(blob.into_inner()))),
            Some(AttributeValue::N(number)) => Some(Value::Number(number)),
            Some(other) => return Err(unexpected("value", Some(&other))),
        };
        let version = match item.remove(&self.names.version) {
            None => None,
            Some(AttributeValue::N(number)) => Some(Version::stored(number)),
            Some(other) => return Err(unexpected("version", Some(&other))),
        };
        Ok(Entry { key, value, version, expire_time })
    }
}

fn unexpected(role: &'static str, found: Option<&AttributeValue>) -> Error {
    Error::UnexpectedAttributeType { role, found: found.map_or("none", type_name) }
}

/// DynamoDB's name of an attribute's type.
pub(super) fn type_name(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::S(_) => "S",
        AttributeValue::N(_) => "N",
        AttributeValue::B(_) => "B",
        AttributeValue::Bool(_) => "BOOL",
        AttributeValue::Null(_) => "NULL",
        AttributeValue::M(_) => "M",
        AttributeValue::L(_) => "L",
        AttributeValue::Ss(_) => "SS",
        AttributeValue::Ns(_) => "NS",
        AttributeValue::Bs(_) => "BS",
        _ => "unknown",
    }
}
