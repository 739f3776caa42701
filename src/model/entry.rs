use std::fmt;

use bytes::Bytes;

use super::{ExpireTime, Key, Version};

/// An entry that exists, so it has not expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: Key,
    /// Its value; `None` only on an item that another program wrote without one.
    pub value: Option<Value>,
    /// Its version; `None` on an item that another program wrote.
    pub version: Option<Version>,
    /// When it expires.
    pub expire_time: Option<ExpireTime>,
}

impl Entry {
    /// Its approximate size on the wire.
    #[must_use]
    pub fn size(&self) -> usize {
        const VERSION_AND_TIME: usize = 64;
        let value = match &self.value {
            Some(Value::Bytes(bytes)) => bytes.len(),
            Some(Value::Number(text)) => text.len(),
            None => 0,
        };
        self.key.as_str().len() + value + VERSION_AND_TIME
    }
}

/// The value of an entry.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Bytes, as Set stores them.
    Bytes(Bytes),
    /// A number in DynamoDB's notation, as Increment stores it.
    Number(String),
}

impl Value {
    /// The value as bytes. A number becomes its decimal text.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(text) => Bytes::from(text),
        }
    }
}

/// Hides the value: values must not be logged.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Number(_) => f.write_str("Number"),
        }
    }
}
