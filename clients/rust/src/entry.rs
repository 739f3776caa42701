use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use prost_types::Timestamp;
use tonic::Status;

use crate::pb;

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// The stored bytes; of a counter, its decimal text. `None` only on an item that another program wrote without one.
    pub value: Option<Bytes>,
    /// Names this state of the entry. `None` on an item that another program wrote.
    pub version: Option<Version>,
    /// When the entry ceases to exist, to the millisecond. `None` if it has no TTL.
    pub expire_time: Option<SystemTime>,
}

impl Entry {
    /// The value as text, if it is UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.value.as_ref()?).ok()
    }
}

impl TryFrom<pb::Entry> for Entry {
    type Error = Status;

    fn try_from(entry: pb::Entry) -> Result<Self, Status> {
        let pb::Entry { key, value, version, expire_time } = entry;
        Ok(Self { key, value, version: version.map(Version), expire_time: time(expire_time)? })
    }
}

/// Names one state of an entry: every write that changes the entry changes it. Opaque; compare it for equality only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version(String);

impl Version {
    /// The version as it is on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Version {
    fn from(version: String) -> Self {
        Self(version)
    }
}

impl From<&str> for Version {
    fn from(version: &str) -> Self {
        Self(version.to_owned())
    }
}

pub(crate) fn entry(entry: Option<pb::Entry>) -> Result<Option<Entry>, Status> {
    entry.map(Entry::try_from).transpose()
}

pub(crate) fn time(timestamp: Option<Timestamp>) -> Result<Option<SystemTime>, Status> {
    timestamp.map(SystemTime::try_from).transpose().map_err(|_| unreadable("an expire_time out of range"))
}

/// The server answered OK, but with something that it never should.
pub(crate) fn unreadable(found: &str) -> Status {
    Status::internal(format!("the server's answer cannot be understood: it has {found}"))
}
