//! Calls on many entries or items at once. Each key or operation gets exactly one answer.
//!
//! `get_entries` and `get_items` say what is read, and `read` reads it in parts (`source`, `read_chunk`). `write_entries` and
//! `write_items` say what is written; `write` carries it out. `tables` finds the tables that a batch of items names.

mod exists;
mod found;
mod get_entries;
mod get_items;
mod outcome;
mod read;
mod read_chunk;
mod source;
mod tables;
mod write;
mod write_entries;
mod write_items;

pub use found::{Answer, Found};
pub use get_items::{BatchGetItems, BatchItemRead};
pub use outcome::{BatchOutcome, BatchWritten};
pub use read::BatchGet;
pub use write_entries::BatchOperation;
pub use write_items::{BatchItemKind, BatchItemOperation, BatchWriteItems};
