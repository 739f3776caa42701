use std::fmt;

use bytes::Bytes;

use super::{CallerExpression, DeleteItem, Expected, ItemKey, Key, PutItem, RequestId, Ttl, UpdateItem};

/// Operations that happen together or not at all.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// At most 100, each on another item.
    pub operations: Vec<TransactOperation>,
    /// Which logical write this is.
    pub request_id: RequestId,
}

/// One operation of a transaction.
#[derive(Debug, Clone)]
pub struct TransactOperation {
    /// The table; empty for the default one.
    pub table: String,
    /// Whether to answer with what is there if the condition does not hold.
    pub return_current: bool,
    /// What to do.
    pub kind: TransactKind,
}

/// What an operation of a transaction does.
#[derive(Clone)]
pub enum TransactKind {
    /// Write an entry.
    Set {
        /// Which one.
        key: Key,
        /// What it holds afterwards.
        value: Bytes,
        /// Its TTL, if any.
        ttl: Option<Ttl>,
        /// What must be true of it.
        expected: Option<Expected>,
    },
    /// Delete an entry.
    Delete {
        /// Which one.
        key: Key,
        /// What must be true of it.
        expected: Option<Expected>,
    },
    /// Write an item in place of what was there.
    PutItem(PutItem),
    /// Change an item, or create it.
    UpdateItem(UpdateItem),
    /// Delete an item.
    DeleteItem(DeleteItem),
    /// Only check an item.
    Check {
        /// Which one.
        key: ItemKey,
        /// What must be true of it.
        condition: CallerExpression,
    },
}

/// Keys and values never reach a log.
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
