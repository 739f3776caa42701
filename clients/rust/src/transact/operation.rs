use std::time::Duration;

use bytes::Bytes;
use pb::transact_write_operation::Kind;

use crate::point::duration;
use crate::{Expected, pb};

/// One operation of a [`transact_write`](crate::Client::transact_write).
#[derive(Debug, Clone, PartialEq)]
pub struct TransactOperation(pub(super) pb::TransactWriteOperation);

impl TransactOperation {
    /// Writes an entry.
    pub fn set(key: impl Into<String>, value: impl Into<Bytes>) -> Transact<pb::TransactSet> {
        Transact::new(pb::TransactSet { key: key.into(), value: value.into(), ttl: None, expected: None })
    }

    /// Deletes an entry.
    pub fn delete(key: impl Into<String>) -> Transact<pb::TransactDelete> {
        Transact::new(pb::TransactDelete { key: key.into(), expected: None })
    }
}

impl From<pb::TransactWriteOperation> for TransactOperation {
    fn from(operation: pb::TransactWriteOperation) -> Self {
        Self(operation)
    }
}

/// An operation in the making, of one of the kinds that [`pb::transact_write_operation::Kind`] lists.
///
/// ```
/// # use dynakv_client::{Expected, Transact, TransactOperation, pb};
/// let operations: [TransactOperation; 2] = [
///     TransactOperation::set("order-7", "placed").expected(Expected::Absent).into(),
///     Transact::new(pb::TransactCheck { condition: "quantity > :zero".into(), ..Default::default() })
///         .table("inventory")
///         .return_current()
///         .into(),
/// ];
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Transact<K> {
    table: String,
    kind: K,
    return_current: bool,
}

impl<K> Transact<K> {
    /// An operation of this kind.
    pub fn new(kind: K) -> Self {
        Self { table: String::new(), kind, return_current: false }
    }

    /// The table: one of the server's configuration.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = table.into();
        self
    }

    /// If the transaction is cancelled because of this operation's condition, answers with the entry or item as it is.
    pub fn return_current(mut self) -> Self {
        self.return_current = true;
        self
    }
}

impl Transact<pb::TransactSet> {
    /// The entry expires this long from now: 1 millisecond to 100 years. Without it, the entry has no TTL.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.kind.ttl = Some(duration(ttl));
        self
    }

    /// Writes only if the entry is like this.
    pub fn expected(mut self, expected: Expected) -> Self {
        self.kind.expected = Some(expected.into());
        self
    }
}

impl Transact<pb::TransactDelete> {
    /// Deletes only if the entry is like this, which cannot be [`Expected::Absent`].
    pub fn expected(mut self, expected: Expected) -> Self {
        self.kind.expected = Some(expected.into());
        self
    }
}

impl<K: Into<Kind>> From<Transact<K>> for TransactOperation {
    fn from(Transact { table, kind, return_current }: Transact<K>) -> Self {
        Self(pb::TransactWriteOperation { table, return_current, kind: Some(kind.into()) })
    }
}

macro_rules! kinds {
    ($($kind:ident: $message:ident),+ $(,)?) => {
        $(impl From<pb::$message> for Kind {
            fn from(kind: pb::$message) -> Self {
                Self::$kind(kind)
            }
        })+
    };
}

kinds! {
    Set: TransactSet,
    Delete: TransactDelete,
    PutItem: TransactPutItem,
    UpdateItem: TransactUpdateItem,
    DeleteItem: TransactDeleteItem,
    Check: TransactCheck,
}

/// One read of a [`transact_get`](crate::Client::transact_get). A key alone will do, for an entry of the client's table.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct TransactRead(pub(super) pb::TransactGetOperation);

impl TransactRead {
    /// Reads the entry with this key.
    pub fn entry(key: impl Into<String>) -> Self {
        Self::of(pb::transact_get_operation::Target::Key(key.into()))
    }

    /// Reads all attributes of the item with this primary key.
    pub fn item(key: pb::ItemKey) -> Self {
        Self::of(pb::transact_get_operation::Target::ItemKey(key))
    }

    /// The table: one of the server's configuration.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.0.table = table.into();
        self
    }

    fn of(target: pb::transact_get_operation::Target) -> Self {
        Self(pb::TransactGetOperation { table: String::new(), target: Some(target) })
    }
}

impl From<pb::TransactGetOperation> for TransactRead {
    fn from(operation: pb::TransactGetOperation) -> Self {
        Self(operation)
    }
}

impl From<&str> for TransactRead {
    fn from(key: &str) -> Self {
        Self::entry(key)
    }
}

impl From<String> for TransactRead {
    fn from(key: String) -> Self {
        Self::entry(key)
    }
}

impl From<TransactOperation> for pb::TransactWriteOperation {
    fn from(TransactOperation(operation): TransactOperation) -> Self {
        operation
    }
}
