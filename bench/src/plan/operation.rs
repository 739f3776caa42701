use std::fmt;

use super::PAGE;

/// The measured operations: RPCs of the server, under their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Get,
    Set,
    CompareAndSet,
    Delete,
    Increment,
    GetItem,
    PutItem,
    UpdateItem,
    DeleteItem,
    /// With this many keys.
    BatchGet(usize),
    /// With this many sets.
    BatchWrite(usize),
    /// With this many sets.
    TransactWrite(usize),
    Query,
    Scan,
}

impl Operation {
    /// The number of keys of a call.
    pub(crate) fn keys(self) -> usize {
        match self {
            Self::Get
            | Self::Set
            | Self::CompareAndSet
            | Self::Delete
            | Self::Increment
            | Self::GetItem
            | Self::PutItem
            | Self::UpdateItem
            | Self::DeleteItem => 1,
            Self::BatchGet(keys) | Self::BatchWrite(keys) | Self::TransactWrite(keys) => keys,
            Self::Query | Self::Scan => PAGE,
        }
    }

    /// The operation of the SDK for Rust to compare with.
    pub(crate) fn counterpart(self) -> Self {
        match self {
            Self::Get | Self::GetItem | Self::BatchGet(_) | Self::Query | Self::Scan => Self::Get,
            Self::Set
            | Self::CompareAndSet
            | Self::Delete
            | Self::Increment
            | Self::PutItem
            | Self::UpdateItem
            | Self::DeleteItem
            | Self::BatchWrite(_)
            | Self::TransactWrite(_) => Self::Set,
        }
    }

    /// Its name as an argument of a load generator.
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::CompareAndSet => "compare-and-set",
            Self::Delete => "delete",
            Self::Increment => "increment",
            Self::GetItem => "get-item",
            Self::PutItem => "put-item",
            Self::UpdateItem => "update-item",
            Self::DeleteItem => "delete-item",
            Self::BatchGet(_) => "batch-get",
            Self::BatchWrite(_) => "batch-write",
            Self::TransactWrite(_) => "transact-write",
            Self::Query => "query",
            Self::Scan => "scan",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Get => f.write_str("Get"),
            Self::Set => f.write_str("Set"),
            Self::CompareAndSet => f.write_str("CompareAndSet"),
            Self::Delete => f.write_str("Delete"),
            Self::Increment => f.write_str("Increment"),
            Self::GetItem => f.write_str("GetItem"),
            Self::PutItem => f.write_str("PutItem"),
            Self::UpdateItem => f.write_str("UpdateItem"),
            Self::DeleteItem => f.write_str("DeleteItem"),
            Self::BatchGet(keys) => write!(f, "BatchGet of {keys}"),
            Self::BatchWrite(sets) => write!(f, "BatchWrite of {sets}"),
            Self::TransactWrite(sets) => write!(f, "TransactWrite of {sets}"),
            Self::Query => write!(f, "Query of {PAGE}"),
            Self::Scan => write!(f, "Scan of {PAGE}"),
        }
    }
}
