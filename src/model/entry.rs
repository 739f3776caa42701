use std::fmt;

use bytes::Bytes;

use super::{ExpireTime, Key, Version};

/// An entry that exists: its expiry time, if it has one, has not passed.
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
    /// How many bytes it takes to send, about.
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

/// What an entry holds.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Bytes, as Set stores them.
    Bytes(Bytes),
    /// A number as DynamoDB writes it, as Increment stores them.
    Number(String),
}

impl Value {
    /// The value as bytes; a number as its decimal text.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(text) => Bytes::from(text),
        }
    }
}

/// Values are the caller's business; they never reach a log.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Number(_) => f.write_str("Number"),
        }
    }
}
