use std::fmt;

use clap::ValueEnum;
use serde::Deserialize;

/// The measured operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Operation {
    Get,
    Set,
    CompareAndSet,
    Delete,
    Increment,
    Expire,
    /// Of [`BATCH`] keys.
    BatchGet,
    /// Of [`BATCH`] sets.
    BatchWrite,
    /// Of [`TRANSACTION`] sets.
    TransactWrite,
    /// Of a page of [`PAGE`] items.
    Query,
}

pub(crate) const BATCH: usize = 100;
pub(crate) const TRANSACTION: usize = 10;
pub(crate) const PAGE: usize = 100;

impl Operation {
    pub(crate) const ALL: [Self; 10] = [
        Self::Get,
        Self::Set,
        Self::CompareAndSet,
        Self::Delete,
        Self::Increment,
        Self::Expire,
        Self::BatchGet,
        Self::BatchWrite,
        Self::TransactWrite,
        Self::Query,
    ];

    /// The name in the budgets and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::CompareAndSet => "compare-and-set",
            Self::Delete => "delete",
            Self::Increment => "increment",
            Self::Expire => "expire",
            Self::BatchGet => "batch-get",
            Self::BatchWrite => "batch-write",
            Self::TransactWrite => "transact-write",
            Self::Query => "query",
        }
    }

    /// The path of the RPC.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Get => "/dynakv.v1.KeyValueService/Get",
            Self::Set => "/dynakv.v1.KeyValueService/Set",
            Self::CompareAndSet => "/dynakv.v1.KeyValueService/CompareAndSet",
            Self::Delete => "/dynakv.v1.KeyValueService/Delete",
            Self::Increment => "/dynakv.v1.KeyValueService/Increment",
            Self::Expire => "/dynakv.v1.KeyValueService/Expire",
            Self::BatchGet => "/dynakv.v1.KeyValueService/BatchGet",
            Self::BatchWrite => "/dynakv.v1.KeyValueService/BatchWrite",
            Self::TransactWrite => "/dynakv.v1.KeyValueService/TransactWrite",
            Self::Query => "/dynakv.v1.ItemService/Query",
        }
    }

    /// The number of calls of the shorter count. More calls reduce the effect of rare events, such as a growing buffer;
    /// but under valgrind a call takes milliseconds.
    pub(crate) fn calls(self) -> u32 {
        match self {
            Self::Get | Self::Set | Self::CompareAndSet | Self::Delete | Self::Increment | Self::Expire => 200,
            Self::BatchGet | Self::BatchWrite | Self::TransactWrite | Self::Query => 50,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
