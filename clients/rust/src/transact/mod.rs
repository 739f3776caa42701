//! Transactions.

mod operation;
mod read;
mod write;

pub use operation::{Transact, TransactOperation, TransactRead};
pub use read::Snapshot;
pub(crate) use read::request as get_request;
pub(crate) use write::request as write_request;
pub use write::{CancelReason, Cancellation, Committed, Transaction};
