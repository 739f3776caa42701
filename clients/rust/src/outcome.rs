use std::time::{Duration, SystemTime};

use bytes::Bytes;

use crate::{Entry, Version, pb};

/// What must be true of an entry for a conditional write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// There is no such entry.
    Absent,
    /// There is one, whatever it holds.
    Present,
    /// There is one and it still has this version.
    Version(Version),
    /// There is one and it holds exactly these bytes; of a counter, its decimal text.
    Value(Bytes),
}

impl Expected {
    /// There is an entry and it still has this version.
    pub fn version(version: impl Into<Version>) -> Self {
        Self::Version(version.into())
    }

    /// There is an entry and it holds exactly these bytes.
    pub fn value(value: impl Into<Bytes>) -> Self {
        Self::Value(value.into())
    }
}

impl From<Expected> for pb::Expected {
    fn from(expected: Expected) -> Self {
        use pb::expected::{Absent, Kind, Present};
        let kind = match expected {
            Expected::Absent => Kind::Absent(Absent {}),
            Expected::Present => Kind::Present(Present {}),
            Expected::Version(version) => Kind::Version(version.as_str().to_owned()),
            Expected::Value(value) => Kind::Value(value),
        };
        Self { kind: Some(kind) }
    }
}

/// What a Set wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The version of the entry as written.
    pub version: Version,
    /// When the entry expires, if the call gave a TTL.
    pub expire_time: Option<SystemTime>,
    /// With `return_previous`: the entry that was replaced, if there was one.
    pub previous: Option<Entry>,
    /// With `return_previous`: the write happened, but which entry it replaced is lost.
    pub previous_lost: bool,
}

/// What became of a compare-and-set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swap {
    /// The entry was as expected and is written.
    Swapped {
        /// The version of the entry as written.
        version: Version,
        /// When the entry expires, if the call gave a TTL.
        expire_time: Option<SystemTime>,
    },
    /// The entry was not as expected and is unchanged.
    NotSwapped {
        /// With `return_current`: the entry as it is, if there is one.
        current: Option<Entry>,
    },
}

/// What became of a compare-and-delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    /// The entry was as expected and is deleted.
    Deleted,
    /// The entry was not as expected and is unchanged.
    NotDeleted {
        /// With `return_current`: the entry as it is, if there is one.
        current: Option<Entry>,
    },
}

/// What there is to say about a TTL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TtlOutcome {
    /// The entry exists and has a TTL.
    Ttl {
        /// The remaining time, at least 1 millisecond.
        ttl: Duration,
        /// When the entry expires.
        expire_time: SystemTime,
    },
    /// The entry exists and has none.
    NoTtl,
    /// There is no such entry.
    NotFound,
}

/// What became of an Expire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpireOutcome {
    /// The entry has the new TTL.
    TtlSet {
        /// The version of the entry as written.
        version: Version,
        /// When the entry expires.
        expire_time: SystemTime,
    },
    /// There is no such entry; nothing changed.
    NotFound,
}

/// What became of a Persist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersistOutcome {
    /// The entry had a TTL and no longer expires.
    TtlRemoved {
        /// The version of the entry as written.
        version: Version,
    },
    /// The entry had none; nothing changed.
    NoTtl,
    /// There is no such entry; nothing changed.
    NotFound,
}

/// A counter after an increment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counter {
    /// What it stands at.
    pub value: i64,
    /// The version of the entry as written.
    pub version: Version,
    /// When it expires. `None` if it has no TTL.
    pub expire_time: Option<SystemTime>,
}
