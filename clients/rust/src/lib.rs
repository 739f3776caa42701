#![doc = include_str!("../README.md")]

mod address;
mod batch;
mod call;
mod client;
mod code;
mod connect;
mod convert;
mod credentials;
mod encoded;
mod entry;
mod error;
mod expression;
mod item;
mod method;
mod outcome;
mod page;
mod point;
mod reason;
mod retry;
mod runtime;
mod table;
mod tls;
mod transact;
mod transport;
mod value;

/// The generated messages and the stub, as `proto/dynakv/v1` documents them.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod pb {
    tonic::include_proto!("dynakv.v1");
}

pub use address::{Address, InvalidAddress};
pub use batch::{
    BatchDelete, BatchItem, BatchItemOperation, BatchItemRead, BatchOperation, BatchOutcome, BatchSet, BatchWrite,
    Found, FoundItem, FoundStream,
};
pub use bytes::Bytes;
pub use call::Call;
pub use client::{Client, ItemStub, Stub, TableStub, Transport};
pub use connect::{Builder, ConnectError, DEFAULT_ADDRESS};
pub use convert::{ConvertError, from_item, from_value, set, to_item, to_value};
pub use credentials::Credentials;
pub use encoded::{EncodedAnswer, EncodedRpc, Unanswered};
pub use entry::{Entry, Version};
pub use error::{Error, Failure, FieldViolation};
pub use expression::{Attr, AttributeType, Condition, Expression, Size, attr};
pub use item::{DeletedItem, ItemOutcome, ReturnValues, Update, WrittenItem};
pub use outcome::{Counter, Deletion, Expected, ExpireOutcome, PersistOutcome, Swap, TtlOutcome, Written};
pub use page::{Page, PageStream, Paged, Rows};
pub use reason::Reason;
pub use retry::RetryPolicy;
pub use runtime::{Runtime, TokioRuntime};
pub use table::{
    AttributeRoles, Backend, Capabilities, Index, IndexKind, IndexProjection, KeyAttribute, KeyType, ListTables,
    ListedTable, TableDescription, Throughput, TimeToLive,
};
pub use tls::Tls;
pub use tonic::Code;
pub use transact::{
    CancelReason, Cancellation, Committed, Snapshot, Transact, TransactOperation, TransactRead, Transaction,
};
pub use transport::{Connection, Wire};
pub use uuid::Uuid;
pub use value::{InvalidNumber, Item, ItemKey, Number, Value};

/// By this name an example knows the crate that a test takes it into.
#[cfg(test)]
extern crate self as dynakv_client;

/// The types of a call's metadata, for [`Call::metadata`].
pub mod metadata {
    pub use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue};
}
