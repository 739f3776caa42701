//! The DynamoDB driver: plans calls, renders expressions, applies the expiry rule, retries.
//!
//! From top to bottom:
//!
//! ```text
//! entry, item, batch, transact, page, admin    the calls that a program makes
//! write                                        plan -> claim -> send -> judge -> settle
//! read                                         GetItem and BatchGetItem
//! handle                                       the driver that a program holds
//! table                                        names, keys, indexes, calls in flight
//! coalesce                                     calls of several callers as one batch
//! upstream                                     sends, classifies failures, decides on retries
//! expression                                   conditions, updates, projections
//! store                                        how an entry is stored
//! error, deadline, runtime, clock
//! ```
//!
//! The driver is usable as a library. For anything that DynamoDB offers and the driver does not, [`Driver::client`] returns the
//! AWS SDK client underneath.

mod admin;
mod batch;
#[cfg(feature = "bench-internals")]
pub mod benchmarks;
mod clock;
mod coalesce;
mod deadline;
mod entry;
mod error;
mod expression;
mod handle;
mod item;
mod page;
mod read;
mod runtime;
mod store;
mod table;
mod transact;
mod upstream;
mod write;

pub use admin::{ListedTable, TableList};
pub use batch::{
    Answer, BatchGet, BatchGetItems, BatchItemKind, BatchItemOperation, BatchItemRead, BatchOperation, BatchOutcome,
    BatchWriteItems, BatchWritten, Found,
};
pub use clock::{Clock, DatedAnswer, SystemClock, TimeSource};
pub use coalesce::Coalescing;
pub use deadline::Deadline;
pub use entry::{Count, Deletion, Expiry, KeyValues, Persistence, Previous, Remaining, Swap};
pub use error::{Error, Upstream};
pub use handle::{DEFAULT_BATCH_CONCURRENCY, DEFAULT_TIMEOUT, Driver, Options};
pub use item::{GetItem, ItemOutcome, Items, Returned};
pub use page::{Cursor, ListKeys, Order, Page, PageRequest, Position, Query, Scan, Selection};
pub use read::Consistency;
pub use runtime::{Load, Random, Runtime, SystemRandom, TokioLoad, Workers};
pub use store::Item;
#[cfg(test)]
pub(crate) use store::response_bytes;
pub(crate) use store::{AnswerItem, AnswerValue, Digest, ItemForm};
pub use table::{Backend, IndexState, TableState, TtlState};
pub use transact::{Cancelled, Current, Snapshot, Target, TransactOutcome, TransactRead};
#[cfg(any(test, feature = "fuzz-internals"))]
pub(crate) use upstream::lean_answers;
pub use upstream::{CancelReason, Capacity, Connection, network, transport};
pub use write::Written;

pub use crate::memory::Full;
