//! Calls on many entries at once. Each key is answered exactly once, and nothing is dropped.

mod exists;
mod read;
mod read_chunk;
mod write;

pub use read::BatchGet;
pub use read::{Answer, Found};
pub use write::{BatchOperation, BatchOutcome, BatchWritten};
