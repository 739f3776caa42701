//! Transactions over entries and items of any configured tables.

mod get;
mod id;
mod operation;
mod prepare;
mod write;

pub use get::{Snapshot, Target, TransactRead};
pub use write::{Cancelled, Current, TransactOutcome};
