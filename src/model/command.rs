use std::fmt;

use bytes::Bytes;

use super::{Key, RequestId, Ttl, Version};

/// What must be true of an entry for a conditional write to happen.
#[derive(Clone, PartialEq, Eq)]
pub enum Expected {
    /// There is no such entry.
    Absent,
    /// There is one.
    Present,
    /// There is one with this version.
    Version(Version),
    /// There is one with this value.
    Value(Bytes),
}

/// Values never reach a log.
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

/// What becomes of an entry's TTL when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetExpiry {
    /// It has none.
    Never,
    /// It begins anew.
    After(Ttl),
    /// It stays, as all other attributes do.
    Keep,
}

/// Write one entry, whatever was there.
#[derive(Debug, Clone)]
pub struct Set {
    /// Which entry.
    pub key: Key,
    /// What it holds afterwards.
    pub value: Bytes,
    /// What becomes of its TTL.
    pub expiry: SetExpiry,
    /// Whether to answer with the entry that was replaced.
    pub return_previous: bool,
    /// Which logical write this is.
    pub request_id: RequestId,
}

/// Write one entry if it is as expected.
#[derive(Debug, Clone)]
pub struct CompareAndSet {
    /// Which entry.
    pub key: Key,
    /// What it holds afterwards.
    pub value: Bytes,
    /// What becomes of its TTL.
    pub expiry: SetExpiry,
    /// What must be true of it.
    pub expected: Expected,
    /// Whether to answer with the entry as it is if that is not true.
    pub return_current: bool,
    /// Which logical write this is.
    pub request_id: RequestId,
}

/// Delete one entry if it is as expected.
#[derive(Debug, Clone)]
pub struct CompareAndDelete {
    /// Which entry.
    pub key: Key,
    /// What must be true of it; [`Expected::Absent`] leaves nothing to delete.
    pub expected: Expected,
    /// Whether to answer with the entry as it is if that is not true.
    pub return_current: bool,
}

/// Add to a counter, and create it if it is absent.
#[derive(Debug, Clone)]
pub struct Increment {
    /// Which entry.
    pub key: Key,
    /// What to add.
    pub delta: i64,
    /// What a new counter starts from.
    pub initial: i64,
    /// The TTL of a new counter.
    pub ttl: Option<Ttl>,
    /// Which logical write this is.
    pub request_id: RequestId,
}
