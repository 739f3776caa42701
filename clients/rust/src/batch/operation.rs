use std::time::Duration;

use bytes::Bytes;

use crate::point::duration;
use crate::{Expected, pb};

/// One operation of a [`batch_write`](crate::Client::batch_write).
///
/// ```
/// # use std::time::Duration;
/// # use dynakv_client::{BatchOperation, Expected};
/// let operations: [BatchOperation; 3] = [
///     BatchOperation::set("greeting", "hello").ttl(Duration::from_secs(60)).into(),
///     BatchOperation::set("lock", "me").expected(Expected::Absent).into(),
///     BatchOperation::delete("cart").report_existed().into(),
/// ];
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BatchOperation(pub(super) pb::batch_write_operation::Kind);

impl BatchOperation {
    /// Writes an entry.
    pub fn set(key: impl Into<String>, value: impl Into<Bytes>) -> BatchSet {
        BatchSet(pb::BatchSet { key: key.into(), value: value.into(), ..pb::BatchSet::default() })
    }

    /// Deletes an entry.
    pub fn delete(key: impl Into<String>) -> BatchDelete {
        BatchDelete(pb::BatchDelete { key: key.into(), ..pb::BatchDelete::default() })
    }

    /// The key of the entry.
    #[must_use]
    pub fn key(&self) -> &str {
        match &self.0 {
            pb::batch_write_operation::Kind::Set(set) => &set.key,
            pb::batch_write_operation::Kind::Delete(delete) => &delete.key,
        }
    }
}

impl From<BatchOperation> for pb::BatchWriteOperation {
    fn from(BatchOperation(kind): BatchOperation) -> Self {
        Self { kind: Some(kind) }
    }
}

/// Writes an entry, whatever was there unless [`expected`](Self::expected) says otherwise.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct BatchSet(pb::BatchSet);

impl BatchSet {
    /// The entry expires this long from now: 1 millisecond to 100 years. Without it, the entry has no TTL.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.0.expiry = Some(pb::batch_set::Expiry::Ttl(duration(ttl)));
        self
    }

    /// The entry keeps its expiry time and all other attributes. Costs a call of its own.
    pub fn keep_ttl(mut self) -> Self {
        self.0.expiry = Some(pb::batch_set::Expiry::KeepTtl(true));
        self
    }

    /// Writes only if the entry is like this. Costs a call of its own.
    pub fn expected(mut self, expected: Expected) -> Self {
        self.0.expected = Some(expected.into());
        self
    }

    /// If the entry is not as expected, answers with it as it is.
    pub fn return_current(mut self) -> Self {
        self.0.return_current = true;
        self
    }
}

impl From<BatchSet> for BatchOperation {
    fn from(BatchSet(set): BatchSet) -> Self {
        Self(pb::batch_write_operation::Kind::Set(set))
    }
}

/// Deletes an entry, whatever it holds unless [`expected`](Self::expected) says otherwise.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct BatchDelete(pb::BatchDelete);

impl BatchDelete {
    /// Deletes only if the entry is like this, which cannot be [`Expected::Absent`]. Costs a call of its own.
    pub fn expected(mut self, expected: Expected) -> Self {
        self.0.expected = Some(expected.into());
        self
    }

    /// If the entry is not as expected, answers with it as it is.
    pub fn return_current(mut self) -> Self {
        self.0.return_current = true;
        self
    }

    /// Says whether there was an entry. Costs a call of its own.
    pub fn report_existed(mut self) -> Self {
        self.0.report_existed = true;
        self
    }
}

impl From<BatchDelete> for BatchOperation {
    fn from(BatchDelete(delete): BatchDelete) -> Self {
        Self(pb::batch_write_operation::Kind::Delete(delete))
    }
}
