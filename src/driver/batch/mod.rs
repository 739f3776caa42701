//! Calls on many entries or items at once. Each key or operation gets exactly one answer.

mod exists;
mod found;
mod get_entries;
mod read;
mod read_chunk;
mod source;
mod write;

pub use found::{Answer, Found};
pub use read::BatchGet;
pub use write::{BatchOperation, BatchOutcome, BatchWritten};
