use std::fmt;

use bytes::Bytes;

use super::{CallerExpression, DeleteItem, Expected, ItemKey, Key, PutItem, RequestId, Ttl, UpdateItem};

/// Operations that all happen or not at all.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// At most 100, on distinct items.
    pub operations: Vec<TransactOperation>,
    /// Identifies the logical write across its attempts.
    pub request_id: RequestId,
}

/// One operation of a transaction.
#[derive(Debug, Clone)]
pub struct TransactOperation {
    /// The table; empty for the default one.
    pub table: String,
    /// Whether to return the current item if the condition fails.
    pub return_current: bool,
    /// The operation itself.
    pub kind: TransactKind,
}

/// The kinds of operations in a transaction.
#[derive(Clone)]
pub enum TransactKind {
    /// Writes an entry.
    Set {
        /// The key.
        key: Key,
        /// The new value.
        value: Bytes,
        /// Its TTL, if any.
        ttl: Option<Ttl>,
        /// The condition.
        expected: Option<Expected>,
    },
    /// Deletes an entry.
    Delete {
        /// The key.
        key: Key,
        /// The condition.
        expected: Option<Expected>,
    },
    /// Writes an item, replacing the old one.
    PutItem(PutItem),
    /// Changes an item, or creates it.
    UpdateItem(UpdateItem),
    /// Deletes an item.
    DeleteItem(DeleteItem),
    /// Checks a condition without writing.
    Check {
        /// The key.
        key: ItemKey,
        /// The condition.
        condition: CallerExpression,
    },
}

/// Hides keys and values, which must not be logged.
impl fmt::Debug for TransactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set { .. } => "Set",
            Self::Delete { .. } => "Delete",
            Self::PutItem(_) => "PutItem",
            Self::UpdateItem(_) => "UpdateItem",
            Self::DeleteItem(_) => "DeleteItem",
            Self::Check { .. } => "Check",
        })
    }
}
