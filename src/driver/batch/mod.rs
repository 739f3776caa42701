//! Calls on many entries at once. Each key or operation gets exactly one answer.

mod exists;
mod read;
mod read_chunk;
mod write;

pub use read::BatchGet;
pub use read::{Answer, Found};
pub use write::{BatchOperation, BatchOutcome, BatchWritten};
