use std::fmt;

use bytes::Bytes;

use super::{Key, RequestId, Ttl, Version};

/// The condition of a conditional write.
#[derive(Clone, PartialEq, Eq)]
pub enum Expected {
    /// The entry does not exist.
    Absent,
    /// The entry exists.
    Present,
    /// The entry has this version.
    Version(Version),
    /// The entry has this value.
    Value(Bytes),
}

/// Hides the value: values must not be logged.
impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::Present => "Present",
            Self::Version(_) => "Version",
            Self::Value(_) => "Value",
        })
    }
}

/// What a write does with the TTL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetExpiry {
    /// Remove it.
    Never,
    /// Set a new one.
    After(Ttl),
    /// Keep it, and all other attributes.
    Keep,
}

/// An unconditional write of an entry.
#[derive(Debug, Clone)]
pub struct Set {
    /// The key of the entry.
    pub key: Key,
    /// The new value.
    pub value: Bytes,
    /// What to do with the TTL.
    pub expiry: SetExpiry,
    /// Whether to return the replaced entry.
    pub return_previous: bool,
    /// Identifies the logical write across its attempts.
    pub request_id: RequestId,
}

/// A conditional write of an entry.
#[derive(Debug, Clone)]
pub struct CompareAndSet {
    /// The key of the entry.
    pub key: Key,
    /// The new value.
    pub value: Bytes,
    /// What to do with the TTL.
    pub expiry: SetExpiry,
    /// The condition.
    pub expected: Expected,
    /// Whether to return the current entry if the condition fails.
    pub return_current: bool,
    /// Identifies the logical write across its attempts.
    pub request_id: RequestId,
}

/// A conditional delete of an entry.
#[derive(Debug, Clone)]
pub struct CompareAndDelete {
    /// The key of the entry.
    pub key: Key,
    /// The condition. [`Expected::Absent`] is invalid: there would be nothing to delete.
    pub expected: Expected,
    /// Whether to return the current entry if the condition fails.
    pub return_current: bool,
}

/// Adds to a counter, or creates it.
#[derive(Debug, Clone)]
pub struct Increment {
    /// The key of the counter.
    pub key: Key,
    /// The number to add.
    pub delta: i64,
    /// The start value of a new counter.
    pub initial: i64,
    /// The TTL of a new counter.
    pub ttl: Option<Ttl>,
    /// Identifies the logical write across its attempts.
    pub request_id: RequestId,
}
