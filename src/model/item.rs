use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};

use aws_sdk_dynamodb::types::AttributeValue;

use super::number::Number;
use super::{Invalid, Key};

/// All attributes of an item.
pub type Attributes = HashMap<String, AttributeValue>;

/// Maximum nesting of an attribute: its own value is at level one, its content at level two, and so on.
///
/// Source: "Quotas in Amazon DynamoDB", nested attribute depth.
pub(crate) const MAX_NESTING: usize = 32;

/// Maximum length of an attribute's name in bytes. Source: "Quotas in Amazon DynamoDB", attribute names.
const MAX_NAME_BYTES: usize = 65_535;

/// Maximum length of a sort key in bytes.
const MAX_SORT_BYTES: usize = 1024;

/// DynamoDB's name for the type of an attribute.
pub(crate) fn type_name(value: &AttributeValue) -> &'static str {
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

/// Refuses invalid attribute names.
pub(crate) fn check_attribute_name(name: &str) -> Result<(), Invalid> {
    let limit = || format!("1..{MAX_NAME_BYTES} bytes");
    match name.len() {
        0 => Err(Invalid::limit("has an attribute with an empty name", limit())),
        1..=MAX_NAME_BYTES => Ok(()),
        bytes => {
            let problem = format!("has an attribute name of {bytes} bytes, at most {MAX_NAME_BYTES} are allowed");
            Err(Invalid::limit(problem, limit()))
        }
    }
}

/// The primary key of an item: values of type S, N or B within DynamoDB's limits.
///
/// Two keys are equal if they identify the same item: numbers compare by value, not by text.
#[derive(Clone)]
pub struct ItemKey {
    partition: AttributeValue,
    sort: Option<AttributeValue>,
}

impl ItemKey {
    /// The key of an item in a table without a sort key.
    ///
    /// # Errors
    /// The value is not of type S, N or B, or does not have 1 to 2,048 bytes.
    pub fn new(partition: AttributeValue) -> Result<Self, Invalid> {
        check_key(&partition, Key::MAX_BYTES)?;
        Ok(Self { partition, sort: None })
    }

    /// Adds the sort key.
    ///
    /// # Errors
    /// The value is not of type S, N or B, or does not have 1 to 1,024 bytes.
    pub fn with_sort(self, sort: AttributeValue) -> Result<Self, Invalid> {
        check_key(&sort, MAX_SORT_BYTES)?;
        Ok(Self { sort: Some(sort), ..self })
    }

    /// The partition key.
    #[must_use]
    pub fn partition(&self) -> &AttributeValue {
        &self.partition
    }

    /// The sort key, if there is one.
    #[must_use]
    pub fn sort(&self) -> Option<&AttributeValue> {
        self.sort.as_ref()
    }

    /// The key of the item in key-value calls, if its table fits those.
    pub(crate) fn entry_key(&self) -> Option<&str> {
        match (&self.partition, &self.sort) {
            (AttributeValue::S(text), None) => Some(text),
            _ => None,
        }
    }

    fn identity(&self) -> (Option<Identity<'_>>, Option<Identity<'_>>) {
        (Identity::of(&self.partition), self.sort.as_ref().and_then(Identity::of))
    }
}

fn check_key(value: &AttributeValue, max_bytes: usize) -> Result<(), Invalid> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "AttributeValue is non-exhaustive")]
    let bytes = match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::N(number) => return Number::parse(number).map(drop),
        _ => return Err(Invalid::new("is not of type s, n or b, as a key must be")),
    };
    if (1..=max_bytes).contains(&bytes) {
        return Ok(());
    }
    let problem = format!("has {bytes} bytes, 1 to {max_bytes} are allowed in a key");
    Err(Invalid::limit(problem, format!("1..{max_bytes} bytes")))
}

/// A key value in a form that compares equal for the same item.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'a> {
    Text(&'a str),
    Number(Number),
    Bytes(&'a [u8]),
}

impl<'a> Identity<'a> {
    fn of(value: &'a AttributeValue) -> Option<Self> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "check_key lets no other type pass")]
        match value {
            AttributeValue::S(text) => Some(Self::Text(text)),
            AttributeValue::N(number) => Number::parse(number).ok().map(Self::Number),
            AttributeValue::B(blob) => Some(Self::Bytes(blob.as_ref())),
            _ => None,
        }
    }
}

/// An entry's key is the whole primary key of its item.
impl From<Key> for ItemKey {
    fn from(key: Key) -> Self {
        Self { partition: AttributeValue::S(key.into_string()), sort: None }
    }
}

impl PartialEq for ItemKey {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for ItemKey {}

impl Hash for ItemKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.entry_key() {
            // Most keys are those of entries, which need no look at types.
            Some(text) => text.hash(state),
            None => self.identity().hash(state),
        }
    }
}

/// Hides the key: keys may contain personal data and must not be logged.
impl fmt::Debug for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemKey").field("has_sort", &self.sort.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use aws_sdk_dynamodb::primitives::Blob;

    use super::*;

    fn number(text: &str) -> AttributeValue {
        AttributeValue::N(text.to_owned())
    }

    fn text(bytes: usize) -> AttributeValue {
        AttributeValue::S("k".repeat(bytes))
    }

    #[test]
    fn keys_keep_to_their_limits() {
        assert!(ItemKey::new(text(2048)).unwrap().with_sort(text(1024)).is_ok());
        assert!(ItemKey::new(text(2049)).is_err());
        assert!(ItemKey::new(text(0)).is_err());
        assert!(ItemKey::new(text(1)).unwrap().with_sort(text(1025)).is_err());
        assert!(ItemKey::new(AttributeValue::B(Blob::new([]))).is_err());
        assert!(ItemKey::new(AttributeValue::Bool(true)).is_err());
        assert!(ItemKey::new(number("one")).is_err());
    }

    #[test]
    fn keys_are_equal_that_name_the_same_item() {
        let key =
            |partition: &str, sort: &str| ItemKey::new(number(partition)).unwrap().with_sort(number(sort)).unwrap();
        let keys = HashSet::from([key("1", "2"), key("1.0", "20E-1"), key("1", "3")]);
        assert_eq!(keys.len(), 2);
        assert_ne!(ItemKey::new(number("1")).unwrap(), ItemKey::new(AttributeValue::S("1".to_owned())).unwrap());
        assert_ne!(ItemKey::new(number("1")).unwrap(), key("1", "1"));
    }
}
