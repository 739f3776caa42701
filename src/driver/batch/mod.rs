//! Calls on many entries or items at once. Each key or operation gets exactly one answer.

mod exists;
mod found;
mod get_entries;
mod outcome;
mod read;
mod read_chunk;
mod source;
mod write;
mod write_entries;

pub use found::{Answer, Found};
pub use outcome::{BatchOutcome, BatchWritten};
pub use read::BatchGet;
pub use write_entries::BatchOperation;
